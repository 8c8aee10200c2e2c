"""The exercises of lesson 05: few bits and how they are stored.

packing.py   pack_int4, bits_per_weight
formats.py   decode_e4m3: what the eight bits of a float stand for
binary.py    binarize, sign_gradient
popcount.py  binary_dot: products of signs by counting bits
"""
