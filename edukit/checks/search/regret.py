"""An exercise on regret: regret(scores, best) -> how far the best so far lies below the best of the table.

    regret[n] = best - max(scores[0 … n])

Well-known mistakes  the score of the trial itself, or the best that this search has found
"""

import numpy as np

from edukit.checks.verdict import Exercise


def regret_by_hand(scores, best):
    """For each trial, how far the best score up to it lies below `best`."""
    found = []
    so_far = scores[0]
    for score in scores:
        so_far = max(so_far, score)
        found.append(best - so_far)
    return found


def _agree(_, expected, got) -> bool:
    got = np.asarray(got, float)
    return got.shape == (len(expected),) and bool(np.allclose(got, expected, atol=1e-9))


def _few(values):
    return "[" + ", ".join(f"{value:.3g}" for value in list(values)[:5]) + (", …]" if len(values) > 5 else "]")


def _show(arguments, expected, got):
    scores, _ = arguments
    if np.ndim(got) != 1 or len(got) != len(expected):
        return f"return {len(expected)} numbers, one for each trial; yours is {got!r}"[:150]
    return f"for {_few(scores)} right is {_few(expected)}, yours is {_few(got)}"


def _late(scores, best):
    """The best before each trial."""
    return regret_by_hand([scores[0], *scores[:-1]], best)


REGRET = Exercise(
    regret_by_hand,
    [
        ([0.5, 0.75, 1.0], 1.0),
        ([0.5, 0.75, 0.25], 1.0),
        ([0.9, 0.1, 0.2, 0.8], 0.95),
        ([0.2], 0.9),
        ([0.3, 0.3, 0.3], 0.3),
        ([-5.0, -2.0, -3.0], -1.0),
        ([0.91, 0.9, 0.93, 0.92, 0.95, 0.94, 0.95], 0.985),
    ],
    {
        "each trial alone": (
            lambda s, b: [b - x for x in s],
            "that is how far each trial is behind: a search keeps the best it has found",
        ),
        "its own best": (
            lambda s, b: regret_by_hand(s, max(s)),
            "that compares with the best this search has found: regret compares with the best of the whole table",
        ),
        "the worst so far": (
            lambda s, b: [b - min(s[: i + 1]) for i in range(len(s))],
            "that keeps the worst score: more is better",
        ),
        "sign": (
            lambda s, b: [-x for x in regret_by_hand(s, b)],
            "the sign is turned: regret is never below 0, the best of the table comes first",
        ),
        "the best so far": (
            lambda s, b: [max(s[: i + 1]) for i in range(len(s))],
            "that is the best so far: how far is it below the best of the table?",
        ),
        "the mean": (
            lambda s, b: [b - sum(s[: i + 1]) / (i + 1) for i in range(len(s))],
            "that is the mean of the trials: one good trial is enough",
        ),
        "one late": (_late, "each number is one trial late: trial n counts itself"),
        "the end alone": (lambda s, b: [b - max(s)] * len(s), "that is the regret at the end, for every trial"),
        "in shares": (
            lambda s, b: [x / abs(b) for x in regret_by_hand(s, b)],
            "that is a share of the best: regret is a difference",
        ),
        "absolute size": (
            lambda s, b: [b - max(map(abs, s[: i + 1])) for i in range(len(s))],
            "scores may be negative: the largest one counts, not the largest without its sign",
        ),
    },
    "it never rises, and it is 0 as soon as the best of the table was found",
    agree=_agree,
    show=_show,
    hints=(
        "What does a search hold in its hands after n trials: the last one, or the best one?",
        "Walk through the scores and carry the largest one along. What is subtracted from what?",
        "For each n, take the largest of the first n scores away from `best`: one number for each trial.",
    ),
)
