"""Inputs: what a caller hands to a model, in any of its forms, as a tuple of tensors.

    torch, numpy, one or a tuple of them   ->  (x, …), one tensor for each argument of the model's forward
    a dict, a tokenizer's batch            ->  the same, in forward's order, by the names of its arguments
    axis 0 of the first is the batch       and of the others where they have as many rows; a mask serves all rows

Whole numbers, one a row, behind the inputs that a model needs are the labels of a loader: they are no input. In a dict
they are called so, and are left out.
"""

import inspect
import math
from collections.abc import Mapping

import numpy as np
import torch
from torch import nn

from edukit.errors import first_line
from edukit.refuse import check_dense, check_model

NAMED = inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD
LABELS = {"label", "labels", "label_ids", "target", "targets"}


def as_inputs(example, model: nn.Module | None = None, name: str = "inputs") -> tuple[torch.Tensor, ...]:
    """One batch or several as a tuple of tensors; numpy's float64, its default, becomes float32, torch's.

    model   whose inputs they are: then a dict names them, and floats become floats of its own kind
    name    of the argument, for what is said of wrong ones
    Raises TypeError for what is no array of numbers, ValueError for a dict of other names than the model's.

    >>> as_inputs(np.array([0.5]))[0].dtype, len(as_inputs((torch.zeros(2), torch.zeros(3))))
    (torch.float32, 2)
    >>> as_inputs({"input": torch.ones(1, 2), "labels": torch.ones(1)}, nn.Linear(2, 2))
    (tensor([[1., 1.]]),)
    """
    if model is not None:
        check_model(model)
        example = _in_order(model, example) if isinstance(example, Mapping) else example
    inputs = tuple(_as_tensor(batch, name) for batch in (example if isinstance(example, tuple) else (example,)))
    if not inputs:
        raise ValueError(f"{name} must hold at least one array, got none")
    kinds = {weight.dtype for weight in model.parameters() if weight.is_floating_point()} if model is not None else ()
    if len(kinds) != 1:
        return inputs
    return tuple(x.to(*kinds) if x.is_floating_point() else x for x in inputs)


def for_torch(array: np.ndarray) -> np.ndarray:
    """The array as torch can hold it: rows and columns forwards, this machine's order of bytes, at most 64 bits.

    >>> torch.as_tensor(for_torch(np.arange(3, dtype=">f4")[::-1]))
    tensor([2., 1., 0.])
    """
    kind = np.float64 if array.dtype == np.longdouble else array.dtype.newbyteorder("=")
    array = array.astype(kind, copy=False)
    return array.copy() if any(step < 0 for step in array.strides) else array


