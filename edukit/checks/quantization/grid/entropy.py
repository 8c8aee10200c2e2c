"""An exercise on entropy calibration: how much the codes of a window lose of a histogram.

Well-known mistakes  the clipped values left out of P, or put into Q as well; empty bins given a share; Q with the sum
of a code in each of its bins; the divergence the other way round; logarithms of base 2
"""

import numpy as np

from edukit.checks.verdict import Exercise
from edukit.quantization.grid.entropy import divergence as of_window

random = np.random.default_rng(8)


def divergence(counts, bins, codes):
    """KL(P || Q) of the first bins of a histogram, of which each code covers equally many."""
    return of_window(counts, 0, bins, codes)


def _spread(sums, filled, groups):
    """Each code's sum, to its filled bins alike."""
    return filled * sums[groups] / np.bincount(groups, filled)[groups]


def _wrong(*, clipped_p=True, clipped_q=False, spread=_spread, kl=lambda P, Q: np.sum(P * np.log(P / Q)), whole=True):
    """A wrong divergence: values counted elsewhere, shared out otherwise, or compared otherwise."""

    def answer(counts, bins, codes):
        groups = np.repeat(np.arange(codes), bins // codes)
        P = counts[:bins].astype(float)
        beyond = counts[bins:].sum()
        inside = P + (np.arange(bins) == bins - 1) * beyond
        sums = np.bincount(groups, inside if clipped_q else counts[:bins])
        P = inside if clipped_p else P
        Q = spread(sums, P > 0, groups)
        total = counts.sum() if whole else counts[:bins].sum()
        some = P > 0
        return float(kl(P[some] / total, Q[some] / total))

    return answer


def _scaled(P, Q):
    return np.sum(P * np.log(P / (Q / Q.sum())))


def _show(arguments, expected, got):
    counts, bins, codes = arguments
    return f"{bins} of {len(counts)} bins in {codes} codes lose {expected:.4f}, yours {float(got):.4f}"


def _histograms():
    yield np.array([4, 2, 1, 1]), 4, 2
    yield np.array([50, 20, 11, 7, 4, 3, 2, 1, 1, 0, 0, 1]), 8, 4
    yield np.array([50, 20, 11, 7, 4, 3, 2, 1, 1, 0, 0, 1]), 12, 4
    yield np.array([9, 0, 0, 3, 5, 0, 2, 2, 1, 1]), 8, 4
    yield np.array([6, 5, 4, 3, 2, 1]), 4, 4
    for bins, codes in ((12, 3), (20, 4), (6, 1)):
        yield random.integers(1, 60, 24), bins, codes


def _by_hand(counts, bins, codes):
    """KL(P || Q) in nats: `bins` bins of the histogram are the window, and each of the codes covers bins / codes."""
    total = counts.sum()
    P = counts[:bins] / total
    P[-1] += counts[bins:].sum() / total
    of_code = counts[:bins].reshape(codes, -1)
    filled = P.reshape(codes, -1) > 0
    Q = filled * of_code.sum(1, keepdims=True) / filled.sum(1, keepdims=True) / total
    some = P > 0
    return np.sum(P[some] * np.log(P[some] / Q.ravel()[some]))


DIVERGENCE = Exercise(
    divergence,
    list(_histograms()),
    {
        "clipped left out": (
            _wrong(clipped_p=False),
            "the values beyond the window are missing in P: they saturate, so they belong to its last bin",
        ),
        "only the window": (
            _wrong(clipped_p=False, whole=False),
            "the shares were taken of the window alone: clipping then costs nothing. Divide by all values",
        ),
        "clipped in Q": (
            _wrong(clipped_q=True),
            "the clipped values are in Q as well: then clipping looks free. Q knows only what lies in the window",
        ),
        "empty bins": (
            _wrong(spread=lambda sums, filled, groups: sums[groups] / np.bincount(groups)[groups]),
            "empty bins got a share of their code: share out to the bins that are not empty",
        ),
        "whole sum": (
            _wrong(spread=lambda sums, filled, groups: sums[groups]),
            "each bin got the whole sum of its code: the bins of a code share it",
        ),
        "other way round": (
            _wrong(kl=lambda P, Q: np.sum(Q * np.log(Q / P))),
            "that is KL(Q || P): P stands in front of the logarithm, and above Q",
        ),
        "base 2": (
            _wrong(kl=lambda P, Q: np.sum(P * np.log2(P / Q))),
            "that is in bits: this course takes the natural logarithm",
        ),
        "scaled": (
            _wrong(kl=_scaled),
            "Q was scaled up to a sum of 1, as TensorRT does: here Q stays as it is, so that clipping is never free",
        ),
        "sign": (_wrong(kl=lambda P, Q: np.sum(P * np.log(Q / P))), "the sign is wrong: KL is never below 0"),
        "squares": (
            _wrong(kl=lambda P, Q: np.sum((P - Q) ** 2)),
            "these are squared differences of shares: KL takes P log (P / Q)",
        ),
        "sizes": (
            _wrong(kl=lambda P, Q: np.sum(np.abs(P - Q))),
            "these are sizes of differences: KL takes P log (P / Q)",
        ),
    },
    "P knows the bins, Q only the codes, and KL is what the codes forget",
    agree=lambda _, expected, got: np.shape(got) == () and np.isclose(got, expected, rtol=1e-6, atol=1e-9),
    show=_show,
    shown=_by_hand,
    hints=(
        "Make P first. Where do the values end up that lie beyond the window?",
        "`counts[:bins].reshape(codes, -1)` has a row for each code. Sum each row, and count its filled bins.",
        "Q of a bin is the sum of its row over the number of filled bins in the row, and 0 in an empty bin. Both P and "
        "Q are divided by `counts.sum()`.",
    ),
)
