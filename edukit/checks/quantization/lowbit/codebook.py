"""An exercise on codebooks: kmeans_step(w, centroids) -> (codes, centroids), one step of k-means.

Well-known mistakes  the distance without its size; a mean of nothing; codes that belong to the moved centroids
"""

import numpy as np

from edukit.checks.alike import as_numbers, kind
from edukit.checks.verdict import Exercise, first_difference

random = np.random.default_rng(5)


def kmeans_step(w, centroids):
    """The code of the nearest centroid for each weight, and the centroids moved to the mean of their weights."""
    codes = np.abs(w[:, None] - centroids).argmin(1)
    moved = [w[codes == k].mean() if (codes == k).any() else c for k, c in enumerate(centroids)]
    return codes, np.array(moved)


def _moved(centre=lambda own, old: own.mean(), empty=lambda w, old: old):
    """A wrong kmeans_step whose codes are right: another rule for the new centroid."""

    def step(w, centroids):
        codes, _ = kmeans_step(w, centroids)
        own = [w[codes == k] for k in range(len(centroids))]
        moved = [centre(part, c) if part.size else empty(w, c) for part, c in zip(own, centroids, strict=True)]
        return codes, np.array(moved)

    return step


def _coded(distance):
    """A wrong kmeans_step: the codes by another distance, and then the means."""

    def step(w, centroids):
        codes = distance(w[:, None], centroids).argmin(1)
        moved = [w[codes == k].mean() if (codes == k).any() else c for k, c in enumerate(centroids)]
        return codes, np.array(moved)

    return step


def _means_first(w, centroids):
    codes, moved = kmeans_step(w, centroids)
    return kmeans_step(w, moved)[0], moved


def _without_a_guard(w, centroids):
    codes, _ = kmeans_step(w, centroids)
    sums = np.bincount(codes, w, len(centroids))
    with np.errstate(invalid="ignore"):
        return codes, sums / np.bincount(codes, minlength=len(centroids))


def _without_the_empty(w, centroids):
    codes, moved = kmeans_step(w, centroids)
    return codes, moved[np.unique(codes)]


def _until_nothing_changes(w, centroids):
    for _ in range(50):
        codes, centroids = kmeans_step(w, centroids)
    return kmeans_step(w, centroids)[0], centroids


def _same(_, expected, got) -> bool:
    codes, centroids = map(as_numbers, got)
    if codes is None or centroids is None or kind(codes) != "i":
        return False
    fits = np.shape(codes) == expected[0].shape and np.shape(centroids) == expected[1].shape
    return bool(fits and np.array_equal(codes, expected[0]) and np.allclose(centroids, expected[1], rtol=1e-5, atol=0))


def _show(arguments, expected, got):
    w, centroids = arguments
    if not isinstance(got, tuple | list) or len(got) != 2:
        return "return two arrays, the codes and the new centroids"
    for name, right, yours in zip(("codes", "centroids"), expected, got, strict=True):
        if np.shape(yours) != right.shape:
            return f"{w.size} weights and {len(centroids)} centroids: {name} of shape {np.shape(yours)}"
        if not np.allclose(right, yours, rtol=1e-5, atol=0):
            (at,) = first_difference(right, np.asarray(yours))
            what = f"the code of {w[at]:.3g}" if name == "codes" else f"centroid {at}, before {centroids[at]:.3g},"
            return f"among {centroids[:4].round(3).tolist()}, {what} must be {right[at]:.4g}, yours is {yours[at]:.4g}"
    return "codes are whole numbers of an integer type, and centroids are numbers"


def _start(w, clusters):
    return w, np.linspace(w.min(), w.max(), clusters)


KMEANS_STEP = Exercise(
    kmeans_step,
    [
        (np.array([0.0, 0.1, 0.9, 1.1, 1.3]), np.array([0.0, 1.0])),
        (np.array([-0.9, -0.1, 0.2, 0.5, 0.6]), np.array([-1.0, -0.5, 0.0, 0.5])),
        (np.array([3.0, -2.0, 3.5, -2.5, 9.0]), np.array([2.0, -1.0, 6.0])),
        (np.array([1.0, 2.0, 4.0]), np.array([2.0])),
        _start(random.normal(size=50), 4),
        _start(random.normal(size=500), 16),
        (random.normal(size=20), np.array([-40.0, -0.5, 0.5, 40.0])),
    ],
    {
        "distance without its size": (
            _coded(lambda w, c: w - c),
            "w - c is most negative for the largest centroid: nearest means the smallest |w - c|",
        ),
        "the farthest": (
            _coded(lambda w, c: -np.abs(w - c)),
            "that is the centroid farthest away: take the smallest distance",
        ),
        "the next below": (
            _coded(lambda w, c: np.where(c <= w, w - c, 1e9 + c)),
            "each weight went to the next centroid below it: the one above may be nearer",
        ),
        "by size alone": (
            _coded(lambda w, c: np.abs(np.abs(w) - np.abs(c))),
            "|w| was compared with |c|: -0.5 and 0.5 are not the same centroid",
        ),
        "mean of nothing": (
            _without_a_guard,
            "a centroid without weights became NaN, a mean of nothing: let it stay where it was",
        ),
        "empty ones to 0": (
            _moved(empty=lambda w, c: 0.0),
            "a centroid without weights went to 0: let it stay where it was",
        ),
        "empty ones left out": (
            _without_the_empty,
            "a centroid without weights is gone, and the codes behind it now name another one: let it stay",
        ),
        "median": (
            _moved(lambda own, c: np.median(own)),
            "the middle value makes the sum of |w - c| smallest; k-means is about squares, and takes the mean",
        ),
        "middle": (
            _moved(lambda own, c: (own.min() + own.max()) / 2),
            "that is the middle between the least and the largest of its weights, not their mean",
        ),
        "sum": (_moved(lambda own, c: own.sum()), "the sum is not divided by the number of weights"),
        "half the way": (
            _moved(lambda own, c: (own.mean() + c) / 2),
            "the centroid went half the way: it moves to the mean at once",
        ),
        "not moved": (_moved(lambda own, c: c), "the centroids did not move: each goes to the mean of its weights"),
        "codes of the moved centroids": (
            _means_first,
            "the codes were looked up again after the move: return those that the means were taken with",
        ),
        "until nothing changes": (
            _until_nothing_changes,
            "that is all of k-means: one step was asked for",
        ),
    },
    "assign, then average: run again and again, these two lines are k-means",
    agree=_same,
    show=_show,
    hints=(
        "Two questions, one after the other: which centroid is nearest to each weight? And where is the middle of the "
        "weights that chose it?",
        "`w[:, None] - centroids` has a row for each weight, a column for each centroid. `argmin` finds a place.",
        "`w[codes == k]` are the weights of centroid k. If there are none, the centroid stays.",
    ),
)
