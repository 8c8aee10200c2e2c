"""The exercises of lesson 03 on what a chip computes.

linear.py       integer_linear: codes to codes; absorbed_bias: the zero point of the inputs goes into the bias
fixed_point.py  fixed_point: a multiplier without floats
"""
