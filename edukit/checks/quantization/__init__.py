"""The exercises of the lessons on quantization.

affine    the formula, and the choice of the grid · channels  a scale for each channel, and what it all weighs
packing   two codes in a byte, and bits a weight · low_bit  what the eight bits of a float say
binary    a scale and a sign for each weight, the gradient of a step · popcount  products by counting bits
qat       gradients through rounding · observing  a range that moves
layer_error  the error of each layer alone · mixed  bits for each layer under a budget
rounding  the mean error into the bias, up or down, a step of GPTQ
equalize  two layers share a factor, inputs share theirs with the weights
"""

from edukit.checks.quantization.affine import CHOOSE_QPARAMS as choose_qparams
from edukit.checks.quantization.affine import QUANTIZE as quantize
from edukit.checks.quantization.binary import BINARIZE as binarize
from edukit.checks.quantization.binary import SIGN_GRADIENT as sign_gradient
from edukit.checks.quantization.channels import CHANNEL_SCALES as channel_scales
from edukit.checks.quantization.channels import COMPRESSION_RATIO as compression_ratio
from edukit.checks.quantization.low_bit import DECODE_E4M3 as decode_e4m3
from edukit.checks.quantization.observing import MOVING_RANGE as moving_range
from edukit.checks.quantization.packing import BITS_PER_WEIGHT as bits_per_weight
from edukit.checks.quantization.packing import PACK_INT4 as pack_int4
from edukit.checks.quantization.popcount import BINARY_DOT as binary_dot
from edukit.checks.quantization.qat import STEP_GRADIENT as step_gradient
from edukit.checks.quantization.qat import STRAIGHT_THROUGH as straight_through

__all__ = [
    "binarize",
    "binary_dot",
    "bits_per_weight",
    "channel_scales",
    "choose_qparams",
    "compression_ratio",
    "decode_e4m3",
    "moving_range",
    "pack_int4",
    "quantize",
    "sign_gradient",
    "step_gradient",
    "straight_through",
]
