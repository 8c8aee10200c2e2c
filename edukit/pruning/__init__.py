"""Pruning: weights that become zero, and channels that really go.

score.py   how much a filter matters, by its weights: both folders rank by it
weights/   single weights become zero, and the network keeps its shape      lesson 06
channels/  filters, neurons and heads go, and the network becomes smaller   lesson 07

What is not among the names below is imported from its folder: from edukit.pruning.weights.ticket import winning_ticket
"""

from edukit.pruning.channels.budget import macs_left, shrink_to_macs
from edukit.pruning.channels.importance import activity_scores, batchnorm_scores, random_scores, taylor_scores
from edukit.pruning.channels.progressive import shrink_gradually
from edukit.pruning.channels.reestimate import reestimate_batchnorm
from edukit.pruning.channels.remove import remove_channels
from edukit.pruning.channels.sensitivity import plan_ratios, sensitivity
from edukit.pruning.channels.shrink import channel_groups, shrink
from edukit.pruning.score import filter_scores
from edukit.pruning.weights.mask import magnitude_mask, n_m_mask, random_mask, threshold_mask, two_four_mask
from edukit.pruning.weights.masked_training import fine_tune
from edukit.pruning.weights.model_masks import apply_masks, magnitude_masks, prune_model
from edukit.pruning.weights.schedule import cubic_sparsity, prune_gradually
from edukit.pruning.weights.storage import load_sparse, save_sparse

__all__ = [
    "activity_scores",
    "apply_masks",
    "batchnorm_scores",
    "channel_groups",
    "cubic_sparsity",
    "filter_scores",
    "fine_tune",
    "load_sparse",
    "macs_left",
    "magnitude_mask",
    "magnitude_masks",
    "n_m_mask",
    "plan_ratios",
    "prune_gradually",
    "prune_model",
    "random_mask",
    "random_scores",
    "reestimate_batchnorm",
    "remove_channels",
    "save_sparse",
    "sensitivity",
    "shrink",
    "shrink_gradually",
    "shrink_to_macs",
    "taylor_scores",
    "threshold_mask",
    "two_four_mask",
]
