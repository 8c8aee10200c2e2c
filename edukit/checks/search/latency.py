"""An exercise on latency tables: predicted_latency(seconds, call, names) -> seconds of a network of these parts.

    t = call + Σ (seconds[name] - call)        each part was measured as a file of its own, with a call of its own

Well-known mistakes  the call is paid once for each part; a part that comes twice is counted once
"""

import math

from edukit.checks.verdict import Exercise


def latency_by_hand(seconds, call, names):
    """What one call of a network takes that consists of these parts, in this order."""
    total = call
    for name in names:
        total += seconds[name] - call
    return total


def _agree(_, expected, got) -> bool:
    return math.isclose(float(got), expected, rel_tol=1e-9, abs_tol=1e-12)


def _show(arguments, expected, got):
    seconds, call, names = arguments
    told = f"{1e6 * got:.4g}" if isinstance(got, float | int) else repr(got)[:30]
    return f"call {1e6 * call:.3g} µs, parts {', '.join(names) or 'none'}: {1e6 * expected:.4g} µs, yours {told}"


PARTS = {"stem": 14e-6, "block 3x3": 15e-6, "block 5x5": 19e-6, "head": 13e-6}

LATENCY = Exercise(
    latency_by_hand,
    [
        (PARTS, 12e-6, ["stem"]),
        (PARTS, 12e-6, ["stem", "block 3x3", "head"]),
        (PARTS, 12e-6, ["stem", "block 5x5", "block 5x5", "head"]),
        (PARTS, 10e-6, ["head", "stem"]),
        (PARTS, 12e-6, []),
        ({"only": 5e-6}, 5e-6, ["only"] * 3),
        (PARTS, 0.0, ["stem", "block 3x3"]),
        ({"stem": 14.32e-6, "head": 13.17e-6}, 11.91e-6, ["stem", "head", "stem"]),
    ],
    {
        "the plain sum": (
            lambda seconds, call, names: sum(seconds[name] for name in names),
            "each part was measured with a call of its own: the network is called once",
        ),
        "no call": (
            lambda seconds, call, names: sum(seconds[name] - call for name in names),
            "the call itself is missing: it is paid once",
        ),
        "each part once": (
            lambda seconds, call, names: call + sum(seconds[name] - call for name in set(names)),
            "a part that comes twice costs twice",
        ),
        "the call on top": (
            lambda seconds, call, names: call + sum(seconds[name] for name in names),
            "the call is added, but it is already in the time of every part",
        ),
        "the call taken away once": (
            lambda seconds, call, names: sum(seconds[name] for name in names) - call,
            "the call is taken away once: of how many parts was it a part?",
        ),
        "the slowest part": (
            lambda seconds, call, names: max([call, *(seconds[name] for name in names)]),
            "that is the slowest part: the parts run one after the other",
        ),
        "the mean": (
            lambda seconds, call, names: sum(seconds[name] for name in names) / max(1, len(names)),
            "that is the mean of the parts: their times add up",
        ),
        "every part of the table": (
            lambda seconds, call, names: call + sum(s - call for s in seconds.values()),
            "that adds the whole table: only the parts of this network count",
        ),
        "in microseconds": (
            lambda seconds, call, names: 1e6 * latency_by_hand(seconds, call, names),
            "those are microseconds: the table holds seconds",
        ),
    },
    "one call, and what every part adds to it: a sum instead of a measurement",
    agree=_agree,
    show=_show,
    hints=(
        "Each part was timed as a file of its own. What is in its time besides its own work?",
        "What does a part add to a call that is made anyway? Take the call away from its time.",
        "Begin with one call. For each name in the list, one that comes again too, add its seconds without the call.",
    ),
)
