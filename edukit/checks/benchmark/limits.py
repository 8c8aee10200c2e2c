"""An exercise on a brief: missed(measured, limits) -> the names of the limits that a file misses.

    bytes <= limit · p90 of the calls <= limit · peak bytes <= limit · 100 (before - after) <= limit, all of them

Well-known mistakes  the median for the 90th percentile; kB of 1,024 bytes; a limit that was not measured taken as kept
"""

import math

import numpy as np

from edukit.checks.verdict import Exercise

random = np.random.default_rng(0)


def missed(measured, limits):
    """The names of the limits that were missed, in the order of `limits`."""
    loss = round(100 * (measured["before"] - measured["after"]), 6)
    p90_s = float(np.percentile(measured["calls_s"], 90)) if len(measured["calls_s"]) else float("nan")
    found = {"bytes": measured["bytes"], "p90_s": p90_s, "peak_bytes": measured["peak_bytes"], "points": loss}
    return [name for name in limits if not found[name] <= limits[name]]


def _found(measured) -> dict:
    """The four figures, right."""
    calls = measured["calls_s"]
    return {
        "bytes": measured["bytes"],
        "p90_s": float(np.percentile(calls, 90)) if len(calls) else math.nan,
        "peak_bytes": measured["peak_bytes"],
        "points": round(100 * (measured["before"] - measured["after"]), 6),
    }


def _with(**others):
    """A wrong missed: with another way to some of the figures."""

    def wrong(measured, limits):
        found = _found(measured) | {name: how(measured) for name, how in others.items()}
        return [name for name in limits if not found[name] <= limits[name]]

    return wrong


def _of_calls(statistic):
    return lambda measured: float(statistic(measured["calls_s"])) if len(measured["calls_s"]) else math.nan


def _strict(measured, limits):
    return [name for name in limits if not _found(measured)[name] < limits[name]]


def _nan_is_kept(measured, limits):
    return [name for name in limits if _found(measured)[name] > limits[name]]


def _figures(size, calls, peak, before, after):
    return {"bytes": size, "calls_s": calls, "peak_bytes": peak, "before": before, "after": after}


def _agrees(_, expected, got) -> bool:
    return not isinstance(got, str | set | dict) and [*got] == expected


def _show(arguments, expected, got):
    measured, limits = arguments
    calls = measured["calls_s"]
    p90 = f"p90 {1e3 * np.percentile(calls, 90):.3g} ms" if len(calls) else "no calls"
    figures = f"{measured['bytes']:,} bytes, {p90}, {measured['peak_bytes']:,} bytes of memory"
    accuracy = f"{100 * measured['before']:.6g} to {100 * measured['after']:.6g} %"
    return f"for {figures}, {accuracy} within {limits} right is {expected}, yours is {got}"


LIMITS = {"bytes": 100_000, "p90_s": 0.005, "peak_bytes": 8_000_000, "points": 1}
_STEADY = [0.004, 0.0041, 0.0042, 0.0043, 0.0044]
_ROUGH = [*[0.001] * 8, 0.02, 0.03]

MISSED = Exercise(
    missed,
    [
        (_figures(64_000, _STEADY, 5_000_000, 0.99, 0.985), LIMITS),
        (_figures(164_000, _STEADY, 9_000_000, 0.99, 0.95), LIMITS),
        (_figures(64_000, _ROUGH, 5_000_000, 0.99, 0.985), LIMITS),
        (_figures(101_000, [0.05, 0.05], 8_200_000, 0.9, 0.95), LIMITS),
        (_figures(100_000, [0.005], 8_000_000, 0.99, 0.98), LIMITS),
        (_figures(50_000, [0.001, 0.002, 0.0048, 0.0049], 1, 0.5, 0.492), LIMITS),
        (_figures(50_000, [], 1, 0.9, 0.9), LIMITS),
        (_figures(50_000, [0.001, 0.001], 1, 0.9, math.nan), LIMITS),
        (
            _figures(90, [0.2, 0.1, 0.3], 70, 0.852, 0.847),
            {"points": 0.5, "p90_s": 0.29, "peak_bytes": 60, "bytes": 80},
        ),
        (_figures(*(int(n) for n in random.integers(1, 9, 1)), [0.3] * 12 + [0.1] * 3, 5, 0.7, 0.69), {"p90_s": 0.29}),
        (_figures(50_000, [*[0.0049] * 9, 0.1], 1, 0.9, 0.9), LIMITS),
        (_figures(50_000, [*[0.0049] * 18, 0.0049, 0.0049, 0.1, 0.1], 1, 0.9, 0.8896), LIMITS),
    ],
    {
        "median": (
            _with(p90_s=_of_calls(np.median)),
            "the median of the calls was compared: the limit is for the 90th percentile, which users feel",
        ),
        "mean": (
            _with(p90_s=_of_calls(np.mean)),
            "the mean of the calls was compared: the limit is for the 90th percentile",
        ),
        "slowest call": (
            _with(p90_s=_of_calls(max)),
            "the slowest call was compared: one interrupted call in ten is allowed by the 90th percentile",
        ),
        "fastest call": (
            _with(p90_s=_of_calls(min)),
            "the luckiest call was compared: the limit is for the 90th percentile",
        ),
        "1,024 bytes": (
            _with(bytes=lambda m: m["bytes"] / 1.024, peak_bytes=lambda m: m["peak_bytes"] / 1.048576),
            "the limits are in bytes, and 100 kB are 100,000 of them",
        ),
        "both ways": (
            _with(points=lambda m: round(100 * abs(m["before"] - m["after"]), 6)),
            "a file that became better was refused: only a loss counts, so no abs",
        ),
        "shares": (
            _with(points=lambda m: m["before"] - m["after"]),
            "shares were compared with points: 0.02 is 2 points",
        ),
        "percent of before": (
            _with(points=lambda m: round(100 * (m["before"] - m["after"]) / m["before"], 6)),
            "that is percent of `before`: points are the plain difference of two percentages",
        ),
        "floats compared": (
            _with(points=lambda m: 100 * (m["before"] - m["after"])),
            "right but for rounding: as floats, 100 * (0.99 - 0.98) is a little more than 1",
        ),
        "less, not at most": (_strict, "exactly at the limit is kept: only more than it is missed"),
        "not measured is kept": (
            _nan_is_kept,
            "what was not measured was let pass: nan > limit is never true, so ask `not value <= limit`",
        ),
        "first one only": (
            lambda m, limits: missed(m, limits)[:1],
            "it stops at the first limit that is missed: all of them are asked",
        ),
        "kept ones": (
            lambda m, limits: [name for name in limits if name not in missed(m, limits)],
            "those are the limits that were kept",
        ),
        "sorted": (lambda m, limits: sorted(missed(m, limits)), "the names must stand in the order of `limits`"),
        "a number": (lambda m, limits: len(missed(m, limits)), "that is how many: asked are their names, in a list"),
    },
    "four limits, each by its own measure, and what was not measured is not kept",
    agree=_agrees,
    show=_show,
    hints=(
        "Make a dictionary of four figures first, with the names of the limits: two of them must be computed.",
        "`np.percentile(calls, 90)` of an empty list fails: use nan there. Is `nan <= 5` true or false?",
        "Round the loss in points to six decimals, and keep the names for which `not figure <= limit`.",
    ),
)
