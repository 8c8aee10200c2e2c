"""The exercises of lessons 05 and 05b: few bits and how they are stored.

packing.py   pack_int4, bits_per_weight
formats.py   decode_e4m3: what the eight bits of a float stand for
codebook.py  kmeans_step: one step of k-means
binary.py    binarize, sign_gradient
ternary.py   ternarize: three levels
popcount.py  binary_dot: products of signs by counting bits
"""
