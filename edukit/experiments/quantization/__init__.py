"""Experiments on quantization: how good twelve ways are, and how fast the formulas.

ptq_methods.py     twelve ways to quantize the same networks: datasets/ptq_methods.csv (lesson 03b)
quantize_speed.py  the formulas beside torch's fused operators
"""
