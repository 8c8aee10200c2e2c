"""The grid of an integer code, and what can be none: a grid is refused where it is made, not where it gives nonsense.

Symbols   S scale > 0 · Z zero_point, an integer · q code, qmin to qmax
Shapes    S, Z broadcast against each other: () per tensor, (C, 1, 1, 1) per channel
Cost      a few operations on a small tensor, however large the tensor of codes
"""

import math
import sys
from dataclasses import dataclass

import numpy as np

from edukit.refuse import Array, check_real, check_whole, is_tensor

INT32 = -(2**31), 2**31 - 1


@dataclass(frozen=True)
class QParams:
    """An integer grid: the codes qmin..qmax, and the real step `scale` between two of them.

    scale        finite and above 0
    zero_point   whole numbers from qmin to qmax, in a shape that broadcasts with scale
    qmin, qmax   whole numbers of 32 bits, qmin <= qmax
    Raises ValueError for any other, TypeError for what is no number.

    >>> QParams(np.float32(0.5), np.int32(8), 0, 7)
    Traceback (most recent call last):
    ValueError: zero_point must be whole and from 0 to 7, got 8 to 8
    """

    scale: Array
    zero_point: Array
    qmin: int
    qmax: int

    def __post_init__(self):
        check_real(self.scale, "scale")
        check_real(self.zero_point, "zero_point")
        zero = widened(self.zero_point)
        qmin = check_whole(self.qmin, "qmin", *INT32)
        qmax = check_whole(self.qmax, "qmax", qmin, INT32[1])
        _check_grid(self.scale, zero, qmin, qmax)
        for name, value in {"zero_point": zero, "qmin": qmin, "qmax": qmax}.items():
            object.__setattr__(self, name, value)


def check_grids(**grids) -> None:
    """Raise a TypeError that names the argument unless each is a QParams.

    >>> check_grids(x_qparams=(0.1, 0))
    Traceback (most recent call last):
    TypeError: x_qparams must be a QParams, got tuple
    """
    for name, grid in grids.items():
        if not isinstance(grid, QParams):
            raise TypeError(f"{name} must be a QParams, got {type(grid).__name__}")


def widened(q):
    """Whole numbers in at least 32 bits: a difference of two codes of 8 bits would wrap in theirs.

    >>> widened(np.uint8(3)).dtype
    dtype('int32')
    """
    if is_tensor(q) and not q.is_floating_point():
        torch = sys.modules["torch"]
        return q.to(torch.int32 if q.itemsize < 4 or q.dtype == torch.int32 else torch.int64)
    if isinstance(q, np.ndarray | np.generic) and q.dtype.kind in "iu":
        return q.astype(np.promote_types(q.dtype, np.int32), copy=False)
    return q


def _check_grid(scale, zero, qmin, qmax):
    low, high = _ends(scale)
    if not 0 < low <= high < math.inf:
        raise ValueError(f"scale must be finite and above 0, got {low:g} to {high:g}")
    low, high = _ends(zero, qmin)
    if not (qmin <= low <= high <= qmax and _is_whole(zero)):
        raise ValueError(f"zero_point must be whole and from {qmin} to {qmax}, got {low:g} to {high:g}")
    shapes = np.shape(scale), np.shape(zero)
    if () not in shapes and shapes[0] != shapes[1]:
        try:
            np.broadcast_shapes(*shapes)
        except ValueError:
            raise ValueError(f"zero_point must broadcast with scale {shapes[0]}, got {shapes[1]}") from None


def _ends(x, default=1):
    """The smallest and the largest number, as floats; NaN where there is one; the default where there is no number."""
    x = x.detach() if is_tensor(x) else x
    if not np.shape(x):
        return float(x), float(x)
    if not math.prod(np.shape(x)):
        return default, default
    low, high = x.aminmax() if is_tensor(x) else (np.min(x), np.max(x))
    return float(low), float(high)


def _is_whole(x):
    floats = x.is_floating_point() if is_tensor(x) else np.asarray(x).dtype.kind == "f"
    return not floats or bool(((x.round() if is_tensor(x) else np.round(x)) == x).all())
