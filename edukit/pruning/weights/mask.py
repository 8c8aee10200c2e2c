"""Masks: which single weights stay (True) and which become zero (False).

    threshold   stays where |w| >= θ
    magnitude   the round(s n) smallest of n weights go, whatever their size
    n:m         of every m neighbours the n largest stay; 2:4 is what some processors multiply faster

Symbols   w weights · θ threshold · s sparsity, the share that goes, 0 to 1 · n number of weights, or of those that stay
Shapes    a mask has the shape of w
Bound     no mask with as many zeros changes w less: ‖w - m w‖ is smallest for the magnitude mask
Source    Han et al. 2015, https://arxiv.org/abs/1506.02626; 2:4: Mishra et al. 2021, https://arxiv.org/abs/2104.08378
In production  torch.nn.utils.prune. Zeros alone make nothing faster or smaller: see channels/ and weights/storage.py
"""

from numbers import Integral

import numpy as np
import torch

from edukit.checked import checked
from edukit.pruning.score import Array, as_weights, wide
from edukit.refuse import as_array


@checked
def threshold_mask(w: Array, threshold: float) -> Array:
    """True where |w| >= threshold.

    threshold   finite, 0 or more

    >>> threshold_mask(np.array([0.2, -0.3, 0.5]), 0.3).tolist()
    [False, True, True]
    """
    if not 0 <= threshold < float("inf"):
        raise ValueError(f"threshold must be finite and not negative, got {threshold!r}")
    return abs(wide(as_weights(w))) >= threshold


@checked
def magnitude_mask(w: Array, sparsity: float) -> Array:
    """False for exactly round(sparsity * size) weights: the smallest, and among equals the first.

    sparsity   0 (all stay) to 1 (none stays)

    >>> magnitude_mask(np.array([0.3, -0.1, 0.3, 0.3]), 0.5).tolist()
    [False, False, True, True]
    """
    w = as_weights(w)
    return without(w, abs(wide(w)).reshape(-1).argsort(stable=True), sparsity)


@checked
def random_mask(w: Array, sparsity: float, *, seed: int = 0) -> Array:
    """False for exactly round(sparsity * size) weights drawn at random: the baseline that a score must beat.

    w   an array of this shape: what it holds does not count

    >>> int(random_mask(np.ones((4, 5)), 0.25).sum())
    15
    """
    w = w if isinstance(w, torch.Tensor) else as_array(w, "w")
    if isinstance(w, np.ndarray) and w.dtype.kind not in "biuf":
        raise TypeError(f"w must be an array of numbers, got {w.dtype}")
    order = np.random.default_rng(seed).permutation(int(np.prod(w.shape)))
    return without(w, torch.from_numpy(order).to(w.device) if isinstance(w, torch.Tensor) else order, sparsity)


@checked
def n_m_mask(w: Array, n: int, m: int) -> Array:
    """True for the n largest of every m weights along the last axis; among equals the first go.

    n, m   whole numbers, 0 < n <= m
    w      (..., k m): lay the axis that the layer sums over last, `conv.weight.reshape(filters, -1)`

    >>> n_m_mask(np.array([0.1, -0.9, 0.5, 0.2, 0.3, 0.4]), 1, 3).tolist()
    [False, True, False, False, False, True]
    """
    if not (_is_whole(n) and _is_whole(m) and 0 < n <= m):
        raise ValueError(f"n and m must be whole numbers with 0 < n <= m, got {n!r} and {m!r}")
    w = as_weights(w)
    if not w.ndim or w.shape[-1] % m:
        raise ValueError(f"w must have a last axis that is a multiple of {m}, got shape {tuple(w.shape)}")
    rank = (
        abs(wide(w)).reshape(-1, m).argsort(stable=True).argsort()
    )  # 0 for the smallest of the m, m - 1 for the largest
    return (rank >= m - n).reshape(w.shape)


def _is_whole(n) -> bool:
    return isinstance(n, Integral) and not isinstance(n, bool)


@checked
def two_four_mask(w: Array) -> Array:
    """True for the 2 largest of every 4 weights along the last axis: n:m with 2 and 4.

    >>> two_four_mask(np.array([0.1, -0.9, 0.5, 0.2])).tolist()
    [False, True, True, False]
    """
    return n_m_mask(w, 2, 4)


def without(w: Array, order: Array, sparsity: float) -> Array:
    """True in the shape of w, except at the first round(sparsity * size) places of the order.

    >>> without(np.ones(3), np.array([2, 0, 1]), 1 / 3).tolist()
    [True, True, False]
    """
    if not 0 <= sparsity <= 1:
        raise ValueError(f"sparsity must be 0 to 1, got {sparsity!r}")
    stays = order >= 0
    stays[order[: round(sparsity * len(order))]] = False
    return stays.reshape(w.shape)
