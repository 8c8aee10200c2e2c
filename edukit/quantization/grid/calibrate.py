"""Calibration: which range of real values deserves the codes?

    min_max         low = min x,  high = max x              nothing saturates, outliers stretch the step
    percentile      (100 - p)-th and p-th percentile of x   a few values saturate, the step is finer
    mse             the least Σ (x - x̂)²                    clipping and rounding together cost least
    kl              the least Σ P log (P / Q)               the codes still tell how the values are spread: entropy.py
    moving_average  low_t = m low_{t-1} + (1 - m) min x_t   what each batch spans, smoothed over time; high alike

Symbols   x a sample of weights or activations · x̂ the same, stored on the grid of the range · m momentum · p in %
          P, Q the shares of a histogram's bins before and after the codes (entropy.py)
Shapes    x any; the range has the shape of x reduced over all axes but `axis` (None, one, or a tuple of them),
          the reduced ones kept as 1, so that it broadcasts against x
Bound     min x <= low <= high <= max x; percentile: at most (100 - p) % and one value outside on each side;
          mse: its squared error is never above that of min_max
Source    Wu et al. 2020, https://arxiv.org/abs/2004.09602, section 3.4;
          moving_average: Jacob et al. 2018, https://arxiv.org/abs/1712.05877, section 3.1
In production  the calibrators of onnxruntime.quantization, whose histograms lie symmetrically around 0;
               the observers of torchao.quantization.pt2e, whose moving averages weigh the newest batch with 0.01
"""

import functools
import math
from collections.abc import Callable
from numbers import Integral

import numpy as np
import torch

from edukit.checked import checked
from edukit.quantization.grid.affine import Array, QParams, check_bits, choose_qparams, fake_quantize, namespace
from edukit.quantization.grid.condense import condensed
from edukit.refuse import check_array, is_finite, shown

Axes = int | tuple[int, ...] | None
Calibrator = Callable[..., tuple[Array, Array]]  # (x, axis=None) -> (low, high)
Choose = Callable[..., QParams]  # (low, high, bits, symmetric=) -> grid
EXACT = 2**18  # values, up to which mse looks at each of them for every range; of more, at means of narrow bins
FRACTIONS = [a / 100 for a in range(100, 0, -1)]  # of the range, that mse tries


def declare(*, needs_grid: bool = False, tries_grids: bool = False, over_time: bool = False):
    """Declare what a calibrator (x, axis=None) -> (low, high) of your own needs; one that needs nothing is a function.

    needs_grid     it is called with bits=, symmetric= of the grid that the range is for
    tries_grids    it is called with choose= as well, where another function than `choose_qparams` makes the grid
    over_time      x is the history of an Observer, the smallest and largest value of each batch, and not a sample

    >>> @declare(needs_grid=True)
    ... def half_at_two_bits(x, axis=None, *, bits, symmetric):
    ...     low, high = min_max(x, axis)
    ...     return (low / 2, high / 2) if bits == 2 else (low, high)
    >>> [float(v) for v in for_grid(half_at_two_bits, 2, True)(np.float32([-4, 8]))]
    [-2.0, 4.0]
    """

    def with_needs(function: Calibrator) -> Calibrator:
        function.declared = {"needs_grid": needs_grid, "tries_grids": tries_grids, "over_time": over_time}  # type: ignore[attr-defined]
        return function

    return with_needs


def declares(calibrator: Calibrator, need: str) -> bool:
    """Whether a calibrator, or the one inside a functools.partial, has declared this need.

    >>> declares(functools.partial(mse, bits=4), "needs_grid"), declares(min_max, "over_time")
    (True, False)
    """
    while isinstance(calibrator, functools.partial):
        calibrator = calibrator.func
    return getattr(calibrator, "declared", {}).get(need, False)


@checked
def min_max(x: Array, axis: Axes = None) -> tuple[Array, Array]:
    """The smallest and the largest value, of all of x or of each index along `axis`.

    >>> low, high = min_max(np.float32([[1, 2], [-3, 4]]), axis=0)
    >>> low.tolist(), high.tolist()
    ([[1.0], [-3.0]], [[2.0], [4.0]])
    """
    xp = namespace(x)
    others = reduced_axes(x, axis)
    if not others:  # each value is a range of its own; torch would take () for all axes
        return x, x
    return xp.amin(x, others, keepdims=axis is not None), xp.amax(x, others, keepdims=axis is not None)


