"""An exercise on elastic width: important_channels(weight, keep) -> which channels stay, the most important first.

    importance of channel j = Σ_i |w_ij|        over all that reads the channel

Well-known mistakes  sums over the other axis, or without absolute values; the least important first
"""

import numpy as np

from edukit.checks.verdict import Exercise


def important_channels_by_hand(weight, keep):
    """The numbers of the `keep` channels in with the largest sums of absolute weights, the largest first."""
    importance = np.abs(weight).sum(axis=0)
    order = np.argsort(-importance, kind="stable")
    return order[:keep]


def _by(importance):
    return lambda weight, keep: np.argsort(-importance(weight), kind="stable")[:keep]


def _agree(_, expected, got) -> bool:
    got = np.asarray(got)
    return got.shape == expected.shape and got.dtype.kind in "iu" and bool((got == expected).all())


def _show(arguments, expected, got):
    weight, keep = arguments
    sums = ", ".join(f"{number:.3g}" for number in np.abs(weight).sum(axis=0)[:6])
    told = np.asarray(got).ravel()[:6].tolist() if np.ndim(got) else repr(got)[:30]
    return f"sums {sums}{', …' * (weight.shape[1] > 6)}, keep {keep}: {expected.tolist()[:6]}, yours {told}"


SMALL = np.array([[0.1, -5.0, 2.0], [0.1, 1.0, -2.0]])
SIGNS = np.array([[3.0, -3.0, 0.5, 1.0], [-3.0, -2.0, 0.5, 1.5]])
PEAKS = np.array([[4.0, 2.0, 0.0], [0.0, 2.0, 1.0], [0.0, 2.0, 0.5]])
WIDE = np.random.default_rng(0).normal(size=(6, 12)).round(2)

IMPORTANT_CHANNELS = Exercise(
    important_channels_by_hand,
    [
        (SMALL, 3),
        (SMALL, 2),
        (SIGNS, 3),
        (PEAKS, 2),
        (PEAKS, 1),
        (WIDE, 4),
        (WIDE, 12),
        (WIDE[:, ::-1], 6),
    ],
    {
        "the first ones": (
            lambda w, keep: np.arange(keep),
            "those are the first channels as they stand: sort them before you take the first",
        ),
        "the least important": (
            lambda w, keep: np.argsort(np.abs(w).sum(0))[:keep],
            "the least important ones come first: turn the order round",
        ),
        "without absolute values": (
            _by(lambda w: w.sum(0)),
            "positive and negative weights cancel: take absolute values first",
        ),
        "the absolute sum": (
            _by(lambda w: np.abs(w.sum(0))),
            "the absolute value comes too late: each weight loses its sign before the sum",
        ),
        "the largest weight": (
            _by(lambda w: np.abs(w).max(0)),
            "that looks at the largest weight of each channel: all its weights count",
        ),
        "squares": (
            _by(lambda w: (w**2).sum(0)),
            "that sums squares: here the sum of absolute weights decides",
        ),
        "the other axis": (
            lambda w, keep: np.argsort(-np.abs(w).sum(1), kind="stable")[:keep],
            "that sums each row, a channel out: the column holds all that reads a channel in",
        ),
        "in the old order": (
            lambda w, keep: np.sort(important_channels_by_hand(w, keep)),
            "the right channels, in their old order: the most important one comes first, so that every width can cut",
        ),
        "all of them": (
            lambda w, keep: important_channels_by_hand(w, w.shape[1]),
            "the order is right, and nothing is cut: return the first `keep`",
        ),
        "the sums": (
            lambda w, keep: np.sort(np.abs(w).sum(0))[::-1][:keep],
            "those are the sums: return the numbers of the channels",
        ),
        "ranks": (
            lambda w, keep: np.argsort(np.argsort(-np.abs(w).sum(0)))[:keep],
            "that is the rank of each channel: return the channels in the order of their ranks",
        ),
    },
    "once they are sorted, each width is a cut at another place of one order",
    agree=_agree,
    show=_show,
    hints=(
        "Column j holds the weights by which the next layer reads channel j. When does it hardly matter?",
        "Sum the absolute weights of each column. `np.argsort` begins with the smallest.",
        "Sort by the negative sums, and take the first `keep` numbers of that order.",
    ),
)
