"""The exercises of lesson 03 on rounding and on factors that two layers share.

rounding.py  up_or_down, and take_over: one step of GPTQ
bias.py      bias_shift: the mean error goes into the bias
equalize.py  equalize_pair, smoothing_scales
"""
