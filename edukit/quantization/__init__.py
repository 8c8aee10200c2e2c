"""Quantization: fewer bits for each number, and what that costs.

Read in this order: affine (the formula) → calibrate (the range) → error (the cost) → fold (batch norm away)
→ placement (where) → rewrite (how) → ptq (a whole model) → integer (what the chip computes).
"""

from edukit.quantization.affine import QParams, choose_qparams, dequantize, fake_quantize, quantize
from edukit.quantization.calibrate import Observer, min_max, percentile
from edukit.quantization.error import compression_ratio, normalized_mse
from edukit.quantization.fold import fold_batchnorm
from edukit.quantization.integer import integer_conv2d, integer_linear, requantize
from edukit.quantization.ptq import LayerReport, QuantizedModel, quantize_model

__all__ = [
    "LayerReport",
    "Observer",
    "QParams",
    "QuantizedModel",
    "choose_qparams",
    "compression_ratio",
    "dequantize",
    "fake_quantize",
    "fold_batchnorm",
    "integer_conv2d",
    "integer_linear",
    "min_max",
    "normalized_mse",
    "percentile",
    "quantize",
    "quantize_model",
    "requantize",
]
