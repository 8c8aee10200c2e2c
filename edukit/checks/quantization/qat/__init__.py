"""The exercises of lesson 04: training with the rounding in place.

faking.py     fake_quantize: both directions, in torch
clip.py       clip_gradient: the end of a range
gradients.py  straight_through, step_gradient
observing.py  moving_range: a range that follows the batches
"""
