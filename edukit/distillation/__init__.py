"""Distillation: a small network learns from a large one. Lesson 08.

soft.py      soft labels, and how strongly they pull
losses.py    kd_loss with its T², in both directions; several teachers
peaks.py     a student with one peak for a teacher with two: where each direction ends
features.py  hints: what the teacher's layers see, by name; adapters; attention transfer
fit.py       distill: a student learns from a teacher
"""

from edukit.distillation.features import FeatureExtractor, Hints, attention_loss, feature_loss
from edukit.distillation.fit import distill
from edukit.distillation.losses import kd_loss, multi_teacher_loss

__all__ = ["Hints", "FeatureExtractor", "attention_loss", "distill", "feature_loss", "kd_loss", "multi_teacher_loss"]
