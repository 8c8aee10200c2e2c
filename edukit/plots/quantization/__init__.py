"""Pictures of quantization.

affine.py       staircase, weight histogram, channels, a measure against the bits
conventions.py  three grids of equally many bits
sweep.py        error against stored bits, for each sharing of scales
saturation.py   outputs whose 16-bit pairs were cut off
calibrate.py    a range and its two errors, more images, batches in time
ptq_methods.py  every method with its spread over networks, and one layer's rounding
equalize.py     channel ranges that two layers share
mixed.py        errors of layers, bits under a budget, a diagnosis
qat.py          one weight on its way, a learned step, what training recovers
learned_ranges.py  accuracy against passes, by who sets the steps
binary.py       two or three values, and the gradient of a step
codebook.py     k-means step by step, and the lengths of Huffman codes
rotation.py     one large number among many, as it is and rotated
lowbit.py       few shades of grey, formats beside weights, accuracy for a budget
"""
