"""Scores: one number for each filter; the filters with the lowest go first.

    l1                 s_i = Σ |w_i|              small weights hardly move the output
    l2                 s_i = √ Σ w_i²             the same, large weights count more
    geometric_median   s_i = Σ_j ‖w_i - w_j‖      close to all others: the others can stand in for it
    random             s_i drawn at random          the baseline that a score must beat

Scores that need the network around the filter, or data, are in channels/importance.py.

Symbols   w_i filter i, all weights that make output channel i · s_i its score
Shapes    w (filters, ...) -> s (filters,)
Bound     l2 <= l1 <= √n l2 with n weights in a filter
Source    L1: Li et al. 2017, https://arxiv.org/abs/1608.08710
          geometric median: He et al. 2019 (FPGM), https://arxiv.org/abs/1811.00250, eq. 6
In production  torch.nn.utils.prune.ln_structured (l1, l2); FPGM pruners (the geometric median)
"""

import numpy as np
import torch

from edukit.checked import checked
from edukit.refuse import Array, check_real, is_finite


@checked
def filter_scores(w: Array, method: str = "l1", *, seed: int = 0) -> Array:
    """One score for each filter, that is for each index of axis 0.

    w        (filters, ...), finite
    method   "l1", "l2", "geometric_median" or "random"
    seed     of "random"
    Raises ValueError for another method, for NaN and for a w without filters.

    >>> w = np.array([[3.0, -4.0], [0.5, 0.5], [0.0, 0.0]])
    >>> filter_scores(w).tolist()
    [7.0, 1.0, 0.0]
    >>> filter_scores(w, "l2").round(2).tolist()
    [5.0, 0.71, 0.0]
    >>> filter_scores(w, "geometric_median").round(2).tolist()  # here the second filter is the one to miss least
    [10.15, 5.85, 5.71]
    """
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, got {method!r}")
    w = wide(as_weights(w))
    if not w.ndim or not len(w):
        raise ValueError(f"w must hold at least one filter along axis 0, got shape {tuple(w.shape)}")
    filters = w.reshape(len(w), -1)
    return _random(filters, seed) if method == "random" else METHODS[method](filters)


def as_weights(w: Array, name: str = "w") -> Array:
    """w as an array without gradient; a ValueError with its name where it holds NaN or infinity.

    Raises TypeError for truth values, complex numbers and what holds no numbers.

    >>> as_weights([1, 2]).shape
    (2,)
    """
    check_real(w, name)
    w = w.detach() if isinstance(w, torch.Tensor) else np.asarray(w)
    if not is_finite(w):
        raise ValueError(f"{name} holds NaN or infinity; pruning needs finite weights")
    return w


def wide(w: Array) -> Array:
    """w in a type that holds its absolute values, sums and squares: whole numbers as float64, half floats as float32.

    >>> abs(wide(np.int8([-128]))).tolist(), abs(np.int8([-128])).tolist()
    ([128.0], [-128])
    """
    if isinstance(w, torch.Tensor):
        return w.to(torch.promote_types(w.dtype, torch.float32)) if w.is_floating_point() else w.double()
    return w.astype(np.promote_types(w.dtype, np.float32) if w.dtype.kind == "f" else np.float64, copy=False)


def _l1(filters):
    return abs(filters).sum(-1)


def _l2(filters):
    return (filters**2).sum(-1) ** 0.5


def _geometric_median(filters):
    scores = _l1(filters) * 0.0
    for i, one in enumerate(filters):
        scores[i] = _l2(filters - one).sum()  # the distance to itself is 0
    return scores


def _random(filters, seed=0):
    drawn = np.random.default_rng(seed).random(len(filters))
    return torch.from_numpy(drawn).to(filters.device) if isinstance(filters, torch.Tensor) else drawn


METHODS = {"l1": _l1, "l2": _l2, "geometric_median": _geometric_median, "random": _random}
