"""Observers: watch a tensor over many batches of calibration data, in memory that does not grow.

    update(batch)   a batch comes and goes; what stays is
                      a reservoir   `capacity` of all the values seen, each with the same chance to be there
                      the history   smallest and largest value of each of the last 1,024 batches
    range(f)        (low, high) by a calibrator of calibrate.py, from the one or the other

Every value has a random key, and the values with the smallest keys stay, whichever batch they came in. Once the
reservoir is full, its largest key is the limit t for what comes: of m values, Binomial(m, t) get in. Only for these a
place is drawn, and a key below t.

Shapes    batches of any shape; the sample at most (capacity + 2,), the history at most (1024, 2)
Cost      two passes over a batch, for its extremes; memory for about two reservoirs, however large a batch is
Bound     the extremes are exact; a share of s of all values is estimated within √(s (1 - s) / capacity), one sigma
Source    Vitter 1985, Random sampling with a reservoir, https://doi.org/10.1145/3147.3165
In production  the observers of torchao.quantization.pt2e; the data collectors of onnxruntime.quantization.calibrate
"""

from collections import deque
from collections.abc import Mapping

import numpy as np
import torch

from edukit.checked import checked
from edukit.inputs import as_inputs, has_batch
from edukit.quantization.grid.affine import Array
from edukit.quantization.grid.calibrate import declares, min_max
from edukit.refuse import check_real, check_whole, is_finite

STEPS = 1024  # at momentum 0.99, what came before weighs less than 4e-5
PIECE = 2**20  # values of the inputs that go through a network at once: six pictures of 3 x 224 x 224
STREAM = 1985  # keys of their own: else data from default_rng(0).random() are the keys, and only small ones stay


class Observer:
    """Watches a tensor over many batches and keeps a sample of fixed size, whatever comes.

    The smallest and the largest value are always in the sample, so that `min_max` of it is exact.

    >>> observer = Observer(capacity=100)
    >>> for batch in np.arange(3000, dtype=np.float32).reshape(3, 1000):
    ...     observer.update(batch)
    >>> low, high = observer.range(min_max)
    >>> float(low), float(high), observer.sample.size, len(observer.history)
    (0.0, 2999.0, 102, 3)
    """

    @checked
    def __init__(self, capacity: int = 65536, seed: int = 0):
        self.capacity = check_whole(capacity, "capacity")
        self.seen = 0
        self._generator = np.random.default_rng([seed, STREAM])
        self._values = np.empty(0, np.float32)
        self._keys = np.empty(0)
        self._low = np.float32(np.inf)
        self._high = np.float32(-np.inf)
        self._steps = deque(maxlen=STEPS)

    def update(self, x: Array) -> None:
        """Look at one batch of any shape; NaN and infinity are refused."""
        check_real(x)
        values = np.ravel(x.detach().cpu().numpy() if isinstance(x, torch.Tensor) else x).astype(np.float32, copy=False)
        if not values.size:
            return
        low, high = values.min(), values.max()  # NaN if a single value is
        if not np.isfinite([low, high]).all():
            raise ValueError("x holds NaN or infinity; calibration needs finite values")
        self._low = min(self._low, low)
        self._high = max(self._high, high)
        self._steps.append((low, high))
        while values.size:
            piece = max(self.capacity, self.seen)  # of these about `capacity` get in, at most
            self._draw(values[:piece])
            values = values[piece:]

    @property
    def sample(self) -> np.ndarray:
        """All values while they fit, later `capacity` of them and the extremes; ValueError before the first update."""
        self._check_seen()
        extremes = [self._low, self._high] if self.seen > self.capacity else []
        return np.append(self._values, extremes).astype(np.float32)

    @property
    def history(self) -> np.ndarray:
        """Smallest and largest value of each batch, the oldest first: (batches, 2), the last 1,024 of them."""
        self._check_seen()
        return np.array(self._steps, np.float32)

    def range(self, calibrator=min_max) -> tuple[np.ndarray, np.ndarray]:
        """(low, high) by a calibrator: of the history if it declares `over_time`, of the sample otherwise."""
        return calibrator(self.history if declares(calibrator, "over_time") else self.sample)

    def _draw(self, values):
        self.seen += values.size
        if self._keys.size < self.capacity:
            keys = self._generator.random(values.size)
        else:
            limit = self._keys.max()
            entering = self._generator.binomial(values.size, limit)
            keys = limit * self._generator.random(entering)
            values = values[self._generator.choice(values.size, entering, replace=False, shuffle=False)]
        self._keys = np.append(self._keys, keys)
        self._values = np.append(self._values, values)
        if self._keys.size > self.capacity:
            keep = np.argpartition(self._keys, self.capacity - 1)[: self.capacity]
            self._keys = self._keys[keep]
            self._values = self._values[keep]

    def _check_seen(self):
        if not self.seen:
            raise ValueError("the observer has seen no values; update it with calibration data first")


def as_batches(calibration, model=None, name: str = "calibration") -> list[tuple[torch.Tensor, ...]]:
    """Calibration data in any of its forms as checked batches, each a tuple of the model's inputs, in float32.

    model   whose inputs they are, so that dicts can name them
    A large batch is taken in pieces, to bound memory: 64 rows, and fewer where these are large; what has other rows
    than the first input goes with each piece.
    """
    named = model is not None and isinstance(calibration, Mapping)
    if named or isinstance(calibration, np.ndarray | torch.Tensor | tuple):
        batches = _pieces(as_inputs(calibration, model, name))
    elif hasattr(calibration, "__iter__") and not isinstance(calibration, Mapping | str):
        batches = [as_inputs(tuple(batch) if isinstance(batch, list) else batch, model, name) for batch in calibration]
    else:
        raise TypeError(f"{name} must be a batch or an iterable of batches, got {type(calibration).__name__}")
    if not batches or any(x.numel() == 0 for batch in batches for x in batch):
        raise ValueError(f"{name} holds no data; a few dozen to a few hundred inputs are needed")
    if not all(is_finite(x) for batch in batches for x in batch):
        raise ValueError(f"{name} holds NaN or infinity; it must be finite")
    for number, batch in enumerate(batches):
        if len(batch) != len(batches[0]):
            raise ValueError(f"{name}: batch {number} has {len(batch)} tensors, batch 0 has {len(batches[0])}")
    return [tuple(x.float() if x.is_floating_point() else x for x in batch) for batch in batches]


def _pieces(inputs) -> list[tuple[torch.Tensor, ...]]:
    count = len(inputs[0]) if inputs and inputs[0].ndim else 0
    largest = max((x[:1].numel() for x in inputs if has_batch(x, inputs)), default=0)
    rows = max(1, min(64, PIECE // max(1, largest)))
    starts = range(0, count, rows)
    return [tuple(x[i : i + rows] if has_batch(x, inputs) else x for x in inputs) for i in starts]
