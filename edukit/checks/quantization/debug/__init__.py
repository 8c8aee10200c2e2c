"""The exercises of lesson 03b on single layers.

layer_error.py  layer_errors: the error of each layer alone
mixed.py        cheapest_bits: bits for each layer under a budget
"""
