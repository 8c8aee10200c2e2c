"""The benchmark protocol: how two files are timed so that the answer holds tomorrow.

    single stream       one call after the other, as an app calls a model
    warm-up             blocks of calls until the median of a block is within 5 % of the one before
    rounds              100; in each, every candidate runs a block of calls, in turns, the order reversed every time
    at least            100 calls and 2 s for each candidate
    told                median, 90th and 99th percentile; the ratio of two candidates with its 95 % interval
    verdict             "faster", "slower", or "not distinguishable" where the interval reaches 2 % around 1

The ratio is the median over the rounds of (time before / time after): a busy moment of the machine hits a round of
both. Its interval comes from the bootstrap: rounds drawn again with replacement, 2,000 times. It knows nothing of where
a file happens to lie in memory: of 21 pairs of loads of the same file, one lay 1.0 % apart, and its interval did not
hold 1 (edukit/experiments/deployment/same_file.py). So 2 % are taken for nothing.

Source    MLPerf Inference, single-stream scenario, https://arxiv.org/abs/1911.02549; Efron 1979, bootstrap methods,
          https://doi.org/10.1214/aos/1176344552
In production  MLPerf Mobile; benchmark_model of LiteRT
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from edukit.measure import Latency, speedup
from edukit.refuse import check_whole

ROUNDS, WARM_BLOCK, MOST_BLOCKS, STABLE, NOTHING = 100, 10, 30, 0.05, 0.02
DRAWS, INSIDE = 2000, 0.95


@dataclass(frozen=True, kw_only=True)
class Timing(Latency):
    """What the calls of one candidate took: a `Latency` with the 99th percentile and the calls of the warm-up.

    warmup   calls before it was stable; is_stable is False where it never was, within 300 calls
    """

    p99_s: float
    warmup: int
    is_stable: bool


@dataclass(frozen=True)
class Ratio:
    """How many times faster: the median over the rounds, and the interval that holds 95 % of the bootstrap's draws."""

    value: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """Whether the second is faster or slower than the first, by more than 2 %.

        >>> Ratio(1.5, 1.4, 1.6).verdict, Ratio(1.03, 1.01, 1.05).verdict
        ('faster', 'not distinguishable')
        """
        if self.low <= 1 + NOTHING and self.high >= 1 - NOTHING:
            return "not distinguishable"
        return "faster" if self.value > 1 else "slower"

    def __str__(self):
        return f"{self.value:.2f} ({self.low:.2f} to {self.high:.2f})"


def timings(
    calls: dict[str, Callable], *, least_s: float = 2.0, rounds: int = ROUNDS, clock=time.perf_counter
) -> dict[str, Timing]:
    """Every candidate timed by the protocol.

    calls     {name: function without arguments}
    least_s   seconds that each candidate runs at least; rounds are also its least number of calls
    clock     tells the seconds; a test brings its own
    Raises ValueError for a time that is not positive, for less than one round.

    >>> list(timings({"short": lambda: sum(range(10)), "long": lambda: sum(range(100))}, least_s=0.01, rounds=10))
    ['short', 'long']
    """
    if not 0 < least_s < float("inf"):
        raise ValueError(f"least_s must be positive seconds, got {least_s!r}")
    rounds = check_whole(rounds, "rounds")
    warm = {name: warm_up(call, clock) for name, call in calls.items()}
    blocks = {name: max(1, round(least_s / rounds / max(found[1], 1e-9))) for name, found in warm.items()}
    times = {name: [] for name in calls}
    for i in range(rounds):
        for name in list(calls)[:: -1 if i % 2 else 1]:
            calls[name]()  # brings its data back into the cache
            times[name].append([_time(calls[name], clock) for _ in range(blocks[name])])
    return {name: _timing(times[name], *warm[name]) for name in calls}


def warm_up(call: Callable, clock=time.perf_counter) -> tuple[int, float, bool]:
    """Run blocks of calls until two in a row agree; (calls, median seconds of the last block, whether they agreed)."""
    before = float("inf")
    for block in range(1, MOST_BLOCKS + 1):
        median = float(np.median([_time(call, clock) for _ in range(WARM_BLOCK)]))
        if abs(median - before) <= STABLE * before and before < float("inf"):
            return block * WARM_BLOCK, median, True
        before = median
    return MOST_BLOCKS * WARM_BLOCK, before, False


def ratio(before: Latency, after: Latency, seed: int = 0) -> Ratio:
    """How many times faster `after` is, from one call of `timings`, with its bootstrap interval."""
    pairs = np.divide(before.rounds_s, np.maximum(after.rounds_s, 1e-9))
    drawn = np.random.default_rng(seed).choice(pairs, (DRAWS, len(pairs)))
    ends = 50 * (1 - INSIDE), 50 * (1 + INSIDE)
    low, high = np.percentile(np.median(drawn, axis=1), ends)
    return Ratio(speedup(before, after), float(low), float(high))


def sustained(call: Callable, seconds: float, *, window_s: float = 5.0, clock=time.perf_counter) -> list[Latency]:
    """The latency in each window of a long run without a pause: a device that grows hot becomes slower.

    The last window may be shorter. Raises ValueError for a time that is not positive.

    >>> len(sustained(lambda: sum(range(100)), seconds=0.3, window_s=0.05)) >= 2
    True
    """
    for name, value in (("seconds", seconds), ("window_s", window_s)):
        if not 0 < value < float("inf"):
            raise ValueError(f"{name} must be positive, got {value!r}")
    start = clock()
    windows = [[]]
    while (now := clock() - start) < seconds:
        if now >= len(windows) * window_s:
            windows.append([])
        windows[-1].append(_time(call, clock))
    return [Latency.of(window) for window in windows if window]


def _timing(times, warmup, median_s, is_stable) -> Timing:
    flat = np.concatenate(times)
    found = Latency.of(flat, [np.median(row) for row in times])
    p99_s = round(float(np.percentile(flat, 99)), 9)
    return Timing(**vars(found), p99_s=p99_s, warmup=warmup, is_stable=is_stable)


def _time(call, clock) -> float:
    start = clock()
    call()
    return clock() - start
