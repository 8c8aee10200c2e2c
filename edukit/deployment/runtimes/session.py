"""Runtimes: load an exported file and run it, one interface for all of them.

    session = load("model.onnx");  logits = session(x)          ONNX Runtime
    session = load("model.pte")                                 ExecuTorch
    session = load("model.tflite")                              LiteRT
    session = load(model)                                       torch

In production  onnxruntime-android, executorch-android and com.google.ai.edge.litert load the same files
"""

from importlib import import_module
from itertools import zip_longest
from pathlib import Path

import numpy as np
from torch import nn

from edukit.checked import checked
from edukit.deployment.files.seal import is_intact
from edukit.deployment.runtimes import module
from edukit.deployment.runtimes.installed import RUNS, check_installed
from edukit.deployment.runtimes.opened import Opened
from edukit.refuse import check_whole
from edukit.table import Table

SUFFIXES = {".onnx": "onnxruntime", ".pte": "executorch", ".tflite": "litert"}
RUNTIMES = (*SUFFIXES.values(), "torch")


class Session:
    """A loaded model: call it with numpy arrays, get numpy arrays.

    runtime, threads   what runs it, on how many threads
    inputs, outputs    names -> shapes, as the file has them; a free axis is a string; None where it is unknown
    types              of the inputs, as the caller gives them; None where the runtime decides
    output_types       of the outputs; none where they are unknown
    """

    def __init__(self, opened: Opened, runtime: str, threads: int):
        self._opened = opened
        self.runtime = runtime
        self.threads = threads
        self.inputs = opened.inputs
        self.outputs = opened.outputs
        self.types = opened.types
        self.output_types = opened.output_types

    def __call__(self, *arrays: np.ndarray):
        """Run once: one array for each input; returns the output, or a tuple where the model has several.

        Raises ValueError for another number of inputs, another shape and NaN, TypeError for another kind of numbers.
        """
        if len(arrays) != len(self.inputs):
            raise ValueError(f"the model takes {len(self.inputs)} inputs ({', '.join(self.inputs)}), got {len(arrays)}")
        named = zip(self.inputs.items(), self._opened.types, arrays, strict=True)
        fitting = [_fitting(name, shape, kind, np.asarray(array)) for (name, shape), kind, array in named]
        results = self._each_row(fitting) if self._opened.row_by_row else self._opened.run(fitting)
        return results[0] if len(results) == 1 else tuple(results)

    def __repr__(self):
        parts = (self.inputs, self.outputs) if self.outputs else (self.inputs,)
        said = (", ".join(f"{name} {_in_words(shape)}" for name, shape in part.items()) for part in parts)
        return f"Session({self.runtime}, threads {self.threads}: {' → '.join(said)})"

    def _repr_html_(self) -> str:
        parts = ("input", self.inputs, self.types), ("output", self.outputs, self.output_types)
        rows = [
            (part, name, _in_words(shape), str(kind or ""))
            for part, shapes, kinds in parts
            for (name, shape), kind in zip_longest(shapes.items(), kinds)
        ]
        return Table((f"{self.runtime}, threads {self.threads}", "name", "shape", "type"), rows).html()

    def _each_row(self, arrays) -> list[np.ndarray]:
        """Row after row where the batch is free: the file holds one."""
        free = [shape[:1] == ("batch",) for shape in self.inputs.values()]
        counts = {len(array) for array, is_free in zip(arrays, free, strict=True) if is_free}
        if len(counts) > 1:
            raise ValueError(f"inputs must have as many rows, got {', '.join(map(str, sorted(counts)))}")
        rows = [
            self._opened.run([x[i : i + 1] if is_free else x for x, is_free in zip(arrays, free, strict=True)])
            for i in range(max(counts, default=1))
        ]
        shapes = self.outputs.values()
        if not rows:
            return [np.empty((0, *shape[1:]), np.float32) for shape in shapes]
        return [
            np.concatenate(parts) if shape[:1] == ("batch",) else parts[0]
            for shape, parts in zip(shapes, zip(*rows, strict=True), strict=True)
        ]


def _in_words(shape: tuple | None) -> str:
    return "of any shape" if shape is None else " × ".join(map(str, shape))


@checked
def load(path, runtime: str | None = None, threads: int = 1) -> Session:
    """A session that runs the file at `path`, or a torch model, which is copied.

    runtime   "onnxruntime", "executorch", "litert" or "torch"; by default the one that the suffix names
    Raises ValueError for an unknown runtime or one for other files, fewer than one thread, a file that is missing or
    damaged; ModuleNotFoundError where the runtime is not installed.

    >>> import torch
    >>> load(nn.Linear(2, 3))(np.zeros((4, 2), np.float32)).shape
    (4, 3)
    """
    runtime = runtime_of(path, runtime)
    threads = check_whole(threads, "threads", 1, 1024)
    check_installed(RUNS[runtime], f"to run models in {runtime}")
    if runtime == "torch":
        return Session(module.opened(path, threads), runtime, threads)
    return session_of(intact_bytes(path), runtime, threads, path)


def session_of(content: bytes, runtime: str, threads: int = 1, path="the file", **options) -> Session:
    """A session that runs the bytes of a file; `options` are those of the runtime's own `opened`."""
    backend = import_module(f"edukit.deployment.runtimes.{runtime}")
    return Session(backend.opened(content, threads, path, **options), runtime, threads)


def intact_bytes(path) -> bytes:
    """The file's bytes, checked against the SHA-256 that our export put behind them."""
    path = Path(path)
    if not path.is_file():
        raise ValueError(f"path must be an exported file, found none at {path}")
    content = path.read_bytes()
    if not is_intact(content):
        raise ValueError(f"{path} is damaged, or another tool rewrote it: its checksum does not fit; export it again")
    return content


def as_tuple(answers) -> tuple[np.ndarray, ...]:
    """What a session returns, also where it is a single array."""
    return answers if isinstance(answers, tuple) else (answers,)


def runtime_of(path, runtime: str | None = None) -> str:
    """The runtime that runs a file or a model; ValueError where it is not the one that was asked for."""
    if runtime is not None and runtime not in RUNTIMES:
        raise ValueError(f"runtime must be one of {', '.join(RUNTIMES)}, got {runtime!r}")
    found = "torch" if isinstance(path, nn.Module) else SUFFIXES.get(Path(path).suffix.lower(), runtime)
    if found is None or found == "torch" and not isinstance(path, nn.Module):
        raise ValueError(f"path must end in {', '.join(SUFFIXES)}, or be a model in memory, got {path}")
    if runtime not in (None, found):
        raise ValueError(f"runtime must be {found!r} for {path}, got {runtime!r}")
    return found


def _fitting(name, shape, kind, array) -> np.ndarray:
    """The array in the type that the file wants; its kind of numbers, its shape and NaN are looked at first."""
    if shape is not None:
        fits = len(shape) == array.ndim and all(
            isinstance(n, str) or n == m for n, m in zip(shape, array.shape, strict=True)
        )
        if not fits:
            raise ValueError(f"{name} must have the shape {shape}, got {array.shape}")
    is_float = array.dtype.kind == "f"
    if kind is None:
        kind = np.dtype(np.float32) if array.dtype == np.float64 else array.dtype
    if array.dtype.kind != kind.kind and not (array.dtype.kind in "iu" and kind.kind in "iu"):
        raise TypeError(f"{name} must hold {kind} numbers, got {array.dtype}")
    if is_float and array.size and np.isnan(array.min()):
        raise ValueError(f"{name} holds NaN; it must hold numbers")
    return array.astype(kind, copy=False)
