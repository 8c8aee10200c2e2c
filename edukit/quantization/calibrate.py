"""Calibration: which range of real values deserves the codes?

    min_max      low = min x,              high = max x               nothing saturates, outliers stretch the step
    percentile   low = (100 - p)-th of x,  high = p-th percentile     a few values saturate, the step is finer

Symbols   x a sample of weights or activations · p percentile, in %
Shapes    x any; the range has the shape of x reduced over all axes but `axis`, kept as 1 so that it broadcasts
Bound     min x <= low <= high <= max x; at most (100 - p) % and one value lie outside on each side
Source    Wu et al. 2020, https://arxiv.org/abs/2004.09602, section 3.4
In production  observers of torchao.quantization.pt2e; the calibrators of onnxruntime.quantization
"""

import numpy as np
import torch

from edukit.quantization.affine import Array, namespace


def min_max(x: Array, axis: int | None = None) -> tuple[Array, Array]:
    """The smallest and the largest value, of all of x or of each index along `axis`.

    >>> low, high = min_max(np.float32([[1, 2], [-3, 4]]), axis=0)
    >>> low.tolist(), high.tolist()
    ([[1.0], [-3.0]], [[2.0], [4.0]])
    """
    xp, others = namespace(x), _other_axes(x, axis)
    return xp.amin(x, others, keepdims=axis is not None), xp.amax(x, others, keepdims=axis is not None)


def percentile(x: Array, axis: int | None = None, *, p: float = 99.9) -> tuple[Array, Array]:
    """The range that leaves (100 - p) % of the values out on each side.

    p   above 50, at most 100; p=100 is min_max

    >>> low, high = percentile(np.arange(101, dtype=np.float32), p=99)
    >>> float(low), float(high)
    (1.0, 99.0)
    """
    if not 50 < p <= 100:
        raise ValueError(f"p must be above 50 and at most 100 (a percentage), got {p!r}")
    others = _other_axes(x, axis)
    values = x.detach().cpu().numpy() if isinstance(x, torch.Tensor) else x
    low, high = np.percentile(values, [100 - p, p], axis=others, keepdims=axis is not None).astype(np.float32)
    return (torch.from_numpy(np.asarray(low)), torch.from_numpy(np.asarray(high))) if values is not x else (low, high)


class Observer:
    """Watches a tensor over many batches and keeps a sample of fixed size, whatever comes.

    A reservoir: each value seen has the same chance to be in the sample. The smallest and the largest value are
    always in it, so that `min_max` of the sample is exact.

    >>> observer = Observer(capacity=100)
    >>> for batch in np.arange(3000, dtype=np.float32).reshape(3, 1000):
    ...     observer.update(batch)
    >>> low, high = observer.range(min_max)
    >>> float(low), float(high), observer.sample.size
    (0.0, 2999.0, 102)
    """

    def __init__(self, capacity: int = 65536, seed: int = 0):
        if capacity < 1:
            raise ValueError(f"capacity must be at least 1, got {capacity!r}")
        self.capacity, self.seen = capacity, 0
        self._generator = np.random.default_rng(seed)
        self._values = np.empty(0, np.float32)
        self._keys = np.empty(0)
        self._low, self._high = np.float32(np.inf), np.float32(-np.inf)

    def update(self, x: Array) -> None:
        """Look at one batch of any shape; NaN and infinity are refused."""
        values = (x.detach().cpu().numpy() if isinstance(x, torch.Tensor) else np.asarray(x)).astype(np.float32).ravel()
        if not np.isfinite(values).all():
            raise ValueError("x holds NaN or infinity; calibration needs finite values")
        if not values.size:
            return
        self.seen += values.size
        self._low, self._high = min(self._low, values.min()), max(self._high, values.max())
        keys = self._generator.random(values.size)  # the values with the smallest random keys are a fair sample
        self._keys, self._values = np.append(self._keys, keys), np.append(self._values, values)
        if self._keys.size > self.capacity:
            keep = np.argpartition(self._keys, self.capacity - 1)[: self.capacity]
            self._keys, self._values = self._keys[keep], self._values[keep]

    @property
    def sample(self) -> np.ndarray:
        """At most capacity + 2 values, the extremes among them; ValueError before the first update."""
        if not self.seen:
            raise ValueError("the observer has seen no values; update it with calibration data first")
        return np.concatenate([self._values, [self._low, self._high]]).astype(np.float32)

    def range(self, calibrator=min_max) -> tuple[np.ndarray, np.ndarray]:
        """(low, high) of the sample by a calibrator such as `min_max` or `percentile`."""
        return calibrator(self.sample)


def _other_axes(x: Array, axis: int | None):
    if (x.numel() if isinstance(x, torch.Tensor) else np.size(x)) == 0:
        raise ValueError("x is empty; a range needs at least one value")
    if not bool(namespace(x).isfinite(x).all()):
        raise ValueError("x holds NaN or infinity; a range needs finite values")
    if axis is not None and not -x.ndim <= axis < x.ndim:
        raise ValueError(f"axis must be None or an axis of x, which has {x.ndim}, got {axis!r}")
    return tuple(a for a in range(x.ndim) if axis is None or a != axis % x.ndim)
