"""Examples: the caller's data in four parts, each with one job.

    images · (images, labels) · a split · a DataLoader   →  60 % teach · 20 % validate · 20 % test, drawn by the seed
    a data set with four splits                          →  its own splits

Training images teach, and find the ranges of the integers; validation images choose among the candidates; test images
are looked at once, at the end, so that the last figure flatters nobody.

Shapes    x (N, …), y (N,) or one label for each place; y is None where there are no labels
Bound     of N validation images, one is 100 / N points
Assumes   rows that have nothing to do with each other: of one person's images, some would teach and others test
"""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from edukit.copies import copied
from edukit.data.dataset import SPLITS
from edukit.inputs import LABELS, as_inputs, check_count, check_it_runs, for_torch
from edukit.refuse import is_finite
from edukit.training.labelled import as_split

LEAST, MOST, SHARE = 40, 512, 0.2
FORMS = "images, (images, labels), a split with x and y, a DataLoader, or a data set with four splits"


class Part(NamedTuple):
    """Rows x, a tensor, and their labels y, or None.

    >>> len(Part(torch.zeros(3, 2), None).x)
    3
    """

    x: torch.Tensor
    y: torch.Tensor | None

    @property
    def split(self) -> SimpleNamespace:
        return SimpleNamespace(x=self.x, y=self.y)


class Examples(NamedTuple):
    """Four parts; `calibration` are at most 512 rows, which find ranges, and teach as well unless they are separate.

    own   whether the caller has split the data
    """

    train: Part
    calibration: Part
    validation: Part
    test: Part
    own: bool

    @property
    def is_labelled(self) -> bool:
        return self.test.y is not None


def as_examples(data, model: nn.Module, seed: int = 0) -> Examples:
    """The data of `compress` in four parts, checked: the model takes them, they are finite, labels fit in number.

    Raises TypeError for data in another form, ValueError for too few rows, NaN, and rows that the model does not take.

    >>> parts = as_examples((torch.rand(50, 3), torch.arange(50) % 2), nn.Linear(3, 2))
    >>> [len(part.x) for part in parts[:4]], parts.is_labelled
    ([30, 30, 10, 10], True)
    """
    if all(hasattr(data, name) for name in SPLITS):
        train, calibration, validation, test = (_part(getattr(data, name), model, name) for name in SPLITS)
        examples = Examples(train, Part(calibration.x[:MOST], None), validation, test, True)
    else:
        examples = _drawn(_part(data, model, "data"), seed)
    check_it_runs(copied(model).eval(), (examples.train.x[:2],))
    return examples


def _drawn(whole: Part, seed: int) -> Examples:
    count = len(whole.x)
    if count < LEAST:
        raise ValueError(f"data must hold at least {LEAST} rows, to calibrate, to choose and to test, got {count}")
    order = torch.randperm(count, generator=torch.Generator().manual_seed(seed))
    few = round(SHARE * count)
    rows = order[2 * few :], order[few : 2 * few], order[:few]
    train, validation, test = (Part(whole.x[i], None if whole.y is None else whole.y[i]) for i in rows)
    return Examples(train, Part(train.x[:MOST], None), validation, test, False)


def _part(data, model, name: str) -> Part:
    x, y = _pair(data, name)
    inputs = as_inputs(x, model)
    check_count(model, inputs)
    if len(inputs) != 1:
        raise ValueError(f"model takes {len(inputs)} inputs; compress works on models of one input")
    rows = inputs[0]
    if not rows.ndim or not len(rows):
        raise ValueError(f"{name} holds no rows")
    if not is_finite(rows):
        raise ValueError(f"{name} holds NaN or infinity; images must be finite")
    return Part(rows, None if y is None else _labels(y, len(rows), name))


def _pair(data, name):
    """Images, and labels or None, of whatever form the data has."""
    if isinstance(data, DataLoader):
        data = _gathered(data, name)
    if isinstance(data, TensorDataset):
        data = data.tensors
    if isinstance(data, Mapping):
        labels = [value for key, value in data.items() if key in LABELS]
        return {key: value for key, value in data.items() if key not in LABELS}, labels[0] if labels else None
    if isinstance(data, tuple) and len(data) == 1:
        return data[0], None
    if isinstance(data, tuple) and len(data) == 2 or hasattr(data, "x") and hasattr(data, "y"):
        split = as_split(data)
        return split.x, split.y
    if isinstance(data, tuple | str) or not hasattr(data, "__len__"):
        raise TypeError(f"{name} must be {FORMS}, got {type(data).__name__}")
    return data, None


def _gathered(loader, name) -> tuple:
    """All batches of a loader, one behind the other: (x,) or (x, y)."""
    batches = [tuple(batch) if isinstance(batch, tuple | list) else (batch,) for batch in loader]
    if not batches or len(batches[0]) > 2 or any(isinstance(part, Mapping) for part in batches[0]):
        raise TypeError(f"{name} must be {FORMS}, got a DataLoader whose batches are neither images nor pairs")
    return tuple(torch.cat([torch.as_tensor(part) for part in parts]) for parts in zip(*batches, strict=True))


def _labels(y, count: int, name: str) -> torch.Tensor:
    labels = y if isinstance(y, torch.Tensor) else torch.as_tensor(for_torch(np.asarray(y)))
    if len(labels) != count:
        raise ValueError(f"{name} must have a label for each row, got {count} rows and {len(labels)} labels")
    if labels.is_floating_point() or labels.dtype == torch.bool:
        raise ValueError(f"{name}: labels must be whole numbers, the classes, got {labels.dtype}")
    return labels.long()
