"""Choice: of the candidates the smallest whose written file keeps the budget; or the nearest, where none does.

    predicted to fit, the smallest first  →  write, weigh, ask, time  →  the first that keeps the budget

The search has asked networks in torch and predicted sizes. Here the file decides, in ONNX Runtime. If a file is too
slow, those with as many MACs or more in the same precision are not written: they would hardly be faster.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from torch import nn

from edukit.deployment.compressing.budget import Budget
from edukit.deployment.compressing.candidates import Networks
from edukit.deployment.compressing.search import Candidate
from edukit.deployment.files.export import export
from edukit.deployment.files.packed import packed
from edukit.deployment.files.seal import sealed
from edukit.deployment.protocol import Timing, timings
from edukit.deployment.runtimes.session import load, session_of
from edukit.disk.sealed import write_atomically
from edukit.measure import size_bytes

ASKED, LEAST_S, WRITTEN = 8, 0.3, 6  # rows that both files answer alike; seconds of timing; files written at most


@dataclass(frozen=True)
class Chosen:
    """A candidate with its file: bytes, loss on validation images and latency were measured on the file.

    excess   beyond the budget; 0 where it fits
    """

    candidate: Candidate
    model: nn.Module
    path: Path
    size_bytes: int
    quality: float
    loss: float
    latency: Timing
    excess: float


def choose(networks: Networks, found: list[Candidate], budget: Budget, folder: Path) -> Chosen:
    """The smallest file within the budget, in the folder; the one that is least beyond it, where none is within.

    At most six files are written for that.
    """
    tried: list[Chosen] = []
    for candidate in _in_order(found, budget):
        predicted = budget.excess(candidate.size_bytes, candidate.loss)
        if len(tried) == WRITTEN or any(one.excess <= predicted for one in tried):
            break
        if not _is_hopeless(candidate, tried, budget):
            tried.append(_written(networks, candidate, budget, folder, len(tried)))
    return min(tried, key=lambda chosen: (chosen.excess, chosen.size_bytes))


def write_onnx(model: nn.Module, x, path: Path) -> Path:
    """An ONNX file, packed where the packed one answers bit for bit as the other; x holds at least two rows."""
    export(model, x[:2], path)
    small = packed(path.read_bytes())
    rows = x[:ASKED].numpy()
    if (load(path)(rows) == session_of(small, "onnxruntime", path=path)(rows)).all():
        write_atomically(path, sealed(small))
    return path


def timed(sessions: dict[str, Callable], image) -> dict[str, Timing]:
    """What one image takes in each session, in turns, by the benchmark's protocol."""
    return timings({name: lambda s=session: s(image) for name, session in sessions.items()}, least_s=LEAST_S)


def _in_order(found, budget) -> Iterable[Candidate]:
    """Those within the budget by what is predicted, the smallest first; then the others, the nearest first."""
    return sorted(found, key=lambda one: (budget.excess(one.size_bytes, one.loss), one.size_bytes, one.loss))


def _is_hopeless(candidate, tried, budget) -> bool:
    limit = budget.max_latency_s
    slow = [one for one in tried if limit is not None and one.latency.p90_s > limit]
    return any(candidate.precision == one.candidate.precision and candidate.macs >= one.candidate.macs for one in slow)


def _written(networks, candidate, budget, folder, number) -> Chosen:
    x = networks.examples.calibration.x
    model = networks.finished(candidate.start, candidate.share, candidate.precision)
    path = write_onnx(model, x, folder / f"candidate_{number}.onnx")
    session = load(path)
    quality = networks.quality.of(session)
    latency = timed({"": session}, x[:1].numpy())[""]
    size = size_bytes(path)
    loss = networks.quality.loss(quality)
    excess = budget.excess(size, loss, latency.p90_s)
    return Chosen(candidate, model, path, size, quality, loss, latency, excess)
