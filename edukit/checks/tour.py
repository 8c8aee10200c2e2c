"""The exercises of the tour: a pruned copy, the size of a network, and the smallest one that is good enough.

Well-known mistakes  a "copy" that prunes the weights it was given; bits taken for bytes, or rounded down; a loss of
points measured in percent; the most accurate network instead of the smallest
"""

import math

import numpy as np

from edukit.checks.verdict import Exercise, alike
from edukit.pruning import magnitude_mask

random = np.random.default_rng(2)


def pruned(w, sparsity):
    """A new array in which the smallest `sparsity` share of the weights is zero, by size, ties counted."""
    return np.where(magnitude_mask(w, sparsity), w, 0.0)


def size_in_bytes(weights, bits):
    """Whole bytes that so many weights of so many bits take, packed without gaps."""
    return math.ceil(weights * bits / 8)


def smallest(sizes, accuracies, points):
    """Index of the smallest size within so many points of the best accuracy; of equal sizes, the most accurate."""
    best = max(accuracies)
    good = [i for i, accuracy in enumerate(accuracies) if round(best - accuracy, 6) <= points]
    return min(good, key=lambda i: (sizes[i], -accuracies[i]))


def _show_weights(arguments, expected, got):
    w, sparsity = arguments
    if np.shape(got) != w.shape:
        return f"w has the shape {w.shape}, yours has {np.shape(got)}"
    return f"{w.round(2).tolist()} at {sparsity:.0%} is {expected.round(2).tolist()}, yours is {got.round(2).tolist()}"


def _same_sizes(arguments, expected, got) -> bool:
    """The same sizes stay, each in its place; among weights of one size, any may go."""
    got = np.asarray(got)
    in_place = (got == 0) | (got == arguments[0])
    return in_place.all() and alike(np.sort(abs(expected), None), np.sort(abs(got), None))


def _zero_where(gone):
    """A wrong pruned: the rule for which weights go."""
    return lambda w, s: np.where(gone(w, s), 0.0, w)


def _first(order, w, s):
    """True for the first share of the weights in that order."""
    gone = np.zeros(w.size, bool)
    gone[order[: round(s * w.size)]] = True
    return gone.reshape(w.shape)


def _pruned_in_its_own_order(w, sparsity):
    """A wrong pruned: np.copy keeps the order in memory, and ravel of columns is a copy once more."""
    pruned = np.copy(w)
    order = np.argsort(np.abs(w), axis=None, kind="stable")
    pruned.ravel()[order[: round(sparsity * w.size)]] = 0
    return pruned


def _pruned_by_hand(w, sparsity):
    """A copy of w in which the smallest `sparsity` share of the weights is zero."""
    pruned = w.copy()
    order = np.argsort(np.abs(w), axis=None, kind="stable")
    pruned.ravel()[order[: round(sparsity * w.size)]] = 0
    return pruned


pruned_copy = Exercise(
    pruned,
    [
        (np.array([0.62, -0.11, 0.34, -0.87]), 0.5),
        (np.array([[0.2, -0.1, 0.5, 0.3], [0.7, -0.2, -0.4, 0.3]]), 0.75),
        (np.array([0.3, -0.3, 0.3, 0.3]), 0.5),
        (np.array([0.7, -0.1, 0.4, 0.6, -0.5, 0.3, 0.2]), 0.25),
        (np.array([[1e-9, 0.4], [0.2, -0.3]]), 0),
        (random.normal(0, 1, (4, 5)).round(3).T, 0.6),  # not contiguous: ravel() is a copy
        *((random.normal(0, 1, (4, 5)).round(3), share) for share in (0, 0.25, 0.6, 1)),
    ],
    {
        "mask": (magnitude_mask, "that is the mask: return the weights, with zeros where it is False"),
        "largest": (
            _zero_where(lambda w, s: _first(np.argsort(-abs(w), axis=None, kind="stable"), w, s)),
            "the largest went: sort the other way round",
        ),
        "by value": (
            _zero_where(lambda w, s: _first(np.argsort(w, axis=None, kind="stable"), w, s)),
            "the most negative went first: small means close to 0, so sort the sizes, np.abs(w)",
        ),
        "share as threshold": (
            _zero_where(lambda w, s: abs(w) < s),
            "the share was taken for a threshold: it says how many go, not below which size",
        ),
        "ties together": (
            _zero_where(lambda w, s: abs(w) <= np.quantile(abs(w), s) if s else abs(w) < 0),
            "equal sizes all went together: count them, do not compare",
        ),
        "removed": (
            lambda w, s: w[magnitude_mask(w, s)],
            "the weights are gone instead of zero: the array must keep its shape",
        ),
        "inverted": (
            lambda w, s: np.where(magnitude_mask(w, s), 0.0, w),
            "the wrong ones became zero: a mask is True where a weight stays",
        ),
        "copied with its order": (
            _pruned_in_its_own_order,
            "np.copy keeps an order by columns, and ravel then copies again: w.copy() stores row by row",
        ),
    },
    "a new array, exactly the smallest share is zero, and the caller's weights are as they were",
    agree=_same_sizes,
    show=_show_weights,
    new=True,
    shown=_pruned_by_hand,
    hints=(
        "Print `w` before and after a call. Whose weights became zero?",
        "Which array do all the lines work on? What could one line at the start make, so that the others "
        "work on something new?",
        "`w.copy()` is a new array with the same numbers, and `ravel()` of that copy leaves `w` alone.",
    ),
)

