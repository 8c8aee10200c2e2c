"""The exercise on hysteresis: when is the device in its saving mode?

Well-known mistakes  one threshold for both ways; the wrong mode between the thresholds; a mode that never ends
"""

import numpy as np

from edukit.checks.verdict import Exercise
from edukit.deployment.manager import switching

random = np.random.default_rng(0)


def _walk(n):
    return (38 + random.integers(-2, 3, n).cumsum() * 0.5).tolist()


def _machine(rise, fall, start=False):
    """A wrong hysteresis, by wrong rules for entering and leaving the mode."""

    def hysteresis(values, on, off):
        saving = start
        modes = []
        for value in values:
            if rise(value, on, off):
                saving = True
            elif fall(value, on, off):
                saving = False
            modes.append(saving)
        return modes

    return hysteresis


def _late(values, on, off):
    modes = switching.hysteresis(values, on, off)
    return [False, *modes[:-1]] if modes else []


def _show(arguments, expected, got):
    values, on, off = arguments
    signs = ["".join("-S"[bool(mode)] for mode in modes) for modes in (expected, got)]
    said = " ".join(f"{value:g}" for value in values[:9])
    return (
        f"for {said}{' …' if len(values) > 9 else ''}, on {on:g}, off {off:g}: right is {signs[0]}, yours is {signs[1]}"
    )


HYSTERESIS = Exercise(
    switching.hysteresis,
    [
        ([35, 41, 42, 36], 40, 37),
        ([36, 40, 39, 38, 37, 39], 40, 37),
        ([39, 38, 41, 38.5, 36.9, 38], 40, 37),
        *((_walk(n), 40, 37) for n in (12, 20, 30)),
        ([39.9, 40.0, 37.1, 37.0, 39.9, 41], 40, 37),
        ([38, 38, 41], 40, 37),
        ([-9, -4, -8, -12, -6, -5], -5, -12),
        ([0.2, 0.9, 0.5, 0.4, 0.6], 0.8, 0.45),
        ([5], 7, 3),
    ],
    {
        "one threshold": (
            lambda values, on, off: [value >= on for value in values],
            "only `on` was asked: once in the saving mode, the device stays there until the value falls to `off`",
        ),
        "the other threshold": (
            lambda values, on, off: [value > off for value in values],
            "only `off` was asked: the saving mode begins at `on`, not before",
        ),
        "the middle": (
            lambda values, on, off: [value >= (on + off) / 2 for value in values],
            "a threshold in the middle is one threshold too: keep the last mode between `off` and `on`",
        ),
        "it never ends": (
            _machine(lambda v, on, off: v >= on, lambda v, on, off: False),
            "the saving mode never ends: at `off`, or below, the device is back to normal",
        ),
        "above, not from": (
            _machine(lambda v, on, off: v > on, lambda v, on, off: v <= off),
            "the mode begins at `on` itself: value >= on",
        ),
        "below, not at": (
            _machine(lambda v, on, off: v >= on, lambda v, on, off: v < off),
            "the mode ends at `off` itself: value <= off",
        ),
        "starts saving": (
            _machine(lambda v, on, off: v >= on, lambda v, on, off: v <= off, start=True),
            "the device begins in its normal mode, also where the first value lies between the thresholds",
        ),
        "upside down": (
            lambda values, on, off: [not mode for mode in switching.hysteresis(values, on, off)],
            "upside down: True is the saving mode, when it is hot",
        ),
        "one step late": (
            _late,
            "one step late: the mode of a moment counts its own value",
        ),
        "on and off exchanged": (
            lambda values, on, off: switching.hysteresis(values, off, on),
            "on and off were exchanged: on is the higher one, where saving begins",
        ),
    },
    "it begins at one threshold, ends at the other, and between them it remembers",
    agree=lambda _, expected, got: [bool(mode) for mode in got] == expected,
    show=_show,
    hints=(
        "The mode is a memory: it changes at two values, and stays as it is between them.",
        "Go through the values one by one with one variable that starts as False.",
        "At `on` or above it becomes True, at `off` or below False, and otherwise it keeps what it was.",
    ),
)
