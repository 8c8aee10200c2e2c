"""The exercises of the lesson on distillation.

softening.py  soft_labels
pulling.py    soft_gradient
hinting.py    hint_loss
reversing.py  reverse_kl
losses.py     kd_loss
"""

from edukit.checks.distillation.hinting import HINT as hint_loss
from edukit.checks.distillation.losses import KD_LOSS as kd_loss
from edukit.checks.distillation.pulling import GRADIENT as soft_gradient
from edukit.checks.distillation.reversing import REVERSE_KL as reverse_kl
from edukit.checks.distillation.softening import SOFT_LABELS as soft_labels

__all__ = ["hint_loss", "kd_loss", "reverse_kl", "soft_gradient", "soft_labels"]
