"""Entropy calibration (KL): the range whose codes keep most of the information about how the values are spread.

    a histogram of x:   |..:|::||||||::|:..|.     many narrow bins
    a window around 0:      [::||||||::|:]        its bins in groups, one for each code; equal ones, or those of a grid

    P  the bins in the window; what lies outside saturates, so it is added to the outermost bins
    Q  of each group the codes know only the sum: it is shared out evenly to the bins that P does not leave empty

    KL(P || Q) = Σ P log (P / Q)                  of all windows, the one that loses the least

Symbols   P, Q shares of all values: P sums to 1, Q to what is not cut off · zeros are left out, as every grid holds 0
          first, last the window: its first bin, and the one after its last
Bound     KL >= 0, in nats; 0 where no group holds two filled bins and nothing is cut off
Source    Migacz 2017, 8-bit inference with TensorRT,
          https://on-demand.gputechconf.com/gtc/2017/presentation/s7310-8-bit-inference-with-tensorrt.pdf
          There Q is scaled up to a sum of 1, so that with few values a window around a single one looks perfect; and a
          code that saw no value makes KL infinite, so that one outlier beyond a gap can forbid to cut it off
In production  CalibrationMethod.Entropy of onnxruntime.quantization: Q scaled up, zeros counted, empty bins smoothed,
               the shares of Q cut to whole numbers, and the bins that an uneven division leaves over all in the last
"""

import functools
from collections.abc import Callable

import numpy as np

from edukit.checked import checked
from edukit.quantization.grid.affine import Array, check_bits, quantize
from edukit.quantization.grid.calibrate import Axes, Choose, as_float64, declare, like, reduced_axes
from edukit.refuse import check_whole


@checked
@declare(needs_grid=True, tries_grids=True)
def kl(
    x: Array,
    axis: Axes = None,
    *,
    bits: int = 8,
    symmetric: bool = False,
    bins: int = 2048,
    choose: Choose | None = None,
) -> tuple[Array, Array]:
    """The range whose codes lose the least information about the histogram of x: TensorRT's entropy calibration.

    bins     of the histogram, and so the precision of the answer
    choose   (low, high, bits, symmetric=) -> the grid whose codes are the groups of bins; None: equal groups

    >>> x = np.random.default_rng(0).laplace(size=10_000).astype(np.float32)
    >>> low, high = kl(x, bits=4)
    >>> bool(x.min() < low < -1) and bool(1 < high < x.max())
    True
    """
    bits = check_bits(bits)
    bins = check_whole(bins, "bins", 2)
    others = reduced_axes(x, axis)
    values = as_float64(x)
    kept = [a for a in range(values.ndim) if a not in others]
    rows = values.transpose(*kept, *others).reshape(*[values.shape[a] for a in kept], -1)
    grid = None if choose is None else functools.partial(choose, bits=bits, symmetric=symmetric)
    ranges = np.apply_along_axis(_kl_of_row, -1, rows, 2 ** (bits - symmetric), symmetric, bins, grid)
    shape = [1 if a in others else n for a, n in enumerate(values.shape)] if kept else []
    return like(x, np.moveaxis(ranges, -1, 0).reshape(2, *shape))


def least_divergence(values: np.ndarray, codes: int, bins: int, grid: Callable | None = None) -> tuple[float, float]:
    """The window, as two real numbers, that loses the least of a histogram of values (n,), not all of them 0.

    grid   (low, high) -> QParams: the bins are grouped by its codes; None: equal groups, one for each code

    >>> values = np.random.default_rng(0).laplace(size=10_000)
    >>> low, high = least_divergence(values, codes=16, bins=1000)
    >>> bool(values.min() < low < -2) and bool(2 < high < values.max())
    True
    """
    values = values[values != 0]
    counts, edges = np.histogram(values, bins, (min(values.min(), 0), max(values.max(), 0)))
    candidates = windows(int(np.abs(edges).argmin()), codes, bins)
    centres = (edges[:-1] + edges[1:]) / 2

    def groups(first, last):
        return codes if grid is None else quantize(centres[first:last], grid(edges[first], edges[last]))

    losses = [divergence(counts, *window, groups(*window)) for window in candidates]
    first, last = candidates[np.argmin(np.round(losses, 9))]  # of equal ones the widest
    return edges[first], edges[last]


def windows(zero: int, codes: int, bins: int) -> list[tuple[int, int]]:
    """Windows from all bins down to `codes`, in at most 256 steps, reaching equally far to both sides of `zero`.

    >>> windows(2, 4, 8)
    [(0, 8), (0, 7), (0, 6), (0, 5), (0, 4)]
    """
    reaches = range(max(zero, bins - zero), 0, -max(1, bins // 256))
    found = [(max(zero - reach, 0), min(zero + reach, bins)) for reach in reaches]
    return found[:1] + [(first, last) for first, last in found[1:] if last - first >= codes]


def divergence(counts: np.ndarray, first: int, last: int, codes: int | np.ndarray) -> float:
    """KL(P || Q) of one window of a histogram; a code that saw no value, and is given some, counts as half a value.

    codes   how many, for equal groups of bins; or the code of each bin in the window

    >>> round(divergence(np.array([1, 3, 2, 2]), 0, 4, codes=2), 3), divergence(np.array([1, 3, 2, 2]), 0, 4, codes=4)
    (0.065, 0.0)
    """
    inside = counts[first:last]
    p = inside.astype(float)
    p[0] += counts[:first].sum()
    p[-1] += counts[last:].sum()
    group = np.arange(len(p)) * codes // len(p) if isinstance(codes, int) else codes - codes.min()
    known = np.bincount(group, inside)
    filled = np.bincount(group, p > 0)
    group = group[p > 0]
    p = p[p > 0]
    q = np.maximum(known[group], 0.5) / filled[group]
    return float(np.sum(p * np.log(p / q)) / p.sum())


def _kl_of_row(values, codes, symmetric, bins, grid):
    """kl for values (n,): low, high."""
    ends = values.min(), values.max()
    if not values.any():
        return np.array(ends)
    low, high = least_divergence(np.abs(values) if symmetric else values, codes, bins, grid)
    return np.clip([-high if symmetric else low, high], *ends)