@checked
def percentile(x: Array, axis: Axes = None, *, p: float = 99.9) -> tuple[Array, Array]:
    """The range that leaves (100 - p) % of the values out on each side.

    p   above 50, at most 100; p=100 is min_max

    >>> low, high = percentile(np.arange(101, dtype=np.float32), p=99)
    >>> float(low), float(high)
    (1.0, 99.0)
    """
    if not 50 < p <= 100:
        raise ValueError(f"p must be above 50 and at most 100 (a percentage), got {p!r}")
    others = reduced_axes(x, axis)
    return like(x, np.percentile(as_float64(x), [100 - p, p], axis=others, keepdims=axis is not None))


@checked
@declare(needs_grid=True, tries_grids=True)
@torch.no_grad()
def mse(
    x: Array, axis: Axes = None, *, bits: int = 8, symmetric: bool = False, choose: Choose = choose_qparams
) -> tuple[Array, Array]:
    """The range whose grid, of that many bits, stores x with the least squared error.

    Tries the range shrunk to 100, 99, … 1 % of itself; then each end alone, where an asymmetric one has two. Of weights
    it sees the weights' error alone; which step a layer's output wants, `best_step` of ptq/rounding.py finds.

    choose   (low, high, bits, symmetric=) -> the grid of a range

    >>> low, high = mse(np.append(np.linspace(0, 1, 9999), 4).astype(np.float32), bits=4)
    >>> round(float(low), 1), round(float(high), 1)
    (0.0, 1.0)
    """
    bits = check_bits(bits)
    others = reduced_axes(x, axis)
    ends = min_max(x, axis)
    bins = min(max(256, 8 * 2**bits), 1024)
    if not others:
        return ends
    two_ends = not symmetric and bool(((ends[0] < 0) & (ends[1] > 0)).any())
    grid = functools.partial(choose, bits=bits, symmetric=symmetric)

    def error(qparams):
        return namespace(x).sum((x - fake_quantize(x, qparams)) ** 2, others, keepdims=axis is not None)

    if math.prod(x.shape) <= EXACT or math.prod(x.shape[a] for a in others) < 4 * bins:
        return _least(ends, grid, error, two_ends)
    means, counts = condensed(x, others, bins)
    few = tuple(torch.as_tensor(end).reshape(*means.shape[:-1], 1) for end in ends)

    def error_of_means(qparams):
        return (counts * (means - fake_quantize(means, qparams)) ** 2).sum(-1, keepdim=True)

    found = _least(few, grid, error_of_means, two_ends)
    found = like(x, (end.reshape(ends[0].shape).numpy() for end in found))
    better = error(grid(*found)) < error(grid(*ends))
    return tuple(namespace(x).where(better, new, end)[()] for new, end in zip(found, ends, strict=True))


def _least(ends, grid, error, two_ends):
    """The range, of those that are tried, for which error(grid(low, high)) is least."""
    smallest, largest = low, high = ends
    xp = namespace(low)
    least = np.inf
    for moved in ["low high", "high", "low"] if two_ends else ["low high"]:
        lows = xp.stack([xp.clip(a * smallest, smallest, largest) if "low" in moved else low for a in FRACTIONS])
        highs = xp.stack([xp.clip(a * largest, smallest, largest) if "high" in moved else high for a in FRACTIONS])
        grids = grid(lows, highs)
        for a_low, a_high, scale, zero_point in zip(lows, highs, grids.scale, grids.zero_point, strict=True):
            found = error(QParams(scale, zero_point, grids.qmin, grids.qmax))
            better = found < least
            low, high = xp.where(better, a_low, low), xp.where(better, a_high, high)
            least = xp.where(better, found, least)
    return low[()], high[()]


