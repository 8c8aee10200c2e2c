"""Distillation: a small net learns from a large one. Read in this order: losses → fit."""

from edukit.distillation.fit import distill
from edukit.distillation.losses import kd_loss

__all__ = ["distill", "kd_loss"]
