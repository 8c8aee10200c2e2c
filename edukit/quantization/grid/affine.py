"""Affine quantization: real numbers on an integer grid.

    x ≈ S (q - Z)        q = clip(round(x / S) + Z, qmin, qmax)

Codes are signed, [-2^(b-1), 2^(b-1) - 1], or unsigned, [0, 2^b - 1]; a symmetric grid drops the lowest signed code.

Symbols   S scale > 0 · Z zero_point, an integer · q code · b bits
Shapes    S, Z broadcast against x: () per tensor, (C, 1, 1, 1) per channel
Error     |x - S (q - Z)| <= S / 2 for every x inside the range
Source    Jacob et al. 2018, https://arxiv.org/abs/1712.05877, eq. 1
In production  the ONNX QuantizeLinear operator; torchao.quantization.pt2e
"""

import math
import sys
from dataclasses import dataclass
from typing import Any

import numpy as np

from edukit.refuse import (
    Array,
    check_flag,
    check_real,
    check_whole,
    ends_of,
    is_finite,
    is_tensor,
)

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
        zero = _widened(self.zero_point)
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


def choose_qparams(low: Array, high: Array, bits: int = 8, *, symmetric: bool = False, signed: bool = True) -> QParams:
    """The grid of 2^bits codes that covers [low, high] and holds 0 exactly.

    low, high   equal shapes, low <= high, finite; the range is widened to contain 0, because
                zero padding and ReLU need an exact 0
    bits        2 to 16
    symmetric   zero_point is the middle code, and the range is made even on both sides
    Raises ValueError for any other low, high or bits.

    >>> g = choose_qparams(np.float32(-1), np.float32(2))
    >>> round(float(g.scale), 4), int(g.zero_point)
    (0.0118, -43)
    """
    bits = check_bits(bits)
    check_flag(symmetric, "symmetric")
    check_flag(signed, "signed")
    low, high, xp = _as_ranges(low, high)
    low, high = xp.clip(low, None, 0.0), xp.clip(high, 0.0, None)
    qmin, qmax = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    if symmetric:
        qmin = -qmax if signed else qmin + 1  # an odd number of codes has a middle
        middle = (qmin + qmax) // 2
        scale = _nonzero(xp.maximum(-low, high) / (qmax - middle), xp)
        return QParams(scale, _integers(xp.zeros_like(scale) + middle, xp), qmin, qmax)
    scale = _nonzero((high / 2 - low / 2) / ((qmax - qmin) / 2), xp)  # halves are exact, and high - low could overflow
    return QParams(scale, _integers(xp.clip(xp.round(qmin - low / scale), qmin, qmax), xp), qmin, qmax)


def quantize(x: Array, qparams: QParams) -> Array:
    """Real values to int32 codes, ties to even; values outside the range saturate.

    x   any shape that broadcasts with qparams.scale; NaN is refused with a ValueError

    >>> quantize(np.float32([-9, -0.05, 0.25, 9]), QParams(np.float32(0.1), np.int32(0), -8, 7)).tolist()
    [-8, 0, 2, 7]
    """
    xp = namespace(x)
    q = _steps(x, qparams)  # round(x / S)
    q += qparams.zero_point
    xp.clip(q, qparams.qmin, qparams.qmax, out=q)
    _refuse_nan(q, xp)
    return _integers(q, xp)  # clipped before the cast: a cast alone would wrap 128 to -128


def dequantize(q: Array, qparams: QParams) -> Array:
    """Codes, of any type of whole numbers, back to the real values they stand for: S (q - Z).

    Raises ValueError for fractions, NaN and infinity.

    >>> round(float(dequantize(np.int32(135), QParams(np.float32(0.1), np.int32(128), 0, 255))), 2)
    0.7
    """
    check_real(q, "q")
    check_grids(qparams=qparams)
    if not _are_whole(q) or not is_finite(q):
        raise ValueError("q must hold codes, which are whole numbers, got others")
    steps = _widened(q) - qparams.zero_point
    if namespace(q) is np:  # int32 times float32 is float64 in numpy, and no runtime computes in that
        steps = np.asarray(steps).astype(np.result_type(qparams.scale))
    return steps * qparams.scale


