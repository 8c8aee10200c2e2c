"""An exercise on the running form of linear attention: one step of a state that does not grow.

Well-known mistakes  a state that is read before it is written; a sum that is replaced, not added to; a part of the
state that stays behind; φ left out on one side
"""

import numpy as np

from edukit.checks.networks.attention import phi
from edukit.checks.verdict import Exercise, alike, first_difference

random = np.random.default_rng(11)


def step(sums, weight, q, k, v):
    """Take in one position of causal linear attention: its output, and the new state."""
    q, k = phi(q), phi(k)
    sums = sums + np.outer(k, v)
    weight = weight + k
    return q @ sums / (q @ weight), sums, weight


def _show_step(arguments, expected, got):
    for name, right, own in zip(("the output", "sums", "weight"), expected, got, strict=True):
        if np.shape(right) != np.shape(own):
            return f"{name} has the shape {np.shape(right)}, yours has {np.shape(own)}"
        if not alike(right, np.asarray(own, float)):
            at = first_difference(right, np.asarray(own, float))
            return f"{name}: at {[int(i) for i in at]} right is {right[at]:.4g}, yours is {np.asarray(own)[at]:.4g}"
    return "the state"


def _steps():
    """A fresh state, one that has seen something, and two of other sizes."""
    for d, e, seen in ((2, 2, 0), (2, 2, 1), (3, 2, 4), (4, 4, 9)):
        sums = np.zeros((d, e))
        weight = np.zeros(d)
        for _ in range(seen):
            _, sums, weight = step(sums, weight, *(random.normal(size=n) for n in (d, d, e)))
        yield sums, weight, *(random.normal(size=n) for n in (d, d, e))


STEP = Exercise(
    step,
    list(_steps()),
    {
        "read before written": (
            lambda s, w, q, k, v: (phi(q) @ s / (phi(q) @ w), s + np.outer(phi(k), v), w + phi(k)),
            "the output was read before this position was added: a position sees itself, and the first would be 0 / 0",
        ),
        "weight forgotten": (
            lambda s, w, q, k, v: (phi(q) @ (s + np.outer(phi(k), v)) / (phi(q) @ w), s + np.outer(phi(k), v), w),
            "weight did not move: it is the sum of phi(k) over all positions, this one too",
        ),
        "overwritten": (
            lambda s, w, q, k, v: step(0 * s, 0 * w, q, k, v),
            "the past was overwritten: add to the state, do not replace it",
        ),
        "no normaliser": (
            lambda s, w, q, k, v: (phi(q) @ (s + np.outer(phi(k), v)), s + np.outer(phi(k), v), w + phi(k)),
            "the output is not divided by phi(q)·weight, so it grows with every position",
        ),
        "transposed": (
            lambda s, w, q, k, v: _with_sums(s, w, q, k, v, np.outer(v, phi(k))),
            "the outer product is transposed: sums has a row for each feature of k, a column for each of v",
        ),
        "phi forgotten on k": (
            lambda s, w, q, k, v: (phi(q) @ (s + np.outer(k, v)) / (phi(q) @ (w + k)), s + np.outer(k, v), w + k),
            "the key went in without phi: the state may sum to 0",
        ),
        "phi forgotten on q": (
            lambda s, w, q, k, v: (
                q @ (s + np.outer(phi(k), v)) / (q @ (w + phi(k))),
                s + np.outer(phi(k), v),
                w + phi(k),
            ),
            "the query went in without phi: weights come out negative",
        ),
        "mean of the weights": (
            lambda s, w, q, k, v: (phi(q) @ (s + np.outer(phi(k), v)) / (w + phi(k)).sum(), *step(s, w, q, k, v)[1:]),
            "divided by the sum of weight alone: each query weighs the keys itself, phi(q)·weight",
        ),
        "only the output": (lambda s, w, q, k, v: step(s, w, q, k, v)[0], "return the output and the new state, three"),
    },
    "the same as the causal form, in d (e + 1) numbers, however long the text",
    show=_show_step,
    hints=(
        "The three formulas stand above, under *The form that runs*. In which order?",
        "A position may see itself: first the state takes it in, then the output is read.",
        "`np.outer(a, b)` has a row for each entry of a. Make new sums, and leave the old ones as they are.",
    ),
)


def _with_sums(s, w, q, k, v, added):
    """A wrong step that adds something else; where the shapes do not fit, only to the output."""
    fits = added.shape == s.shape
    sums = s + added if fits else s + np.outer(phi(k), v)
    weight = w + phi(k)
    return phi(q) @ sums / (phi(q) @ weight), sums, weight
