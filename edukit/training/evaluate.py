"""Evaluation: what a model answers, and how often it is right.

    accuracy = (rows whose largest output is that of the right class) / rows

Shapes    x (N, ...) -> outputs (N, classes), or one answer for each place: (N, T, classes), (N, classes, H, W);
          numpy in, numpy out; torch in, torch out
Bound     0 <= accuracy <= 1; N rows give it a standard error of √(a (1 - a) / N): 0.6 points at 98 % of 500 rows
In production  torchmetrics, scikit-learn's accuracy_score
"""

from collections.abc import Callable
from contextlib import contextmanager

import numpy as np
import torch
from torch import nn

from edukit.checked import checked
from edukit.inputs import as_inputs
from edukit.refuse import Array, check_whole, is_tensor
from edukit.training.labelled import IGNORED, as_split, by_place
from edukit.turns import ONE_AT_A_TIME


@checked
def predict(model: Callable, x, batch_size: int = 256):
    """The outputs for all of x, batch by batch; numpy in, numpy out; torch in, torch out.

    x       rows (N, …) as torch, numpy or a list; floats become floats of the model's own kind
    model   an nn.Module, which is run in evaluation mode and keeps its own, or any function of a batch like x; it
            answers with an array, or with an object that holds one as its `logits`
    Raises ValueError for no rows, TypeError for an answer of another kind.

    >>> predict(nn.Linear(4, 3), np.zeros((1000, 4), np.float32)).shape
    (1000, 3)
    """
    check_whole(batch_size, "batch_size")
    x = x if isinstance(x, torch.Tensor | np.ndarray) else as_inputs(x)[0]
    if not x.ndim or len(x) == 0:
        raise ValueError("x is empty; a prediction needs at least one row")
    batches = [x[start : start + batch_size] for start in range(0, len(x), batch_size)]
    if not isinstance(model, nn.Module):
        outputs = [logits_of(model(batch)) for batch in batches]
    else:
        with ONE_AT_A_TIME, evaluating(model), torch.no_grad():
            outputs = [logits_of(model(as_inputs(batch, model)[0].clone())) for batch in batches]
    return torch.cat(outputs) if isinstance(x, torch.Tensor) else np.concatenate([np.asarray(out) for out in outputs])


@checked
def accuracy(model: Callable, split, batch_size: int = 256, *, ignore_index: int = IGNORED) -> float:
    """The share of rows, 0 to 1, whose largest output is that of the right class; `model` as in `predict`.

    split          rows and labels as split.x and split.y, as (x, y), or a DataLoader of such
    ignore_index   the label of places that do not count, where a model answers for each place
    Raises ValueError for answers with NaN, and unless there is one label for each row, or each place.

    >>> from types import SimpleNamespace
    >>> accuracy(lambda x: x, SimpleNamespace(x=np.eye(4), y=np.array([0, 1, 2, 0])))
    0.75
    """
    split = as_split(split)
    check_whole(ignore_index, "ignore_index", -(2**63), 2**63 - 1)
    outputs = np.asarray(predict(model, split.x, batch_size))
    y = np.asarray(split.y)
    if outputs.ndim < 2 or outputs.ndim != y.ndim + 1 or len(y) != len(outputs):
        shapes = f"outputs of shape {outputs.shape} and labels of shape {y.shape}"
        raise ValueError(f"accuracy needs outputs (N, classes) and labels (N,), got {shapes}")
    outputs, y = by_place(outputs, y, ignore_index)
    if np.isnan(outputs).any():
        raise ValueError("model answers with NaN: no class is the largest; look at its weights")
    return float((outputs.argmax(1) == y).mean())


def logits_of(answer) -> Array:
    """The array that a model answers with, also where its answer is an object that holds it as `logits`.

    >>> logits_of((np.zeros(2), np.zeros(3)))
    Traceback (most recent call last):
    TypeError: the model must answer with one array or with an object that has logits, got a tuple
    """
    found = getattr(answer, "logits", answer)
    if not (isinstance(found, np.ndarray | np.generic | list) or is_tensor(found)):
        kind = type(answer).__name__
        raise TypeError(f"the model must answer with one array or with an object that has logits, got a {kind}")
    return found


@contextmanager
def evaluating(model: nn.Module):
    """Inside, the model is in evaluation mode; afterwards each of its modules is back in its own mode.

    >>> dropout = nn.Dropout()
    >>> with evaluating(dropout):
    ...     dropout.training
    False
    >>> dropout.training
    True
    """
    modes = {module: module.training for module in model.modules()}
    try:
        for module in modes:
            module.training = False
        yield
    finally:
        for module, mode in modes.items():
            module.training = mode
