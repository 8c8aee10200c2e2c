"""Two files side by side: how much faster, how much smaller, how much worse, by the protocol of `protocol.py`.

    compare(a, b)  →  size · load · first run · peak memory · median, p90, p99 on one thread and on two · accuracy
                      and a verdict: faster, slower, or not distinguishable

In production  the same table, per phone
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from edukit.checked import check_path, checked
from edukit.deployment.explain.inputs import feed_of
from edukit.deployment.explain.optimized import read
from edukit.deployment.fresh import Start, start
from edukit.deployment.protocol import Ratio, Timing, ratio, sustained, timings
from edukit.deployment.runtimes.session import Session, load
from edukit.inputs import as_inputs
from edukit.measure import Latency, size_bytes
from edukit.refuse import check_whole
from edukit.table import Table
from edukit.training import accuracy

HEADS = ("", "first", "second", "first / second")


@dataclass(frozen=True)
class Compared:
    """Two files, measured in turns.

    timings      {threads: (first, second)}, and ratios {threads: how many times faster the second is}
    starts       load, first run and peak memory of each, in a fresh process
    accuracies   of the very files that were timed; None without data
    """

    paths: tuple[Path, Path]
    sizes: tuple[int, int]
    starts: tuple[Start, Start]
    timings: dict[int, tuple[Timing, Timing]]
    ratios: dict[int, Ratio]
    accuracies: tuple[float, float] | None = None

    @property
    def table(self) -> Table:
        """A row for each figure."""
        rows = [_row("file, kB", [size / 1e3 for size in self.sizes], ",.1f")]
        rows += [_row(words, [scale * getattr(s, name) for s in self.starts], ",.1f") for words, name, scale in ONCE]
        for threads, pair in self.timings.items():
            found = [(t.median_s, t.p90_s, t.p99_s) for t in pair]
            for i, words in enumerate(("median", "p90", "p99")):
                told = str(self.ratios[threads]) if words == "median" else None
                micro = [1e6 * times[i] for times in found]
                rows.append(_row(f"{words}, µs, {_threads(threads)}", micro, ",.1f", told))
        if self.accuracies:
            rows.append(("accuracy", *(f"{a:.1%}" for a in self.accuracies), ""))
        return Table(HEADS, rows, "Two files measured side by side in a table.")

    @property
    def sentence(self) -> str:
        """The verdict for each number of threads, the size and the accuracy."""
        first, second = (path.name for path in self.paths)
        verdicts = [_verdict(found, _threads(threads)) for threads, found in self.ratios.items()]
        lost = ""
        if self.accuracies:
            lost = f" Its accuracy is {100 * (self.accuracies[1] - self.accuracies[0]):+.1f} points."
        size = self.sizes[0] / self.sizes[1]
        return f"{second} against {first}: {'; '.join(verdicts)}. The file is {size:.2f} times smaller.{lost}"

    def __str__(self):
        return f"{self.table.text()}\n{self.sentence}"

    def _repr_html_(self) -> str:
        return f"{self.table.html()}<p>{self.sentence}</p>"


ONCE = (("load, ms", "load_s", 1e3), ("first run, ms", "first_s", 1e3), ("peak memory, MB", "peak_bytes", 1e-6))


@checked
def compare(a, b, inputs=None, *, data=None, threads: Sequence[int] = (1, 2), least_s: float = 2.0) -> Compared:
    """Two exported files side by side, in turns; the ratio says how many times faster the second is.

    a, b      paths, also of different runtimes
    inputs    one batch, or a tuple of batches, that both take; drawn in the first file's shapes where it is None
    data      a split with x and y, on which both files are asked
    threads   numbers of threads, each measured on its own
    least_s   seconds that each file runs at least, on each number of threads
    Raises ValueError for a file that cannot be run, for inputs that do not fit both.
    """
    threads = [check_whole(n, "threads") for n in threads]
    check_path(a, "a")
    check_path(b, "b")
    paths = Path(a), Path(b)
    one = load(paths[0]), load(paths[1])
    arrays = arrays_for(paths[0], one[0], inputs)
    for session in one:
        session(*arrays)  # what does not fit is refused before anything is measured
    found = {n: _timed(paths, arrays, n, least_s) for n in threads}
    return Compared(
        paths,
        (size_bytes(paths[0]), size_bytes(paths[1])),
        (start(paths[0], arrays), start(paths[1], arrays)),
        found,
        {n: ratio(*pair) for n, pair in found.items()},
        (accuracy(one[0], data), accuracy(one[1], data)) if data is not None else None,
    )


def over_minutes(path, minutes: float, inputs=None, *, threads: int = 1, window_s: float = 10.0) -> list[Latency]:
    """The latency of a file in each window of a long run without a pause, as `sustained` measures it."""
    session = load(path, threads=threads)
    arrays = arrays_for(Path(path), session, inputs)
    return sustained(lambda: session(*arrays), 60 * minutes, window_s=window_s)


def heat(path, windows: list[Latency]) -> str:
    """What the windows of a long run say, in a sentence.

    >>> heat("a.onnx", [Latency.of([0.001]), Latency.of([0.002])])
    'a.onnx: the median goes from 1,000 µs in the first of 2 windows to 2,000 µs in the last, 2.00 times.'
    """
    first = windows[0].median_s
    last = windows[-1].median_s
    return (
        f"{Path(path).name}: the median goes from {1e6 * first:,.0f} µs in the first of {len(windows)} windows "
        f"to {1e6 * last:,.0f} µs in the last, {last / first:.2f} times."
    )


def arrays_for(path: Path, session: Session, inputs=None) -> tuple[np.ndarray, ...]:
    """One batch for a file: the caller's, or numbers drawn in its shapes; floats where the file does not tell types."""
    if inputs is not None:
        return tuple(x.numpy() for x in as_inputs(inputs))
    if path.suffix == ".onnx":
        return tuple(feed_of(read(path)).values())
    drawn = np.random.default_rng(0)
    shapes = [[1 if isinstance(n, str) else n for n in shape] for shape in session.inputs.values()]
    return tuple(drawn.random(shape, np.float32) for shape in shapes)


def _timed(paths, arrays, threads: int, least_s: float) -> tuple[Timing, Timing]:
    sessions = [load(path, threads=threads) for path in paths]
    first, second = timings({str(i): lambda s=s: s(*arrays) for i, s in enumerate(sessions)}, least_s=least_s).values()
    return first, second


def _row(words, values, form, told=None) -> tuple[str, ...]:
    quotient = f"{values[0] / values[1]:.2f}" if values[1] else ""
    return (words, *(f"{value:{form}}" for value in values), told or quotient)


def _threads(count: int) -> str:
    return f"{count} thread{'s' * (count > 1)}"


def _verdict(found: Ratio, threads: str) -> str:
    if found.verdict == "not distinguishable":
        return f"not distinguishable on {threads}, {found}"
    return f"{found} times as fast on {threads}: {found.verdict}"
