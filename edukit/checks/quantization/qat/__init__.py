"""The exercises of lesson 04: training with the rounding in place.

gradients.py  straight_through, step_gradient
observing.py  moving_range: a range that follows the batches
"""
