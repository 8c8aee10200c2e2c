"""The panels of lesson 08: two pulls, soft labels of a picture, students alone and taught, one peak for two."""

from functools import partial

from edukit.panels.panel import Panel
from edukit.plots.distillation.capacity_gap import CapacityGapPlot
from edukit.plots.distillation.few_labels import FewLabelsPlot
from edukit.plots.distillation.peaks import PeaksPlot
from edukit.plots.distillation.soft import SoftPlot
from edukit.plots.drawings.distillation.two_pulls import TwoPullsPlot
from edukit.plots.picture import Picture

__all__ = ["capacity_gap", "few_labels", "peaks", "soft", "two_pulls"]


def two_pulls() -> Panel:
    """How a teacher and a label pull at the same student, class by class, by temperature and alpha.

    >>> two_pulls().description[:63]
    'T = 1, alpha = 0.1: the teacher says cat 93.4 % and dog 5.84 %,'
    """
    return Panel(TwoPullsPlot, temperature=[1, 2, 4, 8], alpha=[0.1, 0.5, 0.9], still={"temperature": 4, "alpha": 0.9})


def peaks() -> Panel:
    """One peak for a teacher with two, in both directions, by the distance and the shares of the two.

    >>> peaks().description[:55]
    'Two peaks 2 apart, the left one with 60 %: forward ends'
    """
    controls = dict(distance=(0, 8, 2, 1), larger_percent=[60, 75, 90])
    return Panel(PeaksPlot, **controls, still={"distance": 6}, figsize=(8.5, 2.8))


def capacity_gap(table) -> Picture:
    """What teachers of two sizes add to the labels: table {(way, temperature): [row of each seed]}."""
    return Picture(partial(CapacityGapPlot, table=table), figsize=(8.5, 3.2))


def soft(images, teacher_logits, student_logits, classes) -> Panel:
    """What a teacher and a student say of a picture as the temperature rises: images (N, 1, H, W), logits (N, classes).

    >>> import numpy as np
    >>> panel = soft(np.zeros((2, 1, 8, 8)), np.log([[3, 1], [1, 1]]), np.zeros((2, 2)), "ab")
    >>> panel.description[:73]
    'Picture 1 at temperature 1: the teacher says a 75.0 %, b 25.0 %; the stud'
    """
    plot = partial(
        SoftPlot, images=images, teacher_logits=teacher_logits, student_logits=student_logits, classes=classes
    )
    still = {"temperature": 4, "picture": len(images)}
    return Panel(plot, temperature=(1, 20, 1), picture=(1, len(images), 1), still=still, figsize=(8.5, 3.0))


def few_labels(table) -> Panel:
    """What each way to learn adds to being alone, by number of labels: table {way: {labels: [accuracy by seed]}}.

    >>> from edukit.experiments.distillation.few_labels import measured
    >>> few_labels(measured()).description[:17]
    '100 labels: alone'
    """
    return Panel(partial(FewLabelsPlot, table=table), labels=sorted(table["alone"]), figsize=(8.5, 3.4))
