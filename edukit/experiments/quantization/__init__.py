"""Experiments on quantization: how good twelve ways are, how training helps, and how fast the formulas are.

ptq_methods.py     twelve ways to quantize the same networks: datasets/ptq_methods.csv (lesson 03b)
learned_ranges.py  who sets the steps while a network trains: datasets/learned_ranges.csv (lesson 04)
quantize_speed.py  the formulas beside torch's fused operators
"""
