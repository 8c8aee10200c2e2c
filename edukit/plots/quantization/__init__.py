"""Pictures of quantization, a file for each topic.

affine      staircase, weight histogram, channels, a measure against the bits
calibrate   a range and its two errors, more images, batches in time
sweep       error against bits, layer by layer · saturation  outputs whose 16-bit pairs were cut off
"""
