"""The exercises of the lessons on quantization.

affine    the formula, and the choice of the grid · channels  a scale for each channel, and what it all weighs
calibrate a range that is really used · clipping  the two parts of the error · averaging  over batches in time
packing   two codes in a byte, and bits a weight · low_bit  what the eight bits of a float say
binary    a scale and a sign for each weight, the gradient of a step · popcount  products by counting bits
qat       gradients through rounding · observing  a range that moves
layer_error  the error of each layer alone · mixed  bits for each layer under a budget
rounding  up or down, a step of GPTQ · bias  the mean error goes into it
equalize  two layers share a factor, inputs share theirs with the weights
"""

from edukit.checks.quantization.affine import CHOOSE_QPARAMS as choose_qparams
from edukit.checks.quantization.affine import QUANTIZE as quantize
from edukit.checks.quantization.averaging import MOVING_AVERAGE as moving_average
from edukit.checks.quantization.bias import BIAS_SHIFT as bias_shift
from edukit.checks.quantization.binary import BINARIZE as binarize
from edukit.checks.quantization.binary import SIGN_GRADIENT as sign_gradient
from edukit.checks.quantization.calibrate import CALIBRATED as calibrated
from edukit.checks.quantization.channels import CHANNEL_SCALES as channel_scales
from edukit.checks.quantization.channels import COMPRESSION_RATIO as compression_ratio
from edukit.checks.quantization.clipping import CLIPPING_AND_ROUNDING as clipping_and_rounding
from edukit.checks.quantization.equalize import EQUALIZE_PAIR as equalize_pair
from edukit.checks.quantization.equalize import SMOOTHING_SCALES as smoothing_scales
from edukit.checks.quantization.layer_error import LAYER_ERRORS as layer_errors
from edukit.checks.quantization.low_bit import DECODE_E4M3 as decode_e4m3
from edukit.checks.quantization.mixed import CHEAPEST_BITS as cheapest_bits
from edukit.checks.quantization.observing import MOVING_RANGE as moving_range
from edukit.checks.quantization.packing import BITS_PER_WEIGHT as bits_per_weight
from edukit.checks.quantization.packing import PACK_INT4 as pack_int4
from edukit.checks.quantization.popcount import BINARY_DOT as binary_dot
from edukit.checks.quantization.qat import STEP_GRADIENT as step_gradient
from edukit.checks.quantization.qat import STRAIGHT_THROUGH as straight_through
from edukit.checks.quantization.rounding import TAKE_OVER as take_over
from edukit.checks.quantization.rounding import UP_OR_DOWN as up_or_down

__all__ = [
    "equalize_pair",
    "smoothing_scales",
    "bias_shift",
    "binarize",
    "binary_dot",
    "bits_per_weight",
    "calibrated",
    "channel_scales",
    "cheapest_bits",
    "choose_qparams",
    "clipping_and_rounding",
    "compression_ratio",
    "decode_e4m3",
    "layer_errors",
    "moving_average",
    "moving_range",
    "pack_int4",
    "quantize",
    "sign_gradient",
    "step_gradient",
    "straight_through",
    "take_over",
    "up_or_down",
]
