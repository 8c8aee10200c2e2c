"""Quality: how good a compressed model is, from 0 to 1, with labels or without.

    accuracy    with labels: the share of rows, or places, whose largest answer is that of the right class
    agreement   without: the share whose largest answer is that of the original's
    likeness    where answers are no classes: 1 - ‖y - y₀‖² / ‖y₀ - mean(y₀)‖², at least 0

    loss        100 · (quality of the original - quality) points; the original agrees with itself by 1

Symbols   y answers of the compressed model, y₀ of the original
Bound     agreement and likeness cannot know whether the original is right: a model may lose nothing and be wrong
In production  top-1 accuracy with labels; a task's own metric instead of likeness
"""

from collections.abc import Callable

import numpy as np

from edukit.deployment.compressing.examples import Part
from edukit.training.evaluate import predict
from edukit.training.labelled import by_place, class_axis

KINDS = "accuracy", "agreement", "likeness"


class Quality:
    """A measure of answers on one part of the examples, made once.

    model   the original, whose answers are those to agree with
    kind    one of KINDS; None: accuracy with labels, agreement where answers look like classes, else likeness
    Raises ValueError for accuracy without labels, labels that do not fit, answers that are not finite.

    >>> import torch
    >>> from torch import nn
    >>> net = nn.Linear(2, 2)
    >>> quality = Quality(net, Part(torch.rand(9, 2), None))
    >>> quality.kind, quality.of(net), quality.original
    ('agreement', 1.0, 1.0)
    """

    def __init__(self, model: Callable, part: Part, kind: str | None = None):
        self.x = part.x.numpy()
        self.answers = np.asarray(predict(model, self.x))
        self.labels = None if part.y is None else part.y.numpy()
        self.kind = _checked_kind(kind, self.answers, self.labels)
        self.places = len(self.answers)
        self.original = self(self.answers)

    def of(self, model: Callable) -> float:
        """Of a model, or of a session of a file."""
        return self(np.asarray(predict(model, self.x)))

    def __call__(self, answers: np.ndarray) -> float:
        if answers.shape != self.answers.shape:
            raise ValueError(f"answers must have the shape {self.answers.shape}, got {answers.shape}")
        if not np.isfinite(answers).all():
            return 0.0  # a compressed model that answers with NaN is worth nothing
        if self.kind == "accuracy":
            logits, labels = by_place(answers, self.labels)
            return float((logits.argmax(1) == labels).mean())
        if self.kind == "agreement":
            axis = class_axis(answers)
            return float((answers.argmax(axis) == self.answers.argmax(axis)).mean())
        return _likeness(self.answers, answers)

    def loss(self, quality: float) -> float:
        """Percentage points below the original; negative where it is better."""
        return round(100 * (self.original - quality), 6)


def _checked_kind(kind, answers, labels) -> str:
    if not np.isfinite(answers).all():
        raise ValueError("model answers some rows of data with NaN or infinity; look at its weights")
    classes = answers.shape[class_axis(answers)] if answers.ndim > 1 else 1
    kind = kind or ("accuracy" if labels is not None else "agreement" if classes > 1 else "likeness")
    if kind != "accuracy":
        return kind
    if labels is None:
        raise ValueError("measure must be agreement or likeness where data has no labels, got 'accuracy'")
    if answers.ndim != labels.ndim + 1 or classes < 2:
        shapes = f"answers of shape {answers.shape} and labels of shape {labels.shape}"
        raise ValueError(f"data: accuracy needs answers (N, classes) and labels (N,), got {shapes}")
    _, counted = by_place(answers, labels)
    if counted.min() < 0 or counted.max() >= classes:
        raise ValueError(f"data: labels must be 0 to {classes - 1}, as the model has {classes} answers")
    return kind


def _likeness(before, after) -> float:
    spread = float(np.square(before - before.mean(), dtype=float).sum())
    error = float(np.square(before - after, dtype=float).sum())
    return max(0.0, 1 - error / spread) if spread else float(error == 0)
