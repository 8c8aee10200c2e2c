"""A file under load: on two threads instead of one, and in a long run without a pause.

    two threads   both in turns, and how many times as fast two are, with the interval of the ratio
    long run      the median in each window: a device that grows hot becomes slower

In production  the same run on the phone, for minutes, beside the temperature that the system reports
"""

from dataclasses import dataclass

from edukit.deployment.protocol import Ratio, ratio, sustained, timings
from edukit.deployment.runtimes.session import load
from edukit.measure import Latency

HEADS = ("file", "runtime", "two threads, times as fast", "first window, median, µs", "last window", "last / first")
WINDOWS = 5


@dataclass(frozen=True)
class UnderLoad:
    """One file in its runtime.

    two_threads   how many times as fast as one thread
    windows       the latency in each fifth of the long run, on one thread
    """

    name: str
    runtime: str
    two_threads: Ratio
    windows: list[Latency]

    @property
    def row(self) -> tuple[str, ...]:
        """A row of a table under HEADS."""
        first = self.windows[0].median_s
        last = self.windows[-1].median_s
        told = f"{self.two_threads}, {self.two_threads.verdict}"
        return (self.name, self.runtime, told, f"{1e6 * first:.0f}", f"{1e6 * last:.0f}", f"{last / first:.2f}")


def under_load(name: str, path, array, *, seconds: float = 10.0, least_s: float = 1.0) -> UnderLoad:
    """Measure a file on one thread and on two, and then without a pause.

    array     one batch for its input
    seconds   of the long run
    least_s   seconds that one and two threads run at least each
    Raises ValueError for a file that cannot be run, for times that are not positive.
    """
    one = load(path, threads=1)
    two = load(path, threads=2)
    times = timings({"one": lambda: one(array), "two": lambda: two(array)}, least_s=least_s)
    windows = sustained(lambda: one(array), seconds, window_s=seconds / WINDOWS)
    return UnderLoad(name, one.runtime, ratio(times["one"], times["two"]), windows)
