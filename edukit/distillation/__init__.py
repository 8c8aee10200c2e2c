"""Distillation: a small net learns from a large one. Read in this order: soft → losses → features → fit → alone."""

from edukit.distillation.features import Hints, Tap, attention_loss, feature_loss
from edukit.distillation.fit import distill
from edukit.distillation.losses import kd_loss, multi_teacher_loss

__all__ = ["Hints", "Tap", "attention_loss", "distill", "feature_loss", "kd_loss", "multi_teacher_loss"]
