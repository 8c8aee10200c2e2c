"""An exercise on elastic kernels: elastic_kernel(weight, transform) -> the 3x3 filters inside 5x5 filters.

    new = T · middle        the nine weights in the middle, row by row; each new weight is a mix of all nine

Well-known mistakes  another corner than the middle; the transform from the other side, element by element, or never
"""

import numpy as np

from edukit.checks.verdict import Exercise


def elastic_kernel_by_hand(weight, transform):
    """The middle 3x3 of each 5x5 filter, changed by the transform (9, 9): (..., 5, 5) -> (..., 3, 3)."""
    middle = weight[..., 1:4, 1:4]
    nine = middle.reshape(*middle.shape[:-2], 9)
    mixed = nine @ transform.T
    return mixed.reshape(middle.shape)


def _from(part):
    """The transform of another part than the middle."""

    def wrong(weight, transform):
        nine = part(weight)
        return (nine.reshape(*nine.shape[:-2], 9) @ transform.T).reshape(nine.shape)

    return wrong


def _middle(weight):
    return weight[..., 1:4, 1:4]


def _agree(_, expected, got) -> bool:
    got = np.asarray(got, float)
    return got.shape == expected.shape and bool(np.allclose(got, expected, atol=1e-5))


def _show(arguments, expected, got):
    weight, _ = arguments
    if np.shape(got) != expected.shape:
        return f"filters of shape {weight.shape} become {expected.shape}, yours {np.shape(got)}"
    return f"the first filter becomes {_nine(expected)}, yours {_nine(got)}"


def _nine(filters):
    return "[" + ", ".join(f"{number:.4g}" for number in np.asarray(filters, float).reshape(-1, 9)[0]) + "]"


def _drawn(*shape, seed):
    return np.random.default_rng(seed).normal(size=shape).round(1)


PLACES = np.arange(25.0).reshape(5, 5)
LATER = np.eye(9)[[1, 2, 3, 4, 5, 6, 7, 8, 0]]  # each new weight is the next of the nine

ELASTIC_KERNEL = Exercise(
    elastic_kernel_by_hand,
    [
        (PLACES, np.eye(9)),
        (PLACES, 2 * np.eye(9)),
        (PLACES, LATER),
        (PLACES, _drawn(9, 9, seed=0)),
        (_drawn(4, 1, 5, 5, seed=1), np.eye(9)),
        (_drawn(4, 1, 5, 5, seed=2), _drawn(9, 9, seed=3)),
        (_drawn(2, 3, 5, 5, seed=4), _drawn(9, 9, seed=5)),
    ],
    {
        "no transform": (
            lambda w, T: _middle(w),
            "the transform is never used: that is the bare middle",
        ),
        "the corner": (
            _from(lambda w: w[..., :3, :3]),
            "that is the upper left corner: the middle begins one row and one column further",
        ),
        "one too far": (
            _from(lambda w: w[..., 2:5, 2:5]),
            "that is the lower right corner: the middle begins at row 1 and column 1",
        ),
        "every second": (
            _from(lambda w: w[..., ::2, ::2]),
            "that takes every second weight: a small filter sees neighbours, so take the middle",
        ),
        "the other side": (
            lambda w, T: elastic_kernel_by_hand(w, T.T),
            "the transform is applied from the other side: row i of T makes the new weight i",
        ),
        "element by element": (
            lambda w, T: _middle(w) * np.diagonal(T).reshape(3, 3),
            "only the diagonal of T is used: each new weight is a mix of all nine",
        ),
        "columns first": (
            lambda w, T: elastic_kernel_by_hand(w.swapaxes(-1, -2), T).swapaxes(-1, -2),
            "the nine weights are counted column by column: count them row by row",
        ),
        "added to the middle": (
            lambda w, T: _middle(w) + elastic_kernel_by_hand(w, T),
            "the middle is added once more: T is the identity before training, so it holds the middle already",
        ),
    },
    "a 3x3 layer for 81 more numbers, however many filters there are",
    agree=_agree,
    show=_show,
    hints=(
        "A filter has rows 0 to 4. Which three rows, and which three columns, are its middle?",
        "Lay the nine weights of the middle in a row, first row first. T has a row for each new weight.",
        "With the nine on the last axis, `@` mixes them for all filters at once. Which side does T stand on, and how?",
    ),
)
