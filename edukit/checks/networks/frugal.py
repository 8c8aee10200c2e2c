"""An exercise whose answer must be right and must also need little work and little memory.

Some answers differ in nothing but what they do on the way: (φ(q) φ(k)ᵀ) v and φ(q) (φ(k)ᵀ v) are equal, and one of
them multiplies N² times and writes N² numbers down. Every operation on the arrays of the question is counted, in numpy
and in torch; numpy tells Python's own tracemalloc about every array that it holds.

Cost      a product of (m, k) and (k, n) is m k n multiplications; any other operation is one for each number it writes
"""

import math
import tracemalloc
from dataclasses import dataclass

import numpy as np
import torch
from torch.overrides import TorchFunctionMode

from edukit.checks.asking import Failure, ask
from edukit.checks.verdict import Exercise, Verdict


@dataclass(frozen=True, repr=False)
class Frugal(Exercise):
    """An exercise whose answer to a large question must be right, within a limit of work and two of memory.

    limit_numbers   how many numbers an array or tensor may have that is made on the way

    >>> times = Frugal(lambda x: x.sum(), [(np.ones(2),)], {}, "right", large=(np.ones(50),), limit_bytes=1e6,
    ...     limit_work=1000, wasteful="too much")
    >>> times(lambda x: sum(x)), times(lambda x: np.outer(x, np.ones(len(x)))[:, 0].sum())
    (✓ right, ✗ too much (2,551 multiplications; a limit of 1,000 leaves room enough))
    """

    large: tuple = ()
    limit_bytes: float = math.inf
    limit_work: float = math.inf
    limit_numbers: float = math.inf
    wasteful: str = ""

    def _verdict(self, answer) -> Verdict:
        verdict = super()._verdict(answer)
        if not verdict:
            return verdict
        tracemalloc.start()
        try:
            got, work, largest = _worked(answer, self.large)
            held = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        if isinstance(got, Failure):
            return Verdict(False, f"✗ {got.line}")
        if work > self.limit_work:
            spoken = f"{work:,} multiplications; a limit of {self.limit_work:,.0f} leaves room enough"
            return Verdict(False, f"✗ {self.wasteful} ({spoken})")
        if largest > self.limit_numbers:
            spoken = f"an array of {largest:,} numbers; a limit of {self.limit_numbers:,.0f} leaves room enough"
            return Verdict(False, f"✗ {self.wasteful} ({spoken})")
        if held > self.limit_bytes:
            spoken = f"{held / 1e6:.2g} MB held at once; a limit of {self.limit_bytes / 1e6:.2g} MB leaves room enough"
            return Verdict(False, f"✗ {self.wasteful} ({spoken})")
        if not self._is_right(self.large, self.solve(*self.large), got):
            sizes = ", ".join(str(np.shape(part)) for part in self.large)
            return Verdict(False, f"✗ right for small questions, and wrong for a large one, of shapes {sizes}")
        return verdict


def _worked(answer, arguments):
    """What it answers, how many multiplications that took, and how many numbers the largest array on the way had."""
    Counted.work = 0
    Counted.largest = 0
    with _CountTorch() as in_torch:
        got = ask(answer, tuple(part.view(Counted) if isinstance(part, np.ndarray) else part for part in arguments))
    got = got.view(np.ndarray) if isinstance(got, Counted) else got
    return got, Counted.work + in_torch.work, max(Counted.largest, in_torch.largest)


class Counted(np.ndarray):
    """A numpy array that counts what is done with it, and with all that comes of it."""

    work = 0
    largest = 0

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **options):
        if out is not None:
            options["out"] = _plain(out)
        result = getattr(ufunc, method)(*_plain(inputs), **options)
        inner = _inner(inputs) if ufunc.signature else 1
        read = np.size(inputs[0]) if method != "__call__" else 0
        Counted.work += max(read, inner * sum(np.size(part) for part in _parts(result)))
        return _counted(_measured(result))

    def __array_function__(self, function, types, arguments, options):
        result = function(*_plain(arguments), **_plain(options))
        inner = _inner(arguments) if function in (np.dot, np.inner, np.tensordot, np.vdot) else 1
        work = inner * sum(np.size(part) for part in _parts(result))
        Counted.work += _einsum_work(arguments, options) if function is np.einsum else work
        return _counted(_measured(result))


def _plain(value):
    if isinstance(value, Counted):
        return value.view(np.ndarray)
    if isinstance(value, tuple | list):
        return type(value)(map(_plain, value))
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    return value


def _counted(value):
    if isinstance(value, tuple | list):
        return type(value)(map(_counted, value))
    return value.view(Counted) if isinstance(value, np.ndarray) else value


def _measured(result):
    """The same, after its largest array was noted; one that looks into another takes no memory of its own."""
    sizes = [np.size(part) for part in _parts(result) if getattr(part, "base", None) is None]
    Counted.largest = max([Counted.largest, *sizes])
    return result


def _parts(value):
    return value if isinstance(value, tuple | list) else [value]


def _inner(inputs) -> int:
    """The length of the axis over which a product sums."""
    return np.shape(inputs[0])[-1] if np.ndim(inputs[0]) else 1


def _einsum_work(arguments, options) -> int:
    """All combinations of the letters, unless numpy was asked to find a better order of its own."""
    letters, *parts = arguments
    if options.get("optimize") or not isinstance(letters, str):
        return 0
    sizes = {}
    for names, part in zip(letters.split("->")[0].replace(" ", "").split(","), parts, strict=True):
        sizes |= dict(zip(names, np.shape(part), strict=False))
    return math.prod(sizes.values())


class _CountTorch(TorchFunctionMode):
    """Counts what torch does while it is on."""

    def __init__(self):
        super().__init__()
        self.work = 0
        self.largest = 0

    def __torch_function__(self, function, types, arguments=(), options=None):
        options = options or {}
        result = function(*arguments, **options)
        if isinstance(result, torch.Tensor):
            name = getattr(function, "__name__", "").strip("_")
            inner = _inner(arguments) if name in ("matmul", "mm", "bmm", "mv", "dot", "inner", "tensordot") else 1
            self.work += _einsum_work(arguments, {}) if name == "einsum" else inner * result.numel()
            if name not in ("from_numpy", "as_tensor") and not result._is_view():
                self.largest = max(self.largest, result.numel())
        return result
