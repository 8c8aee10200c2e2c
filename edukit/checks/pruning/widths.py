"""An exercise on measured times: how many channels fit into so many milliseconds.

Well-known mistakes  the promise of the MACs instead of a measurement, the first number that is too slow, the number
whose time lies nearest to the limit
"""

import numpy as np

from edukit.checks.verdict import Exercise


def channels_within(times, limit_s):
    """The largest number of channels whose measured time is at most limit_s; times {channels: seconds}."""
    return max(n for n, seconds in times.items() if seconds <= limit_s)


def _until_too_slow(times, limit_s):
    found = min(times)
    for n in sorted(times):
        if times[n] > limit_s:
            break
        found = n
    return found


def _promised(times, limit_s):
    full = max(times)
    return int(full * min(1.0, limit_s / times[full]) ** 0.5)


def _fitting(times, limit_s):
    return {n: seconds for n, seconds in times.items() if seconds <= limit_s}


def _show(arguments, expected, got):
    times, limit_s = arguments
    near = {n: times[n] for n in sorted(times) if abs(n - expected) <= 2}
    measured = ", ".join(f"{n}: {1e3 * seconds:.2f}" for n, seconds in near.items())
    return f"limit {1e3 * limit_s:.2f} ms, measured ms {measured}: right is {expected}, yours {np.asarray(got)}"


def _stairs(low, high, step=8, seconds=1e-5):
    """Times as a chip has them: numbers between two multiples of `step` take more than the next multiple."""
    times = {}
    for n in range(low, high + 1):
        whole = -(-n // step) * step
        times[n] = seconds * (whole**2 + (60 if n % step else 0))
    return times


WIDTHS = Exercise(
    channels_within,
    [
        ({8: 1e-3, 12: 1.5e-3, 16: 2e-3}, 1.6e-3),
        ({8: 1e-3, 16: 2e-3, 24: 3e-3}, 2.9e-3),
        (_stairs(12, 40), 6e-3),
        (_stairs(12, 40), 1.1e-2),
        (_stairs(8, 33), 1.024e-2),
        ({8: 1e-3, 9: 2.1e-3, 10: 2.0e-3, 11: 1.9e-3, 12: 1.2e-3}, 1.3e-3),
        ({4: 2e-3, 5: 2.4e-3, 6: 2.2e-3, 7: 3e-3}, 2.4e-3),
        ({16: 2e-3, 24: 3e-3, 32: 5e-3}, 1.0),
        ({24: 2e-3, 16: 1.5e-3, 8: 1e-3}, 2e-3),
        ({8: 1e-3, 16: 2e-3, 24: 2.0000001e-3}, 2e-3),
    ],
    {
        "promise of the MACs": (
            _promised,
            "that is what the MACs promise; the times were measured, and they do not follow the square",
        ),
        "first too slow": (
            _until_too_slow,
            "you stop at the first number that is too slow: a larger one can be faster again",
        ),
        "nearest": (
            lambda times, limit_s: min(times, key=lambda n: abs(times[n] - limit_s)),
            "the time nearest to the limit may lie above it",
        ),
        "slowest that fits": (
            lambda times, limit_s: max(_fitting(times, limit_s), key=times.get),
            "that is the slowest number that fits: asked is the one with the most channels",
        ),
        "below only": (
            lambda times, limit_s: max(n for n, seconds in times.items() if seconds < limit_s),
            "a time that is exactly the limit fits as well",
        ),
        "fewest": (
            lambda times, limit_s: min(_fitting(times, limit_s)),
            "that is the smallest number that fits: as many channels as possible should stay",
        ),
        "last in the table": (
            lambda times, limit_s: list(_fitting(times, limit_s))[-1],
            "that is the last one in the table that fits: a table may stand in any order",
        ),
        "seconds": (
            lambda times, limit_s: max(_fitting(times, limit_s).values()),
            "those are seconds: asked is a number of channels",
        ),
    },
    "measured, and not computed: a wider layer can be the faster one",
    show=_show,
    hints=(
        "Which numbers fit at all? Go through all of them.",
        "Among those that fit, what do you want most of?",
        "`times.items()` gives pairs of channels and seconds; `max` takes a generator with an `if`.",
    ),
)
