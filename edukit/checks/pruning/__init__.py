"""The exercises of the lessons on pruning, a file for each topic.

channels    a filter that goes, what that saves · structured  2 of every 4, a speed-up that was measured
weights     which weights go, how many are gone · steps  a mask that holds, a sparsity that is reached
"""

from edukit.checks.pruning.channels import MACS as macs_left
from edukit.checks.pruning.channels import REMOVE as remove_filter
from edukit.checks.pruning.steps import IN_STEPS as in_steps
from edukit.checks.pruning.steps import STEP as held_step
from edukit.checks.pruning.structured import SPEEDUP as speedup
from edukit.checks.pruning.structured import TWO_FOUR as two_four_mask
from edukit.checks.pruning.weights import MASK as magnitude_mask
from edukit.checks.pruning.weights import SPARSITY as sparsity

__all__ = [
    "held_step",
    "in_steps",
    "macs_left",
    "magnitude_mask",
    "remove_filter",
    "sparsity",
    "speedup",
    "two_four_mask",
]