size_bytes = Exercise(
    size_in_bytes,
    [(4, 32), (1000, 8), (85_008, 3), (5, 4), (3, 1), (7, 2), (1_000_003, 5), (8, 1), (3, 8), (0, 8)],
    {
        "bits": (lambda n, b: n * b, "these are bits: a byte has 8 of them"),
        "rounded down": (lambda n, b: n * b // 8, "the last bits need a byte too: round up, not down"),
        "not rounded": (lambda n, b: n * b / 8, "a file has whole bytes: round up"),
        "nearest": (lambda n, b: round(n * b / 8), "rounded to the nearest: even a single bit more needs a byte"),
        "nearest, halves up": (
            lambda n, b: int(n * b / 8 + 0.5),
            "rounded to the nearest, halves up: a quarter of a byte needs a byte as well",
        ),
        "one more": (lambda n, b: n * b // 8 + 1, "a byte too many where the bits fill their bytes to the last"),
        "each rounded up": (
            lambda n, b: n * math.ceil(b / 8),
            "every weight was rounded up to whole bytes: two weights of 4 bits share one",
        ),
        "bytes of a weight rounded down": (
            lambda n, b: n * (b // 8),
            "bits // 8 is 0 below 8 bits: multiply first, then divide",
        ),
        "kilobytes": (lambda n, b: n * b / 8 / 1000, "that is kB: the question was bytes"),
        "times eight": (lambda n, b: 8 * n * b, "a byte is 8 bits: divide by 8, do not multiply"),
    },
    "every bit counted, and the last ones get a byte of their own",
    hints=(
        "How many bits are there altogether? How many bytes do 9 bits need?",
        "Two weights of 4 bits share a byte: multiply first, and round once, at the end.",
        "`math.ceil` rounds up. So does adding 7 before a whole-number division by 8.",
    ),
)


def _where(good, best=lambda sizes, accuracies, i: (sizes[i], -accuracies[i])):
    """A wrong smallest: its rule for what is good enough, or for the best of these."""

    def choose(sizes, accuracies, points):
        chosen = [i for i in range(len(sizes)) if good(accuracies, points, i)]
        return min(chosen, key=lambda i: best(sizes, accuracies, i), default=-1)

    return choose


def _within(accuracies, points, i):
    return round(max(accuracies) - accuracies[i], 6) <= points


smallest_within = Exercise(
    smallest,
    [
        ([340, 92, 28, 8], [98.0, 98.5, 97.5, 86.5], 1),
        ([340, 85, 20, 5], [80.0, 79.5, 79.0, 78.5], 1),
        ([10, 300, 40, 40, 40], [90.0, 96.0, 95.0, 95.5, 95.0], 1),
        ([20, 30], [95.0, 97.5], 2.5),
        ([8, 92, 340], [50.0, 60.0, 90.0], 5),
        ([340, 92, 30], [90.0, 99.0, 90.5], 2),
        ([7], [10.0], 0),
        ([30, 20, 20], [97.0, 97.0, 97.0], 0),
        ([20, 40], [96.95, 98.0], 1),
        ([20, 40], [96.995, 98.0], 1),
    ],
    {
        "most accurate": (
            _where(_within, lambda s, a, i: -a[i]),
            "that is the most accurate: among those good enough, the smallest was asked for",
        ),
        "smallest of all": (_where(lambda a, p, i: True), "that is the smallest of all, whatever it forgot"),
        "relative": (
            _where(lambda a, p, i: round(max(a) * (1 - p / 100) - a[i], 6) <= 0),
            "points were taken for percent of the best: from 80 %, one point down is 79 %, one percent down 79.2 %",
        ),
        "ties ignored": (
            _where(_within, lambda s, a, i: s[i]),
            "of equally small ones, take the most accurate",
        ),
        "strictly within": (
            _where(lambda a, p, i: round(max(a) - a[i], 6) < p),
            "exactly so many points below still counts: use >=",
        ),
        "of the first": (
            _where(lambda a, p, i: round(a[0] - a[i], 6) <= p),
            "compared with the first, but the best may stand anywhere",
        ),
        "size instead of index": (
            lambda s, a, p: s[smallest(s, a, p)],
            "that is its size: return its index",
        ),
        "largest": (_where(_within, lambda s, a, i: -s[i]), "that is the largest of those good enough"),
        "within of 100": (
            _where(lambda a, p, i: round(100 - a[i], 6) <= p),
            "compared with 100 %, but the best network may be far from it",
        ),
    },
    "as small as the points allow, and of equally small ones the most accurate",
    hints=(
        "Three steps: the accuracy that is needed, the indices that reach it, and the smallest of these.",
        "The accuracy that is needed is the best of the whole list minus the points. 98.0 - 0.3 is not "
        "exactly 97.7 for a computer: round the difference.",
        "`min(indices, key=lambda i: (sizes[i], -accuracies[i]))` compares the sizes first, and the "
        "accuracies where sizes are equal.",
    ),
)
