"""Drawings of quantization: one number, one layer, one matrix. Lessons 01 to 05.

number_grid.py      range, scale, zero point, codes and the error of one number
integer_layer.py    two inputs on their way through an integer layer
placement_steps.py  how a block of a network becomes integers: folding, grids, integer operators
rounding_plane.py   two weights on their way to two codes, by three ways of rounding
bit_fields.py       sign, exponent and fraction of one number, bit by bit
sign_product.py     two rows of signs, multiplied and counted
shared_scales.py    which weights of a matrix share a scale
merged_codes.py     a histogram, a window of it, and what four codes still know of it
latent_weights.py  one update of four weights that are trained with the rounding in place
folded_norm.py  batch norm around a rounded weight, in training and later
"""
