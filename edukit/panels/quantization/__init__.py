"""The panels of the lessons on quantization.

affine.py       lesson 01: grids, an integer layer, histogram, channels, error against bits
sweep.py        lesson 01: scales shared by a tensor, a channel or a group
saturation.py   lesson 01: overflow
calibrate.py    lesson 02
placement.py    lesson 03: a block becomes integers
ptq_methods.py  lesson 03b: rounding of two weights and of a layer, methods
equalize.py     lesson 03b: pairs of layers
mixed.py        lesson 03b: bits for each layer
qat.py          lesson 04
lowbit.py       lesson 05: formats, codebooks, a rotation
binary.py       lesson 05b: one bit
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
from edukit.panels.quantization.binary import binary_levels, sign_gradient, sign_product
from edukit.panels.quantization.calibrate import merged_codes, momentum, more_images, ranges
from edukit.panels.quantization.equalize import equalization
from edukit.panels.quantization.lowbit import (
    bit_fields,
    budget,
    formats,
    huffman_lengths,
    kmeans_steps,
    pixels,
    rotation,
)
from edukit.panels.quantization.mixed import bits_by_layer, diagnosis, layer_errors
from edukit.panels.quantization.placement import placement
from edukit.panels.quantization.ptq_methods import ptq_methods, rounding, rounding_plane
from edukit.panels.quantization.qat import (
    folded_norm,
    latent_weight,
    latent_weights,
    learned_ranges,
    recovery,
    step_size,
)
from edukit.panels.quantization.saturation import saturation
from edukit.panels.quantization.sweep import error_sweep, shared_scales

__all__ = [
    "against_bits",
    "binary_levels",
    "bit_fields",
    "bits_by_layer",
    "budget",
    "channels",
    "conventions",
    "diagnosis",
    "equalization",
    "error_sweep",
    "folded_norm",
    "formats",
    "huffman_lengths",
    "integer_layer",
    "kmeans_steps",
    "latent_weight",
    "latent_weights",
    "layer_errors",
    "learned_ranges",
    "merged_codes",
    "momentum",
    "more_images",
    "number_grid",
    "pixels",
    "placement",
    "ptq_methods",
    "ranges",
    "recovery",
    "rotation",
    "rounding",
    "rounding_plane",
    "saturation",
    "shared_scales",
    "sign_gradient",
    "sign_product",
    "staircase",
    "step_size",
    "weight_histogram",
]
