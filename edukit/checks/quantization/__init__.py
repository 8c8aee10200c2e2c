"""The exercises of the lessons on quantization, in the folders of edukit/quantization.

grid    formula, range and granularity · ptq  folding, rounding, bias, equalized layers · integer  codes alone
qat     gradients through rounding and clipping · lowbit  bytes, formats, codebooks, one bit, three levels
debug   single layers, bits under a budget
"""

from edukit.checks.quantization.debug.layer_error import LAYER_ERRORS as layer_errors
from edukit.checks.quantization.debug.mixed import CHEAPEST_BITS as cheapest_bits
from edukit.checks.quantization.grid.affine import CHOOSE_QPARAMS as choose_qparams
from edukit.checks.quantization.grid.affine import QUANTIZE as quantize
from edukit.checks.quantization.grid.averaging import MOVING_AVERAGE as moving_average
from edukit.checks.quantization.grid.back import DEQUANTIZE as dequantize
from edukit.checks.quantization.grid.calibrate import CALIBRATED as calibrated
from edukit.checks.quantization.grid.channels import CHANNEL_SCALES as channel_scales
from edukit.checks.quantization.grid.channels import COMPRESSION_RATIO as compression_ratio
from edukit.checks.quantization.grid.clipping import CLIPPING_AND_ROUNDING as clipping_and_rounding
from edukit.checks.quantization.grid.entropy import DIVERGENCE as divergence
from edukit.checks.quantization.integer.absorbed_bias import ABSORBED_BIAS as absorbed_bias
from edukit.checks.quantization.integer.fixed_point import FIXED_POINT as fixed_point
from edukit.checks.quantization.integer.linear import INTEGER_LINEAR as integer_linear
from edukit.checks.quantization.lowbit.binary import BINARIZE as binarize
from edukit.checks.quantization.lowbit.binary import SIGN_GRADIENT as sign_gradient
from edukit.checks.quantization.lowbit.codebook import KMEANS_STEP as kmeans_step
from edukit.checks.quantization.lowbit.formats import DECODE_E4M3 as decode_e4m3
from edukit.checks.quantization.lowbit.packing import BITS_PER_WEIGHT as bits_per_weight
from edukit.checks.quantization.lowbit.packing import PACK_INT4 as pack_int4
from edukit.checks.quantization.lowbit.popcount import BINARY_DOT as binary_dot
from edukit.checks.quantization.lowbit.ternary import TERNARIZE as ternarize
from edukit.checks.quantization.ptq.bias import BIAS_SHIFT as bias_shift
from edukit.checks.quantization.ptq.equalize import EQUALIZE_PAIR as equalize_pair
from edukit.checks.quantization.ptq.equalize import SMOOTHING_SCALES as smoothing_scales
from edukit.checks.quantization.ptq.fold import FOLD_NORM as fold_norm
from edukit.checks.quantization.ptq.rounding import TAKE_OVER as take_over
from edukit.checks.quantization.ptq.rounding import UP_OR_DOWN as up_or_down
from edukit.checks.quantization.qat.clip import CLIP_GRADIENT as clip_gradient
from edukit.checks.quantization.qat.faking import FAKE_QUANTIZE as fake_quantize
from edukit.checks.quantization.qat.gradients import STEP_GRADIENT as step_gradient
from edukit.checks.quantization.qat.gradients import STRAIGHT_THROUGH as straight_through
from edukit.checks.quantization.qat.observing import MOVING_RANGE as moving_range

__all__ = [
    "absorbed_bias",
    "equalize_pair",
    "fixed_point",
    "fold_norm",
    "integer_linear",
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
    "clip_gradient",
    "dequantize",
    "fake_quantize",
    "kmeans_step",
    "divergence",
    "layer_errors",
    "moving_average",
    "moving_range",
    "pack_int4",
    "quantize",
    "sign_gradient",
    "step_gradient",
    "straight_through",
    "take_over",
    "ternarize",
    "up_or_down",
]
