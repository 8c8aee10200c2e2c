"""The panels of the lessons on quantization, a file for each topic.

affine      the panels of lesson 01
ladder      the panels of lesson 03 · equalize  that on pairs of layers, of lesson 03 as well · mixed  those on bits for each layer, of lesson 03 as well
qat         the panels of lesson 04
low_bit     the panels of lesson 05 · binary  those on one bit, of lesson 05 as well
"""

from edukit.panels.quantization.affine import against_bits, channels, staircase, weight_histogram
from edukit.panels.quantization.binary import binary_levels, sign_gradient
from edukit.panels.quantization.low_bit import budget, formats, pixels

__all__ = [
    "against_bits",
    "binary_levels",
    "budget",
    "channels",
    "formats",
    "pixels",
    "sign_gradient",
    "staircase",
    "weight_histogram",
]
