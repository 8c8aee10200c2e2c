"""The exercises of lesson 03 on what a chip computes.

linear.py         integer_linear: codes to codes
absorbed_bias.py  absorbed_bias: the zero point of the inputs goes into the bias
multiplier.py     wrong multipliers, which several exercises ask
fixed_point.py    fixed_point: a multiplier without floats
"""
