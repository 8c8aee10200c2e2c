"""Few bits: what a code of 1 to 8 bits can say, and how it is stored. Lessons 05 and 05b.

formats.py           what a bit pattern stands for: INT, FP16, BF16, FP8, NF4
patterns.py          arrays of numbers, and of the bit patterns that stand for them
blocks.py            adjacent values share a scale: INT4 groups, MXFP4, MXINT8
two_level.py         a scale for each block and one for the tensor: NVFP4
rotation.py          a Hadamard rotation, which shares out what one large number holds
packing.py           codes in bytes, and a file to the byte
binary.py            one bit or three values per weight, with a gradient
binary_network.py    a whole model with binary layers, and its file
popcount.py          products of signs by counting bits
codebook.py          k-means: weights share values, which are fine-tuned
huffman.py           short codes for frequent symbols
deep_compression.py  pruned, shared, Huffman coded: a file
"""
