"""Arguments that are no such thing at all are refused by what a function's own signature says of them.

    @checked
    def prune(model: nn.Module, share: float, *, seed: int = 0, dense: bool = False) -> nn.Module

    nn.Module, QParams, …   an object of that class                 TypeError
    bool                    True or False, numpy's too              TypeError
    float                   one real number                         ValueError
    str, Path, Callable     text, a path, something to call         TypeError
    Mapping, Iterable, …    what holds several values, no text      TypeError
    seed, example, …        by their names, which always mean one thing

What remains, such as which numbers are allowed, the function itself refuses. `X | None` lets None pass.

Importing this file does not import torch.

Cost      some microseconds a call: one look at each argument that is given
"""

import functools
import inspect
import os
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from numbers import Integral
from pathlib import Path
from types import UnionType

import numpy as np

from edukit.refuse import INT64, Array, check_dense, check_flag, check_number, check_whole, is_tensor, shown

P = typing.ParamSpec("P")
R = typing.TypeVar("R")
INPUTS = {"example", "calibration", "images"}
FILES = {"path", "folder"}
FUNCTIONS = {"calibrator", "weight_calibrator", "evaluate"}
COUNTS = {
    "batch",
    "batch_size",
    "epochs",
    "steps",
    "epochs_per_step",
    "classes",
    "stride",
    "count",
}  # where they are ints
TEXTS = str | bytes


def checked(function: Callable[P, R]) -> Callable[P, R]:
    """A decorator: refuse each argument that is not what its annotation says, by its name, before any work.

    >>> @checked
    ... def halved(x: float, *, loud: bool = False) -> float:
    ...     return x / 2
    >>> halved(3.0), halved.__name__
    (1.5, 'halved')
    >>> halved("3")
    Traceback (most recent call last):
    ValueError: x must be a number, got '3'
    """
    parameters = inspect.signature(function).parameters.values()
    found = {p.name: check for p in parameters if p.kind != p.VAR_KEYWORD and (check := _check_of(p))}
    places = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]

    @functools.wraps(function)
    def checking(*args: P.args, **kwargs: P.kwargs) -> R:
        for name, value in (*zip(places, args, strict=False), *kwargs.items()):
            if name in found:
                found[name](value, name)
        return function(*args, **kwargs)

    return checking


def _check_of(parameter) -> Callable | None:
    """What an argument must be, as a function of its value and name; None where anything may come."""
    if parameter.name == "seed":
        return check_seed
    if parameter.name in FILES and parameter.annotation is parameter.empty:
        return check_file
    if parameter.name in FUNCTIONS:
        return _or_none(check_callable, parameter.default is None)
    if parameter.name in INPUTS and parameter.annotation is parameter.empty:
        return _or_none(check_inputs, parameter.default is None)
    kind = parameter.annotation
    if parameter.name in COUNTS and kind is int:
        return check_int
    if kind is Array:
        return check_dense
    if typing.get_origin(kind) in (typing.Union, UnionType):
        kinds = typing.get_args(kind)
        rest = [one for one in kinds if one is not type(None)]
        if str in rest and Path in rest and len(rest) == 2:
            return _or_none(check_path, len(rest) < len(kinds))
        check = _check_of_kind(rest[0]) if len(rest) == 1 else None
        return check and _or_none(check, len(rest) < len(kinds))
    return _check_of_kind(kind)


def _check_of_kind(kind) -> Callable | None:
    kind = typing.get_origin(kind) or kind
    known = {bool: check_flag, float: check_number, Callable: check_callable}
    known |= {Path: check_path, str: _check_text, dict: _check_mapping, Mapping: _check_mapping}
    known |= dict.fromkeys((list, Sequence, Iterable), check_several)
    if kind in known:
        return known[kind]
    if inspect.isclass(kind) and (kind.__module__, kind.__name__) == ("torch", "Tensor"):
        return _check_tensor
    mine = inspect.isclass(kind) and kind.__module__.startswith(("edukit.", "torch."))
    return (lambda value, name: check_kind(value, name, kind)) if mine else None


def _or_none(check, none_passes):
    return (lambda value, name: value is None or check(value, name)) if none_passes else check


def check_seed(value, name: str = "seed") -> int:
    """The seed as an int; a ValueError unless torch and numpy can start from it: a whole number below 2^64.

    >>> check_seed(17)
    17
    """
    return check_whole(value, name, 0, 2**64 - 1)


def check_int(value, name: str) -> None:
    """Raise a ValueError that names the argument unless it is a whole number of 63 bits, numpy's too."""
    if not isinstance(value, Integral) or isinstance(value, bool) or abs(value) > INT64:
        raise ValueError(f"{name} must be a whole number of at least 1, got {shown(value)}")


def check_kind(value, name: str, kind: type) -> None:
    """Raise a TypeError that names the argument unless it is an object of the class."""
    if not isinstance(value, kind):
        raise TypeError(f"{name} must be {_a(kind)}, got {type(value).__name__}")


def check_callable(value, name: str) -> None:
    """Raise a TypeError that names the argument unless it can be called."""
    if not callable(value):
        kind = "a function of a model" if name == "evaluate" else "a function"
        raise TypeError(f"{name} must be {kind}, got {type(value).__name__}")


def check_path(value, name: str) -> None:
    """Raise a TypeError that names the argument unless it is a path, as text or as a Path; ValueError for none."""
    if not isinstance(value, str | os.PathLike):
        raise TypeError(f"{name} must be a path, got {shown(value)}")
    if not os.fspath(value):
        raise ValueError(f"{name} must be a path, got ''")


def check_file(value, name: str) -> None:
    """The same for what is opened and run: a torch.nn.Module may take the place of a file."""
    if not any(kind.__module__.startswith("torch.nn.") for kind in type(value).__mro__):
        check_path(value, name)


def check_several(value, name: str) -> None:
    """Raise a TypeError that names the argument unless it holds several values; a text is one."""
    if isinstance(value, TEXTS) or not isinstance(value, Iterable) or inspect.isclass(value) or _is_single(value):
        raise TypeError(f"{name} must be a list, got {shown(value)}")


def check_inputs(value, name: str) -> None:
    """Raise a TypeError that names the argument unless it may hold inputs of a model: arrays, or batches of them."""
    if is_tensor(value):
        check_dense(value, name)
    elif isinstance(value, np.ndarray | np.generic):
        wrong = value.dtype.kind not in "biuf"
        if wrong:
            raise TypeError(f"{name} must hold numbers, got {value.dtype}")
    elif isinstance(value, TEXTS | set) or not isinstance(value, Iterable):
        raise TypeError(f"{name} must be a batch or several, arrays of numbers, got {shown(value)}")


def _check_text(value, name):
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a text, got {shown(value)}")


def _check_mapping(value, name):
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} must be a dict, got {shown(value)}")


def _check_tensor(value, name):
    if not is_tensor(value):
        raise TypeError(f"{name} must be a torch tensor, got {type(value).__name__}")
    check_dense(value, name)


def _is_single(value) -> bool:
    return hasattr(value, "ndim") and not value.ndim


def _a(kind) -> str:
    name = f"torch.nn.{kind.__name__}" if kind.__module__.startswith("torch.nn") else kind.__name__
    return f"an {name}" if name[0] in "AEIO" else f"a {name}"
