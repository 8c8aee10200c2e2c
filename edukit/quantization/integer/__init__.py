"""Integer arithmetic: what the chip computes, in numpy, bit for bit the runtime's.

layers.py       a linear layer and a convolution on codes
joins.py        addition, mean and concatenation of codes from two grids
network.py      a whole network on codes: run_integers
fixed_point.py  a multiplier as a whole number and a shift
saturation.py   sums that overflow: 32 bits, pairs in 16 bits, 7-bit weights
"""
