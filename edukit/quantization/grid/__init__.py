"""The grid: real numbers as integer codes, the range they cover, and the error that remains. Lessons 01 and 02.

affine.py       the formula: choose_qparams, quantize, dequantize, fake_quantize
granularity.py  one scale per tensor, per channel or per group
calibrate.py    the range that deserves the codes: min_max, percentile, mse, moving_average
condense.py     many values as the means and counts of narrow bins
entropy.py      kl: the range whose codes lose the least information
observer.py     Observer: a sample of many batches in memory that does not grow
error.py        normalised error, compression ratio
sweep.py        all weights of a network on grids, and the error of every layer against bits and granularity
"""
