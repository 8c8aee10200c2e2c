"""Drawings of pruning: what leaves a network, and what a file then keeps. Lessons 06 and 07.

filter_bank.py         what four ways of pruning take out of the same filters
weights_and_inputs.py  which weights go by their size, and which by size times the norm of their input
residual_channel.py    the filters and inputs that are one channel of a residual block
stored_row.py          the bytes of a row of weights in five formats
"""
