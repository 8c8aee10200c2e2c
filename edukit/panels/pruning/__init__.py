"""The panels of the lessons on pruning.

weights.py   lessons 06 and 06b
channels.py  lesson 07
"""

from edukit.panels.pruning.channels import channel_times, filter_bank, groups, residual_channel, scores
from edukit.panels.pruning.weights import curves, removed, storage, stored_row, weights_and_inputs

__all__ = [
    "channel_times",
    "curves",
    "filter_bank",
    "groups",
    "removed",
    "residual_channel",
    "scores",
    "storage",
    "stored_row",
    "weights_and_inputs",
]
