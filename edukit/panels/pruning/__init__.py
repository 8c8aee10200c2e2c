"""The panels of the lessons on pruning.

weights.py   lesson 06
channels.py  lesson 07
"""

from edukit.panels.pruning.channels import channel_times, filter_bank, groups, scores
from edukit.panels.pruning.weights import curves, removed, storage

__all__ = [
    "channel_times",
    "curves",
    "filter_bank",
    "groups",
    "removed",
    "scores",
    "storage",
]
