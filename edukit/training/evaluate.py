"""Evaluation: what a model answers, and how often it is right.

    accuracy = (rows whose largest output is that of the right class) / rows

Shapes    x (N, ...) -> outputs (N, classes), batch by batch; numpy in, numpy out; torch in, torch out
Bound     0 <= accuracy <= 1; N rows give it a standard error of √(a (1 - a) / N): 0.6 points at 98 % of 500 rows
In production  torchmetrics, scikit-learn's accuracy_score
"""

from collections.abc import Callable
from contextlib import contextmanager

import numpy as np
import torch
from torch import nn

from edukit.refuse import Array, check_whole, is_tensor
from edukit.turns import ONE_AT_A_TIME


def predict(model: Callable, x, batch_size: int = 256):
    """The outputs for all of x, batch by batch; numpy in, numpy out; torch in, torch out.

    model   an nn.Module, which is run in evaluation mode and keeps its own, or any function of a batch like x; it
            answers with an array, or with an object that holds one as its `logits`
    Raises ValueError for no rows, TypeError for an answer of another kind.

    >>> predict(nn.Linear(4, 3), np.zeros((1000, 4), np.float32)).shape
    (1000, 3)
    """
    check_whole(batch_size, "batch_size")
    if len(x) == 0:
        raise ValueError("x is empty; a prediction needs at least one row")
    batches = [x[start : start + batch_size] for start in range(0, len(x), batch_size)]
    if not isinstance(model, nn.Module):
        outputs = [logits_of(model(batch)) for batch in batches]
    else:
        with ONE_AT_A_TIME, evaluating(model), torch.no_grad():
            outputs = [logits_of(model(torch.as_tensor(batch).clone())) for batch in batches]
    return torch.cat(outputs) if isinstance(x, torch.Tensor) else np.concatenate([np.asarray(out) for out in outputs])


def accuracy(model: Callable, split, batch_size: int = 256) -> float:
    """The share of rows, 0 to 1, whose largest output is that of the right class; `model` as in `predict`.

    Raises ValueError for answers with NaN, and unless there is one label for each row.

    >>> from types import SimpleNamespace
    >>> accuracy(lambda x: x, SimpleNamespace(x=np.eye(4), y=np.array([0, 1, 2, 0])))
    0.75
    """
    check_split(split)
    outputs = np.asarray(predict(model, split.x, batch_size))
    y = np.asarray(split.y)
    if outputs.ndim != 2 or y.shape != outputs.shape[:1]:
        shapes = f"outputs of shape {outputs.shape} and labels of shape {y.shape}"
        raise ValueError(f"accuracy needs outputs (N, classes) and labels (N,), got {shapes}")
    if np.isnan(outputs).any():
        raise ValueError("model answers with NaN: no class is the largest; look at its weights")
    return float((outputs.argmax(1) == y).mean())


def check_split(split) -> None:
    """Raise a TypeError unless rows and labels can be read as split.x and split.y.

    >>> check_split([np.zeros(2), np.zeros(2)])
    Traceback (most recent call last):
    TypeError: split must hold arrays as split.x and split.y, such as digits().train, got list
    """
    if not (hasattr(split, "x") and hasattr(split, "y")):
        kind = type(split).__name__
        raise TypeError(f"split must hold arrays as split.x and split.y, such as digits().train, got {kind}")


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
