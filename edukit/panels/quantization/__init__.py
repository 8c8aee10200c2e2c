"""The panels of the lessons on quantization.

affine.py       lesson 01: grids, an integer layer, histogram, channels, error against bits
sweep.py        lesson 01: scales shared by a tensor, a channel or a group
saturation.py   lesson 01: overflow
calibrate.py    lesson 02
ptq_methods.py  lesson 03: methods, and one layer's rounding
equalize.py     lesson 03: pairs of layers
mixed.py        lesson 03: bits for each layer
qat.py          lesson 04
lowbit.py       lesson 05: formats
binary.py       lesson 05: one bit
"""

from edukit.panels.quantization.affine import (
    against_bits,
    channels,
    conventions,
    integer_layer,
    number_grid,
    staircase,
    weight_histogram,
)
from edukit.panels.quantization.binary import binary_levels, sign_gradient
from edukit.panels.quantization.calibrate import merged_codes, momentum, more_images, ranges
from edukit.panels.quantization.equalize import equalization
from edukit.panels.quantization.lowbit import budget, formats, pixels
from edukit.panels.quantization.mixed import bits_by_layer, diagnosis, layer_errors
from edukit.panels.quantization.ptq_methods import ptq_methods, rounding
from edukit.panels.quantization.qat import latent_weight, recovery, step_size
from edukit.panels.quantization.saturation import saturation
from edukit.panels.quantization.sweep import error_sweep, shared_scales

__all__ = [
    "against_bits",
    "binary_levels",
    "bits_by_layer",
    "budget",
    "channels",
    "conventions",
    "diagnosis",
    "equalization",
    "error_sweep",
    "formats",
    "integer_layer",
    "latent_weight",
    "layer_errors",
    "merged_codes",
    "momentum",
    "more_images",
    "number_grid",
    "pixels",
    "ptq_methods",
    "ranges",
    "recovery",
    "rounding",
    "saturation",
    "shared_scales",
    "sign_gradient",
    "staircase",
    "step_size",
    "weight_histogram",
]
