"""Exercises on structure and speed: 2 of every 4 along the right axis, and a speed-up that was measured.

Well-known mistakes  fours down the rows, across neurons; the two smallest kept; a ranking without |w|; half of a row
instead of two of each four; MACs sold as seconds; the ratio upside down; a mean that one busy moment decides
"""

import numpy as np

from edukit.checks.verdict import Exercise, alike, first_difference


def two_four_mask(w):
    """True for the two largest |w| of each four neighbours in a row; w (outputs, inputs), numpy."""
    fours = np.abs(w).reshape(-1, 4)
    order = np.argsort(fours, axis=1, kind="stable")
    mask = np.ones(fours.shape, bool)
    np.put_along_axis(mask, order[:, :2], False, axis=1)
    return mask.reshape(w.shape)


def speedup(before_s, after_s, macs_before, macs_after):
    """How many times faster: the median over rounds; before_s[i] and after_s[i] were timed in the same round."""
    return float(np.median(np.divide(before_s, after_s)))


def _weights(rows, columns, seed=0):
    drawn = np.random.default_rng(seed).permutation(rows * columns).reshape(rows, columns) + 1
    return (drawn * np.where(drawn % 3, 1, -1) / 10).astype(np.float32)


def _keeps_as_much(arguments, expected, got) -> bool:
    """Two of each four, and the largest: among equals, any may stay."""
    kept = np.asarray(got).reshape(-1, 4)
    sizes = np.abs(arguments[0]).reshape(-1, 4)
    largest = (sizes * expected.reshape(-1, 4)).sum(1)
    return (kept.sum(1) == 2).all() and alike(largest, (sizes * kept).sum(1))


def _show_mask(arguments, expected, got):
    got = np.asarray(got)
    if got.shape != expected.shape:
        return f"the mask has the shape of w, {expected.shape}, yours has {got.shape}"
    if got.dtype != bool:
        return f"a mask holds True and False, yours holds {got.dtype}"
    row = int(first_difference(expected.astype(int), got.astype(int))[0])
    weights = ", ".join(f"{value:.4g}" for value in arguments[0][row][:8])
    return f"of {weights} right is {_bits(expected[row])}, yours {_bits(got[row])}"


def _bits(row):
    return "".join("01"[bool(stays)] for stays in row[:8])


def _largest(scores, count):
    """True for the `count` largest of each row."""
    return np.argsort(np.argsort(scores, axis=-1), axis=-1) >= scores.shape[-1] - count


def _apart(w):
    fours = np.abs(w).reshape(len(w), 4, -1)  # i, i + n/4, i + n/2, …
    return _largest(fours.swapaxes(1, 2), 2).swapaxes(1, 2).reshape(w.shape)


TWO_FOUR = Exercise(
    two_four_mask,
    [
        (_weights(4, 8),),
        (_weights(8, 4, 1),),
        (_weights(4, 16, 2),),
        (_weights(12, 12, 3),),
        (np.float32([[0, 0, 0, 5], [1, -2, 3, 4]]),),
        (np.float32([[0.504, -0.503, 0.502, 0.501], [-1e-9, 2e-9, 0, 1e-9]]),),
    ],
    {
        "wrong axis": (
            lambda w: two_four_mask(np.ascontiguousarray(w.T)).T,
            "the fours run down the columns: a sum runs along a row, so the fours lie in a row",
        ),
        "smallest kept": (lambda w: ~two_four_mask(w), "the two smallest stay: keep the two largest"),
        "sign": (
            lambda w: _largest(w.reshape(-1, 4), 2).reshape(w.shape),
            "negative weights count as small: rank by |w|",
        ),
        "half of a row": (
            lambda w: _largest(np.abs(w), w.shape[1] // 2),
            "half of each row stays, but not two of each four: a four may now hold three or one",
        ),
        "half of all": (
            lambda w: np.abs(w) > np.median(np.abs(w)),
            "half of all weights stay wherever they are: the pattern needs two in each four",
        ),
        "one of two": (
            lambda w: _largest(np.abs(w).reshape(-1, 2), 1).reshape(w.shape),
            "one of each two stays: that is 2:4 as well, but gives up larger weights than it must",
        ),
        "threshold": (
            lambda w: (np.abs(w).reshape(-1, 4) >= np.sort(np.abs(w).reshape(-1, 4))[:, 2:3]).reshape(w.shape),
            "equal weights all stay: count two in each four, do not compare with the third",
        ),
        "far apart": (_apart, "the four that compete are not neighbours: reshape so that the last axis is 4 long"),
    },
    "two of each four neighbours, along the axis that the layer sums over",
    agree=_keeps_as_much,
    show=_show_mask,
    hints=(
        "Over which axis does `w @ x` sum?",
        "What do the two transpositions do to the groups of four?",
        "`w.reshape(-1, 4)` has four neighbours of a row in each line. Four equal weights are a case too: "
        "exactly two of them stay.",
    ),
)


def _show_speedup(arguments, expected, got):
    before, after, macs_before, macs_after = arguments
    milliseconds = f"{[round(1e3 * s, 2) for s in before]} and {[round(1e3 * s, 2) for s in after]} ms"
    return f"{milliseconds}, {macs_before:,} and {macs_after:,} MACs: {expected:.2f} times, yours {got:.3g}"


SPEEDUP = Exercise(
    speedup,
    [
        ([2e-3, 2.1e-3, 2.3e-3], [1.6e-3, 1.5e-3, 2e-3], 4000, 1000),
        ([2e-3, 2e-3, 9e-3, 2.2e-3, 2.1e-3], [1.2e-3, 1.3e-3, 6e-3, 1.2e-3, 1.4e-3], 1_000_000, 500_000),
        ([1e-3, 4e-3, 1.1e-3], [1.3e-3, 1.2e-3, 5e-3], 900, 450),
        ([2e-3, 2.4e-3, 2.1e-3, 9e-3], [1e-3, 1.5e-3, 2e-3, 1.8e-3], 900, 450),
    ],
    {
        "MACs": (
            lambda b, a, before, after: before / after,
            "that is the ratio of the MACs: nobody has measured it, use the seconds",
        ),
        "upside down": (
            lambda b, a, *macs: float(np.median(np.divide(a, b))),
            "upside down: faster means that the time before is the larger one",
        ),
        "mean": (
            lambda b, a, *macs: float(np.mean(np.divide(b, a))),
            "a mean over rounds: one busy moment moves it, the median stays",
        ),
        "mean of times": (
            lambda b, a, *macs: float(np.mean(b) / np.mean(a)),
            "mean times, divided: one busy moment decides; take each round's ratio, then the median",
        ),
        "medians apart": (
            lambda b, a, *macs: float(np.median(b) / np.median(a)),
            "the medians of both, apart: a busy round then hits one of them; divide within each round first",
        ),
        "luckiest": (
            lambda b, a, *macs: float(max(np.divide(b, a))),
            "the luckiest round: report the middle one",
        ),
        "best before, worst after": (
            lambda b, a, *macs: max(b) / min(a),
            "the slowest before over the fastest after: that is how advertisements are made",
        ),
        "saved share": (
            lambda b, a, *macs: float(np.median(1 - np.divide(a, b))),
            "that is the share of the time that was saved; asked is how many times faster",
        ),
    },
    "measured in turns, round by round, and the middle of it",
    show=_show_speedup,
    hints=(
        "What was measured, and what was computed?",
        "A busy moment makes one round slow, for both networks. What stays the same in it?",
        "A ratio for each round first. Then something that one bad round cannot move.",
    ),
)
