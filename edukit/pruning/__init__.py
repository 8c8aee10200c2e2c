"""Pruning: weights that become zero, and channels that really go.

score.py    how much a filter matters
mask.py     which single weights stay
groups.py   which rows and columns of which layers are the same channel
follow.py   finds that out for any model
remove.py   takes channels out, or writes zeros in their place
shrink.py   takes the weakest out
"""

from edukit.pruning.groups import Axis, Group
from edukit.pruning.mask import magnitude_mask, prune_model, random_mask, threshold_mask, two_four_mask
from edukit.pruning.remove import remove_channels, zero_channels
from edukit.pruning.score import filter_scores
from edukit.pruning.shrink import channel_groups, shrink, weakest_channels

__all__ = [
    "Axis",
    "Group",
    "channel_groups",
    "filter_scores",
    "magnitude_mask",
    "prune_model",
    "random_mask",
    "remove_channels",
    "shrink",
    "threshold_mask",
    "two_four_mask",
    "weakest_channels",
    "zero_channels",
]
