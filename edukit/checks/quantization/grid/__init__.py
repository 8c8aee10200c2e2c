"""The exercises of lessons 01 and 02: the grid and its range.

affine.py     quantize, choose_qparams
back.py       dequantize: from codes to real values
channels.py   channel_scales, compression_ratio
calibrate.py  calibrated: a range that is really used
clipping.py   clipping_and_rounding: the two parts of the error
entropy.py    divergence: what the codes of a window lose
averaging.py  moving_average: a range over batches in time
"""
