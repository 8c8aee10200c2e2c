"""The exercises of the lesson on distillation.

losses.py   kd_loss
mixing.py   mixture: several teachers
pulling.py  soft_gradient
hinting.py  hint_loss
"""

from edukit.checks.distillation.hinting import HINT as hint_loss
from edukit.checks.distillation.losses import KD_LOSS as kd_loss
from edukit.checks.distillation.mixing import MIXTURE as mixture
from edukit.checks.distillation.pulling import GRADIENT as soft_gradient

__all__ = ["hint_loss", "kd_loss", "mixture", "soft_gradient"]
