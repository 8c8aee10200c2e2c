"""The exercises of lessons 03 and 03b on folding, on rounding and on factors that two layers share.

fold.py      fold_norm: a batch norm goes into the layer before it
rounding.py  up_or_down, and take_over: one step of GPTQ
bias.py      bias_shift: the mean error goes into the bias
equalize.py  equalize_pair, smoothing_scales
"""
