"""The exercise on latency: how many times faster.

Well-known mistakes  the mean, or the warm-up, in a latency; the ratio upside down
"""

import numpy as np

from edukit.checks.verdict import Exercise

random = np.random.default_rng(0)


def speedup(before_s, after_s, warmup):
    """How many times faster: the ratio of the medians, without the first `warmup` calls of each."""
    return float(np.median(before_s[warmup:]) / np.median(after_s[warmup:]))


def _calls(median, n, warmup):
    """Seconds of n calls: slow ones first, then a few interrupted ones among the others."""
    times = median * random.uniform(0.9, 1.1, n)
    times[:warmup] *= np.geomspace(20, 3, warmup)
    times[random.choice(np.arange(warmup, n), 2, replace=False)] *= random.uniform(3, 9, 2)
    return times.round(6).tolist()


def _ratio(statistic, *, skip=True):
    """A wrong speedup: the ratio of another statistic, or of all calls."""
    return lambda b, a, w: statistic(b[w:] if skip else b) / statistic(a[w:] if skip else a)


def _show_speedup(arguments, expected, got):
    before, after, warmup = arguments
    calls = f"{len(before)} calls before and {len(after)} after, warm-up {warmup}"
    return f"for {calls}, right is {expected:.2f}, yours is {float(got):.2f}"


SPEEDUP = Exercise(
    speedup,
    [
        ([0.09, 0.004, 0.005, 0.006, 0.03], [0.05, 0.002, 0.002, 0.0025, 0.0025], 1),
        ([0.08, 0.02, 0.004, 0.006, 0.005, 0.03], [0.09, 0.07, 0.002, 0.001, 0.001, 0.004], 2),
        *((_calls(m, n, w), _calls(1e-3, n + 3, w), w) for m, n, w in [(3e-3, 9, 3), (5e-4, 12, 5), (2e-3, 7, 2)]),
    ],
    {
        "upside down": (
            lambda b, a, w: 1 / speedup(b, a, w),
            "upside down: twice as fast means that `before` took twice as long",
        ),
        "mean": (_ratio(np.mean), "that is the mean: one interrupted call moves it, the median stays"),
        "warm-up included": (
            _ratio(np.median, skip=False),
            "the warm-up calls are counted: the first `warmup` of each list go",
        ),
        "mean with warm-up": (
            _ratio(np.mean, skip=False),
            "that is the mean of all calls: leave the warm-up out, and take the median",
        ),
        "fastest call": (_ratio(min), "that compares the luckiest call of each: the median is what users feel"),
        "upper middle": (
            _ratio(lambda times: sorted(times)[len(times) // 2]),
            "an even number of calls has two in the middle: the median is their mean",
        ),
        "one call goes, whatever warmup says": (
            lambda b, a, w: speedup(b, a, 1),
            "only the first call was left out: `warmup` says how many",
        ),
        "warm-up kept, rest dropped": (
            lambda b, a, w: float(np.median(b[:w]) / np.median(a[:w])),
            "the warm-up is what goes, not what stays: times[warmup:]",
        ),
        "difference": (
            lambda b, a, w: float(np.median(b[w:]) - np.median(a[w:])),
            "those are seconds saved: a speed-up is a ratio",
        ),
        "percent": (lambda b, a, w: 100 * (speedup(b, a, w) - 1), "that is percent: 2 means twice as fast, not 100"),
    },
    "medians, warm-up left out: one bad moment of the machine changes nothing",
    show=_show_speedup,
)
