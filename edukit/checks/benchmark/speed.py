"""The exercise on latency: how many times faster.

The calls take turns: call i of one and call i of the other were timed in the same round.

Well-known mistakes  the mean, or the warm-up, in a latency; the medians of both apart; the ratio upside down
"""

import numpy as np

from edukit.checks.verdict import Exercise

random = np.random.default_rng(0)


def speedup(before_s, after_s, warmup):
    """How many times faster: the median over rounds of before / after, without the first `warmup` rounds."""
    ratios = np.divide(before_s, after_s)
    return float(np.median(ratios[warmup:]))


def _ratios(before_s, after_s):
    return np.divide(before_s, after_s)


def _rounds(before, after, n, warmup):
    """Seconds of n rounds of both: slow ones first, busy rounds that hit both, interruptions that hit one."""
    times = np.array([[before], [after]]) * random.uniform(0.8, 1.25, (2, n))
    times[:, :warmup] *= np.stack([np.geomspace(20, 3, warmup), np.geomspace(4, 2, warmup)])
    busy = random.choice(np.arange(warmup, n), n // 3, replace=False)
    times[:, busy] *= random.uniform(3, 9, len(busy))
    times[0, busy[0]] *= 4
    return *times.round(6).tolist(), warmup


def _ratio(statistic, *, skip=True):
    """A wrong speedup: the ratio of another statistic, or of all calls."""
    return lambda b, a, w: statistic(b[w:] if skip else b) / statistic(a[w:] if skip else a)


def _over_rounds(statistic):
    """A wrong speedup: another statistic of the ratios."""
    return lambda b, a, w: float(statistic(_ratios(b, a)[w:]))


def _show_speedup(arguments, expected, got):
    before, after, warmup = arguments
    calls = f"{len(before)} rounds, warm-up {warmup}"
    return f"for {calls}, right is {expected:.2f}, yours is {float(got):.2f}"


SPEEDUP = Exercise(
    speedup,
    [
        ([0.09, 0.004, 0.006, 0.005, 0.03], [0.05, 0.002, 0.002, 0.004, 0.012], 1),
        ([0.08, 0.02, 0.004, 0.006, 0.005, 0.03], [0.09, 0.07, 0.002, 0.001, 0.001, 0.004], 2),
        *(_rounds(m, 1e-3, n, w) for m, n, w in [(3e-3, 9, 3), (5e-4, 12, 5), (2e-3, 7, 2)]),
        ([0.02, 0.004, 0.009], [0.01, 0.001, 0.001], 0),
    ],
    {
        "upside down": (
            lambda b, a, w: 1 / speedup(b, a, w),
            "upside down: twice as fast means that `before` took twice as long",
        ),
        "mean": (_ratio(np.mean), "that is the mean: one interrupted call moves it, the median stays"),
        "mean of ratios": (
            _over_rounds(np.mean),
            "a mean over rounds: one interrupted call moves it, the median stays",
        ),
        "medians apart": (
            _ratio(np.median),
            "the medians of both, apart: a busy round then hits one of them; divide within each round first",
        ),
        "warm-up included": (
            lambda b, a, w: float(np.median(_ratios(b, a))),
            "the warm-up calls are counted: the first `warmup` of each list go",
        ),
        "medians apart with warm-up": (
            _ratio(np.median, skip=False),
            "the medians of both, apart, and with the warm-up: leave it out, and divide within each round first",
        ),
        "mean with warm-up": (
            _ratio(np.mean, skip=False),
            "that is the mean of all calls: leave the warm-up out, and take the median",
        ),
        "fastest call": (_ratio(min), "that compares the luckiest call of each: the median is what users feel"),
        "upper middle": (
            _over_rounds(lambda ratios: sorted(ratios)[len(ratios) // 2]),
            "an even number of rounds has two in the middle: the median is their mean",
        ),
        "one call goes, whatever warmup says": (
            lambda b, a, w: speedup(b, a, 1),
            "only the first call was left out: `warmup` says how many",
        ),
        "warm-up kept, rest dropped": (
            lambda b, a, w: float(np.median(_ratios(b, a)[:w])),
            "the warm-up is what goes, not what stays: times[warmup:]",
        ),
        "difference": (
            lambda b, a, w: float(np.median(np.subtract(b, a)[w:])),
            "those are seconds saved: a speed-up is a ratio",
        ),
        "percent": (lambda b, a, w: 100 * (speedup(b, a, w) - 1), "that is percent: 2 means twice as fast, not 100"),
    },
    "round by round, warm-up left out, and the middle of it: one bad moment of the machine changes nothing",
    show=_show_speedup,
    hints=(
        "Which calls should not count at all? `times[warmup:]` is the list without its first calls.",
        "Which number of a list does one interrupted call not move?",
        "A busy round makes both of its times longer, and their ratio stays. `np.divide(before_s, after_s)` "
        "has the ratio of each round.",
    ),
)
