"""Exercises on single weights: which ones go, and how many are gone.

Well-known mistakes  a sign taken for a size, a threshold that takes or keeps all equals, equals in any order, each
row ranked by itself, a share of what is left; sparsities averaged over layers, biases counted along, almost zero taken
for zero
"""

import math

import numpy as np

from edukit.checks.verdict import Exercise
from edukit.pruning.weights.mask import magnitude_mask


def sparsity(weights):
    """The share of zeros, 0 to 1, in a list of arrays; biases and norms, of one axis, are not counted."""
    pruned = [w for w in weights if w.ndim > 1]
    return sum((w == 0).sum() for w in pruned) / sum(w.size for w in pruned)


def _show_mask(arguments, expected, got):
    w, share = arguments
    shown = f"w = {np.array2string(w, separator=', ', threshold=20)}, sparsity {share}".replace("\n", "")
    if np.shape(got) != w.shape:
        return f"{shown}: a mask has w's shape, {w.shape}, yours {np.shape(got)}"
    if np.asarray(got).dtype != bool:
        return f"{shown}: a mask holds True and False, yours has the dtype {np.asarray(got).dtype}"
    if (~expected).sum() != (gone := (~np.asarray(got, bool)).sum()):
        return f"{shown}: {(~expected).sum()} of {w.size} go, yours lets {gone} go"
    at = tuple(int(i) for i in np.argwhere(np.asarray(got, bool) != expected)[0])
    return f"{shown}: the weight {w[at]:g} at {at} {'stays' if expected[at] else 'goes'}"


def _by(size, chosen=lambda order, w, s: order[: round(s * w.size)]):
    """A wrong magnitude_mask: another idea of size, or of how many go."""

    def mask(w, share):
        stays = np.ones(w.size, bool)
        stays[chosen(np.argsort(size(w).ravel(), kind="stable"), w, share)] = False
        return stays.reshape(w.shape)

    return mask


def _of_what_is_left(order, w, share):
    zeros = int((w == 0).sum())
    return order[: zeros + round(share * (w.size - zeros))]


def _by_threshold(compare):
    """A wrong magnitude_mask: compare(|w|, the largest that goes) is what stays."""

    def mask(w, share):
        going = round(share * w.size)
        return compare(abs(w), np.sort(abs(w), None)[going - 1]) if going else np.ones(w.shape, bool)

    return mask


def _in_any_order(w, share):
    stays = np.ones(w.size, bool)
    stays[np.argsort(abs(w), axis=None)[: round(share * w.size)]] = False
    return stays.reshape(w.shape)


def _many_equals(seed):
    """Fifty weights of three sizes; up to 16, numpy's default sort happens to leave equals in their order."""
    return np.random.default_rng(seed).choice([0.1, 0.2, 0.3], 50)


def _mask_by_hand(w, sparsity):
    """False for exactly round(sparsity * w.size) weights: the smallest, and among equals the first."""
    order = np.argsort(np.abs(w), axis=None, kind="stable")
    stays = np.ones(w.size, bool)
    stays[order[: round(sparsity * w.size)]] = False
    return stays.reshape(w.shape)


MASK = Exercise(
    magnitude_mask,
    [
        (np.array([0.4, -0.1, 0.3, -0.9]), 0.5),
        (np.array([[0.2, -0.1, 0.5], [0.3, 0.7, -0.2], [-0.4, 0.1, 0.6]]), 0.4),
        (np.array([[5.0, 6.0, -7.0, 8.0], [0.1, 0.2, 0.3, 0.4]]), 0.5),
        (np.array([0.3, -0.3, 0.3, 0.3, 0.1]), 0.4),
        (np.array([0.0, 0.0, 0.5, -0.7, 0.9, 0.8]), 0.5),
        (np.array([0.2, -0.1]), 0.0),
        (np.array([1.5, -2.5, 3.5, 0.5, 4.5, -5.5, 6.5]), 0.68),
        *((_many_equals(seed), 0.5) for seed in range(3)),
        (np.array([1.5, -2.5, 3.5, 0.5, 4.5, -5.5, 6.5]), 0.35),
        (np.array([0.2, -0.1, 0.4]), 0.5),
        (np.array([0.2, -0.1, 0.4, 0.6, -0.3]), 0.5),
        (np.array([1 + 1e-9, 1.0, -3.0, 2.0]), 0.25),
        (np.array([[0.2, -0.1, 0.5], [0.3, 0.7, -0.6]]).T, 0.5),
        (np.array([0.2, -0.1, 0.4]), 1.0),
    ],
    {
        "sign": (
            _by(lambda w: w),
            "a negative weight counts as small: it is the distance from 0 that counts, |w|",
        ),
        "largest": (
            _by(lambda w: -abs(w)),
            "the largest go: the smallest are to go",
        ),
        "inverted": (
            lambda w, s: ~magnitude_mask(w, s),
            "the mask is the wrong way round: True is for what stays",
        ),
        "sparsity as threshold": (
            lambda w, s: abs(w) >= s,
            "a sparsity is no threshold: it says how many go, not how small they are",
        ),
        "by row": (
            lambda w, s: np.array([magnitude_mask(row, s) for row in np.atleast_2d(w)]).reshape(w.shape),
            "each row is ranked by itself: all weights of w stand in one ranking",
        ),
        "equals": (
            _by_threshold(np.greater),
            "weights as large as the last one that goes go along: of equals, only as many as the sparsity says",
        ),
        "equals stay": (
            _by_threshold(np.greater_equal),
            "with >= the last one that should go stays, and all that are as large: too few go",
        ),
        "unstable": (
            _in_any_order,
            "among equals the first go: numpy's default sort may mix them up, kind='stable' keeps their order",
        ),
        "numbers": (
            lambda w, s: magnitude_mask(w, s).astype(int),
            "a mask of numbers is no mask: ~mask and w[mask] need True and False",
        ),
        "of what is left": (
            _by(abs, _of_what_is_left),
            "that is a share of what is left: the zeros which are there already count towards the sparsity",
        ),
        "rounded down": (
            _by(abs, lambda order, w, s: order[: int(s * w.size)]),
            "the number that go was cut off: round it to the nearest whole number",
        ),
        "rounded up": (
            _by(abs, lambda order, w, s: order[: math.ceil(s * w.size)]),
            "the number that go was rounded up: round it to the nearest whole number",
        ),
    },
    "exactly as many as the sparsity says, the smallest ones, and twice the same is once",
    show=_show_mask,
    shown=_mask_by_hand,
    hints=(
        "What happens to 0.3, -0.3, 0.3, 0.3 and 0.1 when two of the five shall go?",
        "Forget the threshold. `np.argsort` gives the places in order of size.",
        '`kind="stable"` leaves equals in their order. Flatten before, and give the mask its shape at the end.',
    ),
)


