"""Quantization: fewer bits for each number, and what that costs.

Read in this order: affine (the formula) → calibrate (the range) → error (the cost) → fold (batch norm away)
→ placement (where) → rewrite (how) → ptq (a whole model) → integer (what the chip computes).
Layers apart: partly (switched on and off) → sensitivity (which one suffers) → mixed (bits for each) → diagnose (why?).
Few bits: formats (what bits mean) → blocks (shared scales) → packing (bytes) → codebook → huffman → deep_compression.
"""

from edukit.quantization.debug.diagnose import diagnose
from edukit.quantization.debug.diagnosis import Diagnosis
from edukit.quantization.debug.mixed import allocate_bits, layer_bytes, layer_shapes, weight_bytes
from edukit.quantization.debug.sensitivity import LayerError, layer_errors, output_error, sensitivity
from edukit.quantization.grid.affine import QParams, choose_qparams, dequantize, fake_quantize, quantize
from edukit.quantization.grid.calibrate import clipping_and_rounding, min_max, moving_average, mse, percentile
from edukit.quantization.grid.entropy import kl
from edukit.quantization.grid.error import compression_ratio, normalized_mse
from edukit.quantization.grid.granularity import join_groups, split_groups
from edukit.quantization.grid.observer import Observer
from edukit.quantization.integer.joins import integer_add, integer_mean, move_to_grid
from edukit.quantization.integer.layers import integer_conv2d, integer_linear, requantize
from edukit.quantization.integer.network import all_codes, run_integers
from edukit.quantization.lowbit.binary import BinaryConv2d, BinaryLinear, binarize, sign, sign_gradient, ternarize
from edukit.quantization.lowbit.binary_network import BinaryModel, binary_model, load_binary, save_binary
from edukit.quantization.lowbit.blocks import Block
from edukit.quantization.lowbit.codebook import SharedWeights, kmeans
from edukit.quantization.lowbit.packing import pack, unpack
from edukit.quantization.lowbit.popcount import binary_conv2d, binary_dot, binary_matmul, pack_signs
from edukit.quantization.ptq.dynamic import quantize_dynamic
from edukit.quantization.ptq.equalize import equalize, equalize_pair
from edukit.quantization.ptq.fold import fold_batchnorm
from edukit.quantization.ptq.placement import LayerReport
from edukit.quantization.ptq.rewrite import QuantizedModel
from edukit.quantization.ptq.rounding import adaround, bias_correction, gptq
from edukit.quantization.ptq.smooth import awq, smoothing_scales, smoothquant
from edukit.quantization.ptq.static import quantize_model
from edukit.quantization.qat.fake import FakeQuantize
from edukit.quantization.qat.prepare import QatModel, convert, freeze_batchnorm, freeze_observers, prepare_qat

__all__ = [
    "BinaryConv2d",
    "BinaryLinear",
    "BinaryModel",
    "Block",
    "Diagnosis",
    "FakeQuantize",
    "LayerError",
    "LayerReport",
    "Observer",
    "QParams",
    "QatModel",
    "QuantizedModel",
    "SharedWeights",
    "adaround",
    "all_codes",
    "allocate_bits",
    "awq",
    "bias_correction",
    "binarize",
    "binary_conv2d",
    "binary_dot",
    "binary_matmul",
    "binary_model",
    "choose_qparams",
    "clipping_and_rounding",
    "compression_ratio",
    "convert",
    "dequantize",
    "equalize",
    "equalize_pair",
    "diagnose",
    "fake_quantize",
    "fold_batchnorm",
    "freeze_batchnorm",
    "freeze_observers",
    "gptq",
    "integer_add",
    "integer_conv2d",
    "integer_linear",
    "integer_mean",
    "join_groups",
    "kl",
    "kmeans",
    "layer_bytes",
    "layer_errors",
    "layer_shapes",
    "load_binary",
    "min_max",
    "move_to_grid",
    "moving_average",
    "mse",
    "normalized_mse",
    "output_error",
    "pack",
    "pack_signs",
    "percentile",
    "prepare_qat",
    "quantize",
    "quantize_dynamic",
    "quantize_model",
    "requantize",
    "run_integers",
    "save_binary",
    "sensitivity",
    "sign",
    "sign_gradient",
    "smoothing_scales",
    "smoothquant",
    "split_groups",
    "ternarize",
    "unpack",
    "weight_bytes",
]
