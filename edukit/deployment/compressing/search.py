"""Search: which shares of the channels are tried, and what was found.

    first     for each start, the smallest first, shares of 1, 1/2, 1/4 and 1/8 of the MACs
    then      again and again the share in the middle (geometric mean) of the smallest within the allowed loss and the
              next smaller one that is not; half of the smallest, where all are within
    not       what is larger in 4 bits than the smallest candidate within the budget so far

What is tried next depends on qualities alone, not on time and not on who computed them: the same seed gives the same
candidates on one core and on a cluster.

Cost      of each share: one training, four quantizations
In production  NetAdapt, AMC, and the pruning searches of AIMET and NNCF, which score more and train less
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from edukit.deployment.compressing.budget import Budget
from edukit.deployment.compressing.candidates import Networks
from edukit.deployment.compressing.sizes import packed_bytes, tensor_bytes
from edukit.deployment.files.seal import sealed
from edukit.deployment.files.to_onnx import onnx_bytes
from edukit.training import threads

LEAST = 1 / 64  # of the MACs
ORIGINAL = "model", "float32"


@dataclass(frozen=True)
class Candidate:
    """One network in one precision, judged on validation images; size_bytes is predicted (sizes.py)."""

    start: str
    share: float
    precision: str
    size_bytes: int
    quality: float
    loss: float
    parameters: int
    macs: int

    @property
    def name(self) -> str:
        """What it is, in words.

        >>> Candidate("student", 0.25, "int4", 9000, 0.98, 1.0, 9, 9).name
        'student, 25 % of the MACs, int4'
        """
        part = "" if self.share == 1 else f", {100 * self.share:.3g} % of the MACs"
        return f"{self.start}{part}, {self.precision}"


def overheads(networks: Networks, start: str) -> dict:
    """What the files of a start weigh beside their tensors, for floats and for integers, and its plain float file."""
    x = networks.examples.calibration.x
    with threads(1):
        models = {kind: networks.finished(start, 1.0, kind) for kind in ("float32", "int8")}
        files = {kind: onnx_bytes(model, (x[:2],)) for kind, model in models.items() if (start, kind) != ORIGINAL}
        files = files if start != "model" else {"float32": networks.original, **files}
        found = {kind: packed_bytes(files[kind]) - tensor_bytes(models[kind], x) for kind in models}
    return found | {"plain": len(sealed(files["float32"]))}


def candidates(tried: dict[tuple[str, float], dict], beside: dict[str, dict], original: float) -> list[Candidate]:
    """All candidates of the shares that were tried, the smallest first.

    tried    {(start, share): what `candidates.tried` found} · beside {start: what `overheads` found}
    original   quality of the original
    """
    found = [
        Candidate(
            start,
            share,
            precision,
            size + beside[start]["float32" if precision == "float32" else "int8"],
            quality,
            round(100 * (original - quality), 6),
            row["parameters"],
            row["macs"],
        )
        for (start, share), row in tried.items()
        for precision, (size, quality) in row.get("precisions", {}).items()
    ]
    return sorted(found, key=lambda candidate: (candidate.size_bytes, candidate.loss))


def search(
    beside: dict[str, dict],
    run: Callable[[list[tuple[str, float]], float], dict],
    budget: Budget,
    original: float,
    *,
    shares: Iterable[float],
    refined: int,
) -> dict[tuple[str, float], dict]:
    """{(start, share): what was found}, of all shares that were tried.

    beside   {start: what `overheads` found}, in the order in which starts are tried
    run      takes a list of (start, share) and the bytes of what was found so far, and returns {(start, share): what
             was found}, in parallel if it likes
    """
    tried: dict[tuple[str, float], dict] = {}
    for start in beside:
        tried |= run([(start, share) for share in shares], smallest(tried, beside, budget, original))
    for _ in range(refined):
        wanted = [(start, share) for start in beside if (share := next_share(tried, start, budget, original))]
        if not wanted:
            break
        tried |= run(wanted, smallest(tried, beside, budget, original))
    return tried


def smallest(tried: dict, beside: dict, budget: Budget, original: float) -> float:
    """Bytes of the smallest candidate within the budget; infinity where there is none.

    >>> smallest({}, {}, Budget(), 1.0)
    inf
    """
    found = candidates(tried, beside, original)
    return min((one.size_bytes for one in found if not budget.excess(one.size_bytes, one.loss)), default=math.inf)


def next_share(tried: dict, start: str, budget: Budget, original: float) -> float | None:
    """The share that is worth a try, or None: where nothing is within the loss, and where shares become tiny.

    >>> tried = {("model", 1.0): {"quality": 1.0}, ("model", 0.25): {"quality": 0.5}}
    >>> next_share(tried, "model", Budget(max_loss=1), original=1.0)
    0.5
    """
    mine = {share: row for (name, share), row in tried.items() if name == start}
    within = [share for share, row in mine.items() if 100 * (original - _best(row)) <= budget.max_loss + 1e-6]
    if not within:
        return None
    smallest = min(within)
    below = max((share for share in mine if share < smallest), default=None)
    found = smallest / 2 if below is None else math.sqrt(smallest * below)
    found = float(f"{found:.3g}")
    return None if found < LEAST or found in mine else found


def _best(row) -> float:
    """The best quality of a share in any precision; below everything where it could not be made."""
    qualities = [quality for _, quality in row.get("precisions", {}).values()]
    return max([row.get("quality", -math.inf), *qualities])