def clipping_and_rounding(x: Array, qparams: QParams) -> tuple[float, float]:
    """The mean squared error of x in two parts: what lies outside the grid, and what lies between two codes.

    They add up to the whole error, because what saturates lands on the last code and is not rounded.

    >>> grid = choose_qparams(np.float32(0), np.float32(1.5), bits=2)
    >>> clipping_and_rounding(np.float32([0.75, 2.5]), grid)
    (0.5, 0.03125)
    """
    reduced_axes(x, None)
    xp = namespace(x)
    inside = xp.clip(x, *(qparams.scale * (code - qparams.zero_point) for code in (qparams.qmin, qparams.qmax)))
    rounded = inside - fake_quantize(inside, qparams)
    return float(((x - inside) ** 2).mean()), float((rounded**2).mean())


@checked
@declare(over_time=True)
def moving_average(x: Array, axis: Axes = None, *, momentum: float = 0.9) -> tuple[Array, Array]:
    """The smallest and the largest value of each step in time, averaged so that old steps fade.

    x         axis 0 is time: a batch each
    momentum  what remains of the past at each step, from 0 (only the last step counts) to below 1

    >>> low, high = moving_average(np.float32([[-1, 1], [-1, 3]]), momentum=0.5)
    >>> float(low), float(high)
    (-1.0, 2.0)
    """
    if not 0 <= momentum < 1:
        raise ValueError(f"momentum must be at least 0 and below 1, got {momentum!r}")
    others = reduced_axes(x, axis)
    if 0 not in others:
        raise ValueError(f"axis must leave out axis 0, which is time, and x needs that axis; got {axis!r}")
    others = others[1:]
    values = as_float64(x)
    steps = np.stack([values.min(others, keepdims=True), values.max(others, keepdims=True)])
    average = steps[:, :1]  # from the first step on: a start at 0 would pull every range towards it
    for t in range(1, steps.shape[1]):
        average = momentum * average + (1 - momentum) * steps[:, t : t + 1]
    return like(x, average.ravel() if axis is None else average)


def for_grid(calibrator: Calibrator, bits: int, symmetric: bool, choose: Choose = choose_qparams) -> Calibrator:
    """The calibrator, told of the grid that its range is for, if it declares `needs_grid`.

    What a functools.partial has fixed already stays as it was fixed.

    >>> for_grid(min_max, 4, True) is min_max, for_grid(mse, 4, True).keywords
    (True, {'bits': 4, 'symmetric': True})
    """
    if not declares(calibrator, "needs_grid"):
        return calibrator
    told = {"bits": bits, "symmetric": symmetric}
    if choose is not choose_qparams and declares(calibrator, "tries_grids"):
        told["choose"] = choose
    return functools.partial(calibrator, **told | getattr(calibrator, "keywords", {}))


def as_float64(x):
    """x as a numpy array of float64, without gradient."""
    return x.detach().cpu().double().numpy() if isinstance(x, torch.Tensor) else np.asarray(x, np.float64)


def like(x, values):
    """Each value as x is: torch or numpy, of its type where that is a float, float32 where it is not."""
    if isinstance(x, torch.Tensor):
        dtype = x.dtype if x.is_floating_point() else torch.float32
        return tuple(torch.as_tensor(value, device=x.device).to(dtype) for value in values)
    dtype = x.dtype if np.asarray(x).dtype.kind == "f" else np.float32
    return tuple(value.astype(dtype) for value in values)


def reduced_axes(x: Array, axis: Axes) -> tuple[int, ...]:
    """The axes to reduce; refuses what has no range."""
    check_array(x)
    if (x.numel() if isinstance(x, torch.Tensor) else np.size(x)) == 0:
        raise ValueError("x is empty; a range needs at least one value")
    if not is_finite(x):
        raise ValueError("x holds NaN or infinity; a range needs finite values")
    kept = () if axis is None else axis if isinstance(axis, tuple) else (axis,)
    whole = all(isinstance(a, Integral) and not isinstance(a, bool) for a in kept)
    if not whole or not all(-x.ndim <= a < x.ndim for a in kept):
        raise ValueError(f"axis must be None or axes of x, which has {x.ndim}, got {shown(axis)}")
    return tuple(a for a in range(x.ndim) if a not in [k % x.ndim for k in kept])
