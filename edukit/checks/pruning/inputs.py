"""An exercise on weights and what comes in: Wanda's mask.

Well-known mistakes  the inputs not asked, a mean in which signs cancel, squared norms, one ranking for all rows, the
sign of a weight taken for its size
"""

import numpy as np

from edukit.checks.verdict import Exercise


def wanda_mask(w, x, sparsity):
    """False for the lowest |w| ‖x_j‖ of each row of w, round(sparsity * inputs) of them; x (examples, inputs)."""
    scores = np.abs(w) * np.linalg.norm(x, axis=0)
    ranks = np.argsort(np.argsort(scores, axis=1, kind="stable"), axis=1)
    return ranks >= round(sparsity * w.shape[1])


def _rows(scores, sparsity):
    """True but for the lowest of each row."""
    ranks = np.argsort(np.argsort(scores, axis=1, kind="stable"), axis=1)
    return ranks >= round(sparsity * scores.shape[1])


def _counted(whole):
    """A wrong mask: another way to a whole number of weights."""

    def mask(w, x, sparsity):
        inputs = w.shape[1]
        return _rows(np.abs(w) * np.linalg.norm(x, axis=0), whole(sparsity * inputs) / inputs)

    return mask


def _in_one_ranking(w, x, sparsity):
    scores = (np.abs(w) * np.linalg.norm(x, axis=0)).ravel()
    stays = np.ones(scores.size, bool)
    stays[np.argsort(scores, kind="stable")[: round(sparsity * scores.size)]] = False
    return stays.reshape(w.shape)


def _drawn(rows, inputs, examples, seed, offset=0.0):
    random = np.random.default_rng(seed)
    sizes = random.choice([0.1, 1.0, 3.0], inputs)
    w = random.normal(size=(rows, inputs)).round(2)
    return w, ((random.normal(size=(examples, inputs)) + offset) * sizes).round(2)


def _show(arguments, expected, got):
    w, x, sparsity = arguments
    got = np.asarray(got)
    if got.shape != w.shape:
        return f"a mask has the shape of w, {w.shape}, yours has {got.shape}"
    row = int(np.argmax((got != expected).any(1)))
    norms = np.linalg.norm(x, axis=0).round(2).tolist()
    bits = ["".join("01"[bool(stays)] for stays in mask[row]) for mask in (expected, got)]
    return f"row {w[row].tolist()}, norms {norms}, sparsity {sparsity}: right is {bits[0]}, yours {bits[1]}"


WANDA = Exercise(
    wanda_mask,
    [
        (np.array([[0.5, -0.1, 0.4, 0.3]]), np.array([[1.0, 6, 0, 2], [0, 8, 1, 0]]), 0.5),
        (np.array([[0.9, 0.4]]), np.array([[1.0, 2.0]]), 0.5),
        (*_drawn(2, 4, 3, seed=0), 0.5),
        (*_drawn(3, 6, 8, seed=1), 0.5),
        (*_drawn(4, 5, 6, seed=2, offset=1.0), 0.4),
        (*_drawn(3, 8, 8, seed=3), 0.25),
        (np.array([[1.0, 1.0, 1.0, 1.0]]), np.ones((2, 4)), 0.5),
        (np.array([[1.0, -2.0, 3.0], [0.1, 0.2, 0.3]]), np.array([[0.0, 1.0, 1.0]]), 0.0),
        (*_drawn(2, 5, 4, seed=4), 0.5),
        (*_drawn(3, 7, 4, seed=5), 0.5),
        (*_drawn(4, 9, 5, seed=6), 0.4),
        (np.array([[1.0, 1.0, 0.9]]), np.array([[4.0, 1, 2.5], [0, 3, 2.5]]), 0.34),
    ],
    {
        "magnitude": (
            lambda w, x, s: _rows(np.abs(w), s),
            "the inputs were not asked: that is the mask of magnitude, row by row",
        ),
        "sum of inputs": (
            lambda w, x, s: _rows(np.abs(w) * np.abs(x.sum(0)), s),
            "inputs were added up, and those of both signs cancel: take the norm, the root of the sum of squares",
        ),
        "squared": (
            lambda w, x, s: _rows(np.abs(w) * (x**2).sum(0), s),
            "the root is missing: |w| times the squared norm puts too much weight on the inputs",
        ),
        "signed": (
            lambda w, x, s: _rows(w * np.linalg.norm(x, axis=0), s),
            "a negative weight counts as small: take |w|",
        ),
        "one ranking": (
            _in_one_ranking,
            "all rows stand in one ranking: here each output, so each row of w, gives the same share",
        ),
        "by output": (
            lambda w, x, s: _rows((np.abs(w) * np.linalg.norm(x, axis=0)).T, s).T,
            "the columns were ranked: each row of w is one output, and ranks its own weights",
        ),
        "inverted": (
            lambda w, x, s: ~wanda_mask(w, x, s),
            "the mask is the wrong way round: True is for what stays",
        ),
        "only inputs": (
            lambda w, x, s: _rows(np.broadcast_to(np.linalg.norm(x, axis=0), w.shape), s),
            "only the inputs were asked: the score is the product of |w| and the norm",
        ),
        "cut off": (
            _counted(int),
            "the number that goes was cut off: round it",
        ),
        "half up": (
            _counted(lambda number: int(number + 0.5)),
            "right but for halves: Python's round(2.5) is 2, the even neighbour",
        ),
    },
    "a small weight with a large input stays, and a large weight with nothing to multiply goes",
    show=_show,
    hints=(
        "What does output i lose if weight ij is 0? It lets through w times x_j.",
        "`np.linalg.norm` takes an axis: you want one number for each input, over all rows of x.",
        "Sorting the order once more gives ranks: `np.argsort(np.argsort(scores, axis=1, kind='stable'), axis=1)`.",
    ),
)
