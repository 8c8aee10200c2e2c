"""How long a call takes, and how many times faster one function is than another.

    latency       median, 90th percentile (p90) and interquartile range (IQR) of single calls after a warm-up
    speed-up      median over rounds of (time before / time after); without rounds, the ratio of the medians

In production  torch.utils.benchmark; a runtime's own profiler
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from edukit.checked import check_callable, checked
from edukit.refuse import check_whole
from edukit.table import Table

MOST_CALLS = 10**7  # of a function in one measurement


@dataclass(frozen=True)
class Latency:
    """Seconds a single call takes: the middle one, the one that 9 of 10 stay below, and the spread of the middle half.

    rounds_s   the median of each round, where several functions took turns: round i of each was at the same time

    >>> Latency.of([0.004, 0.001, 0.002, 0.003, 0.005])
    Latency(median_s=0.003, p90_s=0.0046, iqr_s=0.002, repeats=5)
    """

    median_s: float
    p90_s: float
    iqr_s: float
    repeats: int
    rounds_s: tuple[float, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, times_s, rounds_s=()) -> "Latency":
        p25, p50, p75, p90 = np.percentile(times_s, [25, 50, 75, 90])
        median_s, p90_s, iqr_s = (round(float(seconds), 9) for seconds in (p50, p90, p75 - p25))
        return cls(median_s, p90_s, iqr_s, len(times_s), tuple(round(float(seconds), 9) for seconds in rounds_s))

    def table(self) -> Table:
        """One row, in milliseconds.

        >>> Latency.of([0.004, 0.001, 0.002, 0.003, 0.005]).table()
        median, ms  p90, ms  middle half, ms  calls
        ----------  -------  ---------------  -----
        3.000         4.600            2.000      5
        """
        milli = [f"{1e3 * seconds:.3f}" for seconds in (self.median_s, self.p90_s, self.iqr_s)]
        return Table(("median, ms", "p90, ms", "middle half, ms", "calls"), [(*milli, f"{self.repeats:,}")])

    def _repr_html_(self) -> str:
        return self.table().html()


def speedup(before: Latency, after: Latency) -> float:
    """How many times faster: the median over rounds of before / after; without common rounds, the ratio of medians.

    before, after   from one call of `latencies`, so that a busy moment of the machine hits a round of both

    >>> before, after = Latency.of([2, 2, 9], rounds_s=[2, 2, 9]), Latency.of([1, 2, 3], rounds_s=[1, 2, 3])
    >>> speedup(before, after), speedup(Latency.of([3, 4, 5]), Latency.of([2, 2, 2]))
    (2.0, 2.0)
    """
    if before.rounds_s and len(before.rounds_s) == len(after.rounds_s):
        return float(np.median(np.divide(before.rounds_s, after.rounds_s)))
    return before.median_s / after.median_s


@checked
def latency(fn: Callable[[], object], *, warmup: int = 10, repeats: int = 50) -> Latency:
    """How long one call of fn takes: `warmup` calls are thrown away, `repeats` are timed one by one.

    >>> latency(lambda: sum(range(1000)), repeats=20).repeats
    20
    """
    return latencies({"": fn}, warmup=warmup, repeats=repeats)[""]


@checked
def latencies(fns: dict[str, Callable], *, warmup: int = 10, repeats: int = 50, block: int = 10) -> dict[str, Latency]:
    """Several functions side by side: they take turns, so that a busy moment of the machine hits all of them alike.

    block   calls timed in one turn; an untimed call comes first and brings the function's data back into the cache

    >>> list(latencies({"short": lambda: sum(range(10)), "long": lambda: sum(range(1000))}))
    ['short', 'long']
    """
    for name, value, least in (("warmup", warmup, 0), ("repeats", repeats, 1), ("block", block, 1)):
        check_whole(value, name, least, MOST_CALLS)
    if not fns:
        raise ValueError("fns must hold at least one function, got none")
    for name, fn in fns.items():
        check_callable(fn, f"fns[{name!r}]")
    times_s = {name: [] for name in fns}
    for fn in fns.values():
        for _ in range(warmup):
            fn()
    for start in range(0, repeats, block):
        for name, fn in fns.items():
            fn()
            times_s[name].append([_time_s(fn) for _ in range(min(block, repeats - start))])
    return {
        name: Latency.of(np.concatenate(rounds), [np.median(times) for times in rounds])
        for name, rounds in times_s.items()
    }


def _time_s(fn) -> float:
    start = time.perf_counter_ns()
    fn()
    return (time.perf_counter_ns() - start) / 1e9
