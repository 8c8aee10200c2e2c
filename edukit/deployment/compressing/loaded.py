"""Loaded: a model and images from files, as a terminal names them.

    train.py:make_model · package.module:MODEL      →  an nn.Module, or what a call without arguments makes
    images.npy · digits.npz · images.pt             →  an array; of several in one file, x or images, y or labels

The script is run as a module, so that what stands below `if __name__ == "__main__":` does not. Arrays are read without
pickle, which could run code of its own.
"""

import importlib
import importlib.util
import sys
from functools import reduce
from pathlib import Path

import numpy as np
import torch
from torch import nn

from edukit.errors import first_line

IMAGES, LABELS = ("x", "images"), ("y", "labels")


def load_model(text: str) -> nn.Module:
    """The model that SCRIPT_OR_MODULE:NAME names.

    Raises ValueError where there is no such script, module or name, where the code stops with an error, and where the
    name is neither a model nor makes one.

    >>> load_model("torch.nn:Identity")
    Identity()
    """
    place, colon, name = text.rpartition(":")
    if not colon or not place or not name:
        raise ValueError(f"the model must be SCRIPT_OR_MODULE:NAME, such as train.py:make_model, got {text!r}")
    module = _module(place)
    try:
        found = reduce(getattr, name.split("."), module)
    except AttributeError:
        names = ", ".join(key for key in vars(module) if not key.startswith("_"))[:200]
        raise ValueError(f"{place} has no {name}; it has {names or 'nothing'}") from None
    if not isinstance(found, nn.Module) and callable(found):
        found = _run(found, text)
    if not isinstance(found, nn.Module):
        raise ValueError(f"{text} must be a torch.nn.Module or make one without arguments, got {type(found).__name__}")
    return found


def load_arrays(images: str, labels: str | None = None):
    """The images of a file, or (images, labels), of one file or two; ValueError for files that hold none.

    A file of images that holds labels as well gives both.
    """
    found = _arrays(images)
    x = _named(found, IMAGES, images)
    if labels is not None:
        return x, _named(_arrays(labels), LABELS, labels)
    y = next((found[name] for name in LABELS if name in found), None)
    return x if y is None else (x, y)


def _module(place: str):
    if not place.endswith(".py"):
        sys.path.insert(0, "")
        return _run(lambda: importlib.import_module(place), place)
    path = Path(place)
    if not path.is_file():
        raise ValueError(f"the script must be a file, found none at {place}")
    sys.path.insert(0, str(path.resolve().parent))  # for what it imports beside itself
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module  # so that its classes can be sent to other processes
    _run(lambda: spec.loader.exec_module(module), place)
    return module


def _run(function, said: str):
    """What the caller's own code answers; whatever it raises becomes one line."""
    try:
        return function()
    except (Exception, SystemExit) as error:
        raise ValueError(f"{said} stops with {first_line(error)}") from error


def _arrays(file: str) -> dict:
    path = Path(file)
    suffix = path.suffix.lower()
    if suffix not in (".npy", ".npz", ".pt"):
        raise ValueError(f"images and labels must be .npy, .npz or .pt files, got {file}")
    if not path.is_file():
        raise ValueError(f"found no file at {file}")
    try:
        found = torch.load(path, weights_only=True) if suffix == ".pt" else np.load(path, allow_pickle=False)
        return dict(found) if suffix == ".npz" or isinstance(found, dict) else {"": found}
    except Exception as error:  # zipfile's, numpy's and torch's own
        raise ValueError(f"{file} cannot be read: {first_line(error)}") from error


def _named(arrays: dict, names, file: str):
    """The array of one of these names; the only one, whatever its name."""
    found = next((arrays[name] for name in names if name in arrays), None)
    if found is None and len(arrays) == 1:
        found = next(iter(arrays.values()))
    if found is None:
        raise ValueError(f"{file} must hold {' or '.join(names)}, it holds {', '.join(map(str, arrays)) or 'nothing'}")
    return found
