"""The panels of the lessons on quantization, a file for each topic.

affine      the panels of lesson 01 · sweep, saturation  more of lesson 01: groups, overflow
calibrate   the panels of lesson 02
ladder      the panels of lesson 03 · mixed  those on bits for each layer, of lesson 03 as well
equalize    the panel on pairs of layers, of lesson 03 as well
qat         the panels of lesson 04
low_bit     the panels of lesson 05 · binary  those on one bit, of lesson 05 as well
"""

from edukit.panels.quantization.affine import against_bits, channels, staircase, weight_histogram
from edukit.panels.quantization.binary import binary_levels, sign_gradient
from edukit.panels.quantization.calibrate import momentum, more_images, ranges
from edukit.panels.quantization.equalize import equalization
from edukit.panels.quantization.lowbit import budget, formats, pixels
from edukit.panels.quantization.mixed import bits_by_layer, diagnosis, layer_errors
from edukit.panels.quantization.ptq_methods import ptq_methods, rounding
from edukit.panels.quantization.qat import latent_weight, recovery, step_size
from edukit.panels.quantization.saturation import saturation
from edukit.panels.quantization.sweep import error_sweep

__all__ = [
    "against_bits",
    "binary_levels",
    "bits_by_layer",
    "budget",
    "channels",
    "diagnosis",
    "equalization",
    "error_sweep",
    "formats",
    "ptq_methods",
    "latent_weight",
    "layer_errors",
    "momentum",
    "more_images",
    "pixels",
    "ranges",
    "recovery",
    "rounding",
    "saturation",
    "sign_gradient",
    "staircase",
    "step_size",
    "weight_histogram",
]
