"""Pictures of quantization, a file for each topic.

affine      staircase, weight histogram, channels, a measure against the bits
"""