def with_two_rows(inputs: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
    """What torch.export may look at: two rows at least, for it takes a 1 for a constant, and no view of another tensor.

    >>> [tuple(x.shape) for x in with_two_rows((torch.zeros(1, 3), torch.tensor(0.5)))]
    [(2, 3), ()]
    """
    single = has_batch(inputs[0], inputs) and len(inputs[0]) == 1
    return tuple(torch.cat([x, x]) if single and has_batch(x, inputs) else x.clone() for x in inputs)


def has_batch(x: torch.Tensor, inputs: tuple[torch.Tensor, ...]) -> bool:
    """Whether axis 0 of an input is the batch, as it is of the first: masks and scalars may serve all rows alike.

    >>> rows, mask = torch.zeros(8, 5, 4), torch.zeros(5, 5)
    >>> has_batch(rows, (rows, mask)), has_batch(mask, (rows, mask))
    (True, False)
    """
    return x.ndim > 0 and inputs[0].ndim > 0 and len(x) == len(inputs[0])


def check_count(model: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
    """Raise a ValueError unless the model takes so many inputs; labels are not taken for one that it can do without.

    >>> check_count(nn.Linear(2, 2), (torch.zeros(3, 2), torch.tensor([1, 0, 1])))
    Traceback (most recent call last):
    ValueError: the batch has 2 tensors, the model takes 1: are the last ones labels?
    """
    check_has_python(model)
    takes = [p for p in inspect.signature(model.forward).parameters.values() if p.kind not in NAMED]
    most = math.inf if any(p.kind is p.VAR_POSITIONAL for p in takes) else len(takes)
    least = sum(p.default is p.empty and p.kind is not p.VAR_POSITIONAL for p in takes)
    labels = len(inputs) > max(least, 1) and _are_labels(inputs[-1], inputs)
    if labels or not least <= len(inputs) <= most:
        asked = f"{max(least, 1)}" if labels or least == most else f"{least} to {most}"
        hint = ": are the last ones labels?" if len(inputs) > least else ""
        raise ValueError(f"the batch has {len(inputs)} tensors, the model takes {asked}{hint}")


def check_has_python(model: nn.Module) -> None:
    """Raise a ValueError for a model without its Python, as torch.jit.script and torch.jit.trace make it."""
    check_model(model)
    if any(kind.__name__ == "ScriptModule" for kind in type(model).__mro__):
        raise ValueError("model is a ScriptModule, which cannot be followed: give the model that it was made of")


def check_it_runs(model: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
    """Raise a ValueError with the shapes of the inputs, and what to change, where the model itself fails on them.

    >>> check_it_runs(nn.Linear(2, 2), (torch.zeros(1, 2, dtype=torch.uint8),))
    Traceback (most recent call last):
    ValueError: inputs are torch.uint8, the model takes torch.float32: scale them as in training, as by x.float() / 255
    """
    try:
        model(*inputs)
    except Exception as error:
        shapes = " and ".join(f"{tuple(x.shape)} {x.dtype}" for x in inputs)
        if _runs(model, [x[None] for x in inputs]):
            said = " and ".join(str(tuple(x.shape)) for x in inputs)
            raise ValueError(f"inputs of {said} have no batch axis: stack single images to a batch") from error
        if any(x.dtype == torch.uint8 for x in inputs) and _runs(model, [x.float() for x in inputs]):
            hint = "scale them as in training, as by x.float() / 255"
            raise ValueError(f"inputs are torch.uint8, the model takes torch.float32: {hint}") from error
        raise ValueError(f"model does not take inputs of {shapes}: {first_line(error)}") from error


def _runs(model, inputs) -> bool:
    try:
        model(*inputs)
    except Exception:
        return False
    return True


def _in_order(model, named: Mapping) -> tuple:
    """The values of a dict in the order of forward's arguments, without labels."""
    if takes := getattr(model, "captured_for", None):
        needed = list(takes)
    else:
        places = inspect.signature(model.forward).parameters.values()
        takes = {p.name: p.default for p in places if p.kind is p.POSITIONAL_OR_KEYWORD}
        needed = [name for name, default in takes.items() if default is inspect.Parameter.empty]
    given = [name for name in named if name not in LABELS or name in needed]
    if (unknown := set(given) - set(takes)) or (missing := set(needed) - set(given)):
        wrong = f"names {', '.join(sorted(map(str, unknown)))}" if unknown else f"lacks {', '.join(sorted(missing))}"
        raise ValueError(f"the batch {wrong}; the model takes {', '.join(takes)}")
    order = [name for name in takes if name in given]
    if order != list(takes)[: len(order)]:
        before = next(name for name in takes if name not in given)
        raise ValueError(f"the batch names {', '.join(order)}, but not {before}, which stands before: give it as well")
    return tuple(named[name] for name in order)


def _as_tensor(batch, name) -> torch.Tensor:
    if isinstance(batch, torch.Tensor):
        check_dense(batch, name)
        return batch
    try:
        array = np.asarray(batch)
    except (ValueError, TypeError):  # rows of unequal length, or what cannot be an array
        array = np.empty(0, object)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} must be arrays of numbers, or a tuple of them in forward's order, got {_kind(batch)}")
    array = for_torch(array)
    return torch.as_tensor(array.astype(np.float32) if array.dtype == np.float64 else array)


def _kind(batch) -> str:
    words = f"a dict of {', '.join(map(str, batch))}" if isinstance(batch, Mapping) else f"a {type(batch).__name__}"
    return words if len(words) <= 120 else f"{words[:119]}…"


def _are_labels(x, inputs) -> bool:
    return x.ndim == 1 and not x.is_floating_point() and has_batch(x, inputs)