def _network(*layers, bias=(), nearly=()):
    """A list of arrays: each layer has a shape and a number of zeros; a bias has one axis, and zeros of its own."""
    weights = []
    for i, (shape, zeros) in enumerate(layers):
        w = np.linspace(0.1, 1.0, int(np.prod(shape)))
        w[:zeros] = 0
        w[len(w) - sum(nearly) :] = 1e-30
        weights.append(w.reshape(shape))
        if i < len(bias):
            weights.append(np.arange(bias[i]) % 2 * 1.0)
    return weights


def _zeros(count=lambda w: (w == 0).sum(), size=lambda w: w.size, axes=1):
    """A wrong sparsity: other numbers counted, or other arrays."""

    def share(weights):
        pruned = [w for w in weights if w.ndim > axes]
        return sum(count(w) for w in pruned) / sum(size(w) for w in pruned)

    return share


SPARSITY = Exercise(
    sparsity,
    [
        (_network(((4, 5), 10)),),
        (_network(((2, 4), 6), ((4, 8), 8)),),
        (_network(((4, 5), 15), ((5, 2), 5), bias=(4, 5)),),
        (_network(((4, 2, 3, 3), 36), ((4, 4), 4), bias=(4,)),),
        (_network(((4, 6), 12), nearly=(3,)),),
        (_network(((3, 3), 0)),),
        (_network(((4, 2, 3), 7), ((2, 3, 2, 2, 2), 5)),),
    ],
    {
        "mean of layers": (
            lambda weights: float(np.mean([(w == 0).mean() for w in weights if w.ndim > 1])),
            "that is the mean over layers: a layer with more weights counts more, so add up zeros and weights first",
        ),
        "biases": (
            _zeros(axes=0),
            "biases are counted along: what has one axis is never pruned, and is no part of the sparsity",
        ),
        "biases below": (
            lambda weights: sum((w == 0).sum() for w in weights if w.ndim > 1) / sum(w.size for w in weights),
            "the zeros are those of the weights, but you divide by the number of all parameters",
        ),
        "density": (
            _zeros(lambda w: (w != 0).sum()),
            "that is the density, the share which stays: sparsity is the share of zeros",
        ),
        "percent": (
            lambda weights: 100 * sparsity(weights),
            "that is in percent: a share is 0 to 1",
        ),
        "nearly zero": (
            _zeros(lambda w: (abs(w) < 1e-4).sum()),
            "almost zero is not zero: no format can leave such a weight out without changing the network",
        ),
        "matrices only": (
            lambda weights: (
                sum((w == 0).sum() for w in weights if w.ndim == 2)
                / max(1, sum(w.size for w in weights if w.ndim == 2))
            ),
            "convolutions are left out: their weights have four axes",
        ),
    },
    "zeros over weights, of all layers together, and of nothing else",
    show=lambda arguments, expected, got: f"{_sizes(arguments[0])}: {expected:.4g}, yours {float(got):.4g}",
    hints=(
        "Which arrays count? Look at `w.ndim`.",
        "A layer with 100 weights and a layer with 100,000: may you take the mean of their sparsities?",
        "Count all zeros and all weights first, and divide once.",
    ),
)


def _sizes(weights):
    return ", ".join(f"{w.shape} with {(w == 0).sum()} zeros" for w in weights)
