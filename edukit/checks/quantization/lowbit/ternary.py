"""An exercise on three levels: ternarize(w) -> (α, t), where t is -1, 0 or 1.

Well-known mistakes  one threshold for the whole tensor; zeros that count in the mean; a filter of zeros divided by 0
"""

import numpy as np

from edukit.checks.quantization.lowbit.binary import agree_levels, filter_axes, show_levels
from edukit.checks.verdict import Exercise
from edukit.quantization.lowbit.binary import ternarize

f32 = np.float32
random = np.random.default_rng(2)


def _size(w):
    return np.abs(w).mean(filter_axes(w), keepdims=True)


def _mean_of_kept(w, kept, power=1, keepdims=True):
    axes = filter_axes(w)
    return (np.abs(w) ** power * kept).sum(axes, keepdims=keepdims) / np.maximum(kept.sum(axes, keepdims=keepdims), 1)


def _ternarize_by_hand(w):
    """(alpha, t): t is 0 up to 0.7 times the mean size of the filter, alpha the mean size of the others."""
    size = np.abs(w)
    axes = tuple(range(1, w.ndim))
    kept = size > 0.7 * size.mean(axes, keepdims=True)
    alpha = (size * kept).sum(axes, keepdims=True) / np.maximum(kept.sum(axes, keepdims=True), 1)
    return alpha, np.sign(w) * kept


def _wrong(threshold=_size, factor=0.7, alpha=None, levels=np.sign):
    """A wrong ternarize: all as it should be, but for one part."""

    def split(w):
        kept = np.abs(w) > factor * threshold(w)
        size = (alpha or _mean_of_kept)(w, kept)
        return size.astype(w.dtype), (levels(w) * kept).astype(w.dtype)

    return split


def _mean_of_nothing(w):
    kept = np.abs(w) > 0.7 * _size(w)
    with np.errstate(invalid="ignore"):
        alpha = (np.abs(w) * kept).sum(filter_axes(w), keepdims=True) / kept.sum(filter_axes(w), keepdims=True)
    return alpha.astype(w.dtype), (np.sign(w) * kept).astype(w.dtype)


def _over_all(w, kept):
    return np.full((len(w), *[1] * (w.ndim - 1)), np.abs(w)[kept].mean() if kept.any() else 0.0)


TERNARIZE = Exercise(
    ternarize,
    [
        (f32([[0.5, -0.1, 0.2], [-3.0, 1.0, 2.0]]),),
        (f32([[0.5, -0.1, 0.0, -0.3], [-3.0, 3.0, -3.0, 0.5]]),),
        (random.normal(0, 1, (4, 3, 3, 3)).astype(f32),),
        (random.normal(0, 1, (3, 40)).astype(f32) * f32([[0.01], [1], [100]]),),
        (random.normal(0, 1, (4, 2, 5)).astype(f32),),
        (f32([[1, 1, -1], [2, -2, 2]]),),
        (f32([[0, 0, 0, 0], [1, -1, 0, 2]]),),
        (f32([[0, 0, 0, 0, 1, -0.5], [3, 0, -0.0, 1, 0, 0]]),),
    ],
    {
        "zeros count": (
            _wrong(alpha=lambda w, kept: (np.abs(w) * kept).mean(filter_axes(w), keepdims=True)),
            "the zeros count in your mean: alpha is the mean size of the weights that are kept",
        ),
        "binary's alpha": (
            _wrong(alpha=lambda w, kept: _size(w)),
            "that is the mean over all weights, as for two levels: here only those that are kept",
        ),
        "no zeros": (
            _wrong(factor=-1.0),
            "t has no zeros: weights up to the threshold become 0",
        ),
        "one threshold": (
            _wrong(threshold=lambda w: np.abs(w).mean()),
            "one threshold for the whole tensor: each filter has its own",
        ),
        "one alpha": (_wrong(alpha=_over_all), "one alpha for the whole tensor: each filter has its own"),
        "of the largest": (
            _wrong(threshold=lambda w: np.abs(w).max(filter_axes(w), keepdims=True)),
            "that is 0.7 times the largest weight: the rule is about the mean size",
        ),
        "whole mean": (_wrong(factor=1.0), "the factor 0.7 is missing in the threshold"),
        "no size": (
            _wrong(threshold=lambda w: w.mean(filter_axes(w), keepdims=True)),
            "weights of both signs cancel in this mean: take |w| first",
        ),
        "positive only": (
            lambda w: _wrong()(np.where(w > 0, w, 0)),
            "negative weights became 0: it is the size |w| that is compared with the threshold",
        ),
        "mean of nothing": (
            _mean_of_nothing,
            "a filter of zeros keeps nothing, and 0 / 0 is NaN: divide by at least 1",
        ),
        "squares": (
            _wrong(alpha=lambda w, kept: _mean_of_kept(w, kept, power=2) ** 0.5),
            "the root of the mean square is not the best alpha: the mean of |w| over those kept is",
        ),
        "axes lost": (
            _wrong(alpha=lambda w, kept: _mean_of_kept(w, kept, keepdims=False)),
            "alpha does not broadcast against w: keep the summed axes as 1, with keepdims=True",
        ),
        "sizes": (_wrong(levels=np.ones_like), "t has no signs: a large negative weight is -1"),
        "already scaled": (
            lambda w: (_ternarize_by_hand(w)[0].astype(w.dtype), np.prod(_ternarize_by_hand(w), 0)),
            "t holds -1, 0 and 1 alone: alpha comes in when they are used",
        ),
    },
    "three levels: what is small is left out, and the others share one size",
    agree=agree_levels,
    show=show_levels,
    shown=_ternarize_by_hand,
    hints=(
        "Which weights are large? The rule compares their size with the mean size of their filter.",
        "A comparison with the threshold has the shape of w. `alpha` is the mean of |w| where it is true.",
        "Sum those |w| and divide by how many there are, by at least 1, as a filter may keep none.",
    ),
)
