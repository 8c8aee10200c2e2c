"""Labelled data in the forms in which people hold it, and answers with a class for each place.

    split.x, split.y · (x, y) · TensorDataset · DataLoader of (x, y)      ->  rows x (N, …), labels y (N, …)
    logits (N, classes) · (N, T, classes) · (N, classes, H, W), labels    ->  (places, classes), (places,)

Labels of -100 mark places that do not count, as torch.nn.CrossEntropyLoss has it: padding, the border of an object.
"""

from types import SimpleNamespace

import numpy as np
import torch
from torch.utils.data import DataLoader, TensorDataset

from edukit.inputs import for_torch
from edukit.refuse import Array, is_tensor

IGNORED = -100
SAID = "split must hold arrays as split.x and split.y, such as digits().train, or be (x, y)"


def as_split(split) -> SimpleNamespace:
    """Rows and labels as arrays x and y; of a DataLoader all batches, in its order.

    Raises TypeError for what holds no rows and labels.

    >>> as_split((np.zeros((2, 3)), [0, 1])).y.tolist()
    [0, 1]
    >>> as_split([np.zeros(2), np.zeros(2), np.zeros(2)])
    Traceback (most recent call last):
    TypeError: split must hold arrays as split.x and split.y, such as digits().train, or be (x, y), got list
    """
    if isinstance(split, DataLoader):
        split = _gathered(split)
    elif isinstance(split, TensorDataset):
        split = split.tensors
    if isinstance(split, tuple | list) and len(split) == 2:
        split = SimpleNamespace(x=split[0], y=split[1])
    if not (hasattr(split, "x") and hasattr(split, "y")):
        raise TypeError(f"{SAID}, got {type(split).__name__}")
    return SimpleNamespace(x=_array(split.x, "split.x"), y=_array(split.y, "split.y"))


def class_axis(logits) -> int:
    """The axis of the classes: the last of rows and of sequences, 1 of pictures.

    >>> [class_axis(np.zeros(shape)) for shape in ((8, 10), (8, 5, 10), (8, 10, 4, 4))]
    [-1, -1, 1]
    """
    return 1 if logits.ndim > 3 else -1


def by_place(logits: Array, labels: Array | None, ignore_index: int = IGNORED) -> tuple[Array, Array]:
    """Logits (places, classes) and labels (places,) of the places that count.

    labels   one for each place, or None: then all count
    Raises ValueError for labels of another shape, and where none of them counts.

    >>> logits, labels = by_place(np.zeros((1, 3, 2, 2)), np.array([[[0, 1], [2, -100]]]))
    >>> logits.shape, labels.tolist()
    ((3, 3), [0, 1, 2])
    """
    axis = class_axis(logits)
    places = logits.movedim(axis, -1) if is_tensor(logits) else np.moveaxis(np.asarray(logits), axis, -1)
    if labels is not None and tuple(labels.shape) != tuple(places.shape[:-1]):
        raise ValueError(f"labels must have the shape {tuple(places.shape[:-1])}, got {tuple(labels.shape)}")
    rows = places.reshape(-1, places.shape[-1])
    if labels is None:
        return rows, labels
    flat = labels.reshape(-1)
    counts = flat != ignore_index
    if not counts.any():
        raise ValueError(f"labels hold no place that counts: all are {ignore_index}")
    return rows[counts], flat[counts]


def _gathered(loader):
    batches = [tuple(batch) if isinstance(batch, tuple | list) else (batch,) for batch in loader]
    if not batches or any(len(batch) != 2 for batch in batches):
        raise TypeError(f"{SAID}, got a DataLoader whose batches are no pairs")
    return tuple(torch.cat([torch.as_tensor(batch[part]) for batch in batches]) for part in (0, 1))


def _array(values, name):
    if is_tensor(values):
        return values
    found = np.asarray(values)
    if found.dtype.kind not in "biuf":
        raise TypeError(f"{name} must be an array of numbers, got {type(values).__name__}")
    found = for_torch(found)
    return found.astype(np.float32) if found.dtype == np.float64 else found
