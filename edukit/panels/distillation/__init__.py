"""The panels of lesson 08: soft labels of a picture, and students alone and taught."""

from functools import partial

from edukit.panels.panel import Panel
from edukit.plots.distillation.few_labels import FewLabelsPlot
from edukit.plots.distillation.soft import SoftPlot

__all__ = ["few_labels", "soft"]


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
    return Panel(
        plot, temperature=(1, 20, 1), picture=(1, len(images), 1), still={"temperature": 5}, figsize=(8.5, 3.0)
    )


def few_labels(table) -> Panel:
    """What each way to learn adds to being alone, by number of labels: table {way: {labels: [accuracy by seed]}}.

    >>> from edukit.experiments.distillation.few_labels import measured
    >>> few_labels(measured()).description[:17]
    '100 labels: alone'
    """
    return Panel(partial(FewLabelsPlot, table=table), labels=sorted(table["alone"]), figsize=(8.5, 3.4))
