"""Pruning: weights that become zero, and channels that really go.

Single weights
score.py        how much a filter matters, by its weights
mask.py         which single weights stay
model_masks.py  the masks of a whole model, per layer or from one ranking
hold.py         masks that hold while the network trains
schedule.py     one shot, linear, cubic: in steps, with training in between
ticket.py       the lottery ticket: early weights, late masks
movement.py     weights that move towards 0 go
storage.py      what zeros weigh: CSR, bitmask, 2:4
sparse.py       what they cost (python -m edukit.experiments.sparse_speed)

Channels
groups.py       which rows and columns of which layers are the same channel
follow.py       finds that out for any model
cuts.py         splits, shuffles and attention heads
importance.py   scores that need data or the norm behind the filter: Taylor, APoZ, batch norm
choose.py       the weakest of each group
remove.py       takes channels out, or writes zeros in their place
shrink.py       all of it: a smaller model
budget.py       until a share of the MACs is left
progressive.py  in steps, with training in between
reestimate.py   new batch norm statistics from unlabelled images
sensitivity.py  which layers can lose channels, and a plan

Measured for lesson 07
alignment.py    how long a layer takes, channel by channel
halved.py       half of the multiply-accumulates: accuracy and speed (python -m edukit.experiments.half_the_macs)
stubborn.py     two networks whose channels do not all go
"""

from edukit.pruning.channels.budget import macs_left, shrink_to_macs
from edukit.pruning.channels.groups import Axis, Group
from edukit.pruning.channels.importance import apoz_scores, batchnorm_scores, random_scores, taylor_scores
from edukit.pruning.channels.progressive import shrink_gradually
from edukit.pruning.channels.reestimate import reestimate_batchnorm
from edukit.pruning.channels.remove import remove_channels, zero_channels
from edukit.pruning.channels.sensitivity import plan_ratios, sensitivity
from edukit.pruning.channels.shrink import channel_groups, shrink, weakest_channels
from edukit.pruning.score import filter_scores
from edukit.pruning.weights.mask import magnitude_mask, n_m_mask, random_mask, threshold_mask, two_four_mask
from edukit.pruning.weights.masked_training import fine_tune
from edukit.pruning.weights.model_masks import apply_masks, magnitude_masks, n_m_masks, prune_model, score_masks
from edukit.pruning.weights.movement import prune_by_movement
from edukit.pruning.weights.schedule import SCHEDULES, cubic_sparsity, linear_sparsity, one_shot, prune_gradually
from edukit.pruning.weights.storage import load_sparse, restore, save_sparse, store, stored_bytes
from edukit.pruning.weights.ticket import Ticket, winning_ticket

__all__ = [
    "SCHEDULES",
    "Axis",
    "Group",
    "Ticket",
    "apoz_scores",
    "apply_masks",
    "batchnorm_scores",
    "channel_groups",
    "cubic_sparsity",
    "filter_scores",
    "fine_tune",
    "linear_sparsity",
    "load_sparse",
    "macs_left",
    "magnitude_mask",
    "magnitude_masks",
    "n_m_mask",
    "n_m_masks",
    "one_shot",
    "plan_ratios",
    "prune_by_movement",
    "prune_gradually",
    "prune_model",
    "random_mask",
    "random_scores",
    "reestimate_batchnorm",
    "remove_channels",
    "restore",
    "save_sparse",
    "score_masks",
    "sensitivity",
    "shrink",
    "shrink_gradually",
    "shrink_to_macs",
    "store",
    "stored_bytes",
    "taylor_scores",
    "threshold_mask",
    "two_four_mask",
    "weakest_channels",
    "winning_ticket",
    "zero_channels",
]
