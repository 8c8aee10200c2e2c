"""The panels of the lessons on pruning.

weights.py   lesson 06
channels.py  lesson 07
"""

from edukit.panels.pruning.channels import channel_times, groups, scores
from edukit.panels.pruning.weights import curves, removed, storage

__all__ = [
    "channel_times",
    "curves",
    "groups",
    "removed",
    "scores",
    "storage",
]
