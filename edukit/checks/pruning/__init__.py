"""The exercises of the lessons on pruning.

weights.py     magnitude_mask, sparsity
steps.py       held_step, in_steps
channels.py    remove_filter, macs_left
structured.py  two_four_mask, speedup
inputs.py      wanda_mask
storage.py     bitmask, run_lengths
products.py    csr_product
widths.py      channels_within
"""

from edukit.checks.pruning.channels import MACS as macs_left
from edukit.checks.pruning.channels import REMOVE as remove_filter
from edukit.checks.pruning.inputs import WANDA as wanda_mask
from edukit.checks.pruning.products import CSR as csr_product
from edukit.checks.pruning.steps import IN_STEPS as in_steps
from edukit.checks.pruning.steps import STEP as held_step
from edukit.checks.pruning.storage import BITMASK as bitmask
from edukit.checks.pruning.storage import RUNS as run_lengths
from edukit.checks.pruning.structured import SPEEDUP as speedup
from edukit.checks.pruning.structured import TWO_FOUR as two_four_mask
from edukit.checks.pruning.weights import MASK as magnitude_mask
from edukit.checks.pruning.weights import SPARSITY as sparsity
from edukit.checks.pruning.widths import WIDTHS as channels_within

__all__ = [
    "bitmask",
    "channels_within",
    "csr_product",
    "held_step",
    "in_steps",
    "macs_left",
    "magnitude_mask",
    "remove_filter",
    "run_lengths",
    "sparsity",
    "speedup",
    "two_four_mask",
    "wanda_mask",
]