def fake_quantize(x: Array, qparams: QParams) -> Array:
    """The real value that x becomes when it is stored as a code: dequantize(quantize(x)), all of it in floats.

    >>> x = np.float32([0.12, 0.38])
    >>> print(fake_quantize(x, choose_qparams(x.min(), x.max(), bits=2)).round(2))
    [0.13 0.38]
    """
    xp = namespace(x)
    steps = _steps(x, qparams)
    xp.clip(steps, qparams.qmin - qparams.zero_point, qparams.qmax - qparams.zero_point, out=steps)
    _refuse_nan(steps, xp)
    if namespace(qparams.scale) is xp:
        steps = xp.asarray(steps, dtype=getattr(qparams.scale, "dtype", steps.dtype))
    steps *= qparams.scale
    return steps


def check_bits(bits: int, name: str = "bits", most: int = 16) -> int:
    """The bits as an int; a ValueError that names the argument unless they are a whole number from 2 to `most`."""
    return check_whole(bits, name, 2, most)


def namespace(x: Array) -> Any:
    """The library that x belongs to: torch or numpy."""
    return sys.modules["torch"] if is_tensor(x) else np


def _as_ranges(low, high):
    check_real(low, "low")
    check_real(high, "high")
    xp = namespace(low)
    if xp is np:
        low, high = (np.asarray(v, np.float32 if np.asarray(v).dtype.kind in "iub" else None) for v in (low, high))
    if low.shape != high.shape:
        raise ValueError(f"low and high must have equal shapes, got {tuple(low.shape)} and {tuple(high.shape)}")
    if not (is_finite(low) and is_finite(high)):
        raise ValueError("low and high must be finite, got NaN or infinity")
    if bool((low > high).any()):
        raise ValueError("low must not be above high")
    return low, high, xp


def _steps(x, qparams):
    """round(x / S) in one new array, in which all else then happens: memory is what takes the time."""
    check_grids(qparams=qparams)
    check_real(x)
    xp = namespace(x)
    x, scale = (_without_gradient(v) for v in (x, qparams.scale))  # a staircase has no slope: straight_through.py
    steps = xp.asarray(x / scale)
    return xp.round(steps, out=steps)


def _without_gradient(values):
    return values.detach() if is_tensor(values) else values


def _widened(q):
    """Whole numbers in at least 32 bits: a difference of two codes of 8 bits would wrap in theirs."""
    if is_tensor(q) and not q.is_floating_point():
        torch = sys.modules["torch"]
        return q.to(torch.int32 if q.itemsize < 4 or q.dtype == torch.int32 else torch.int64)
    if isinstance(q, np.ndarray | np.generic) and q.dtype.kind in "iu":
        return q.astype(np.promote_types(q.dtype, np.int32), copy=False)
    return q


def _are_whole(x) -> bool:
    """Whether each number of x is whole, whatever its type."""
    floats = x.is_floating_point() if is_tensor(x) else np.asarray(x).dtype.kind == "f"
    return not floats or bool(((x.round() if is_tensor(x) else np.round(x)) == x).all())


def _refuse_nan(clipped, xp):
    """Nothing is infinite any more, so their sum is NaN only if one of them is: no array of answers is needed."""
    if bool(xp.isnan(xp.sum(clipped, dtype=xp.float32))):
        raise ValueError("x holds NaN, which has no code")


def _integers(x, xp):
    """int32; where torch's numbers are as wide, in their own memory: fresh memory takes as long as the division."""
    if xp is np:
        return np.asarray(x).astype(np.int32)
    return x.view(xp.int32).copy_(x) if x.dtype == xp.float32 else x.to(xp.int32)


def _nonzero(scale, xp):
    """A constant zero tensor has no range; any step stores it exactly."""
    smallest = float(xp.finfo(scale.dtype).tiny)
    return xp.where(scale >= smallest, scale, xp.ones_like(scale))


def _check_grid(scale, zero, qmin, qmax):
    low, high = ends_of(scale)
    if not 0 < low <= high < math.inf:
        raise ValueError(f"scale must be finite and above 0, got {low:g} to {high:g}")
    low, high = ends_of(zero, qmin)
    if not (qmin <= low <= high <= qmax and _are_whole(zero)):
        raise ValueError(f"zero_point must be whole and from {qmin} to {qmax}, got {low:g} to {high:g}")
    shapes = np.shape(scale), np.shape(zero)
    if () not in shapes and shapes[0] != shapes[1]:
        try:
            np.broadcast_shapes(*shapes)
        except ValueError:
            raise ValueError(f"zero_point must broadcast with scale {shapes[0]}, got {shapes[1]}") from None
