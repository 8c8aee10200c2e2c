"""The exercises of the lessons on pruning.

weights.py     magnitude_mask, sparsity
steps.py       held_step, in_steps
channels.py    remove_filter, macs_left
structured.py  two_four_mask, speedup
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
