"""Latency table: the parts of a space are measured once, and the latency of any network is a sum.

    t(network) ≈ t_call + Σ over its parts max(0, t(part) - t_call)        t_call: a file that does nothing

A hundred parts make a million networks, so the table takes minutes where measuring each network would take days. The
sum leaves out what a runtime saves, or loses, between two parts: so it ranks well, and is a little off in seconds.

Symbols   t seconds of one call, one image
Assumes   the parts run one after the other
Source    Cai et al. 2019, ProxylessNAS, https://arxiv.org/abs/1812.00332; Wu et al. 2019, FBNet,
          https://arxiv.org/abs/1812.03443
In production  nn-Meter; the lookup tables of Once-for-All, one for each phone
"""

import json
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import nn

from edukit.checked import checked
from edukit.deployment.files.export import export
from edukit.deployment.machine import machine
from edukit.deployment.runtimes.session import Session, load
from edukit.disk.sealed import with_check, without_check, write_atomically
from edukit.measure import latencies
from edukit.refuse import check_number, check_whole
from edukit.turns import Bar

EMPTY = "nothing"
Part = tuple[nn.Module, Sequence[int]]  # a module, and the shape of one input of it
Opener = Callable[[nn.Module, Sequence[int], str, int], Session]  # a part, its shape, a runtime, a number of threads


class LatencyTable:
    """Seconds of named parts on the machine where they were measured.

    seconds   {name of a part: seconds of one call}, among them EMPTY, a file that does nothing
    where     the machine, as `this_machine()` says it
    runtime, threads   in which runtime and on how many threads they were measured

    Raises ValueError for a machine that is not this one, for seconds that are not positive, and without EMPTY.

    >>> table = LatencyTable({"nothing": 1e-6, "stem": 4e-6, "block": 3e-6}, this_machine())
    >>> round(1e6 * table.predict(["stem", "block", "block"]), 3)
    8.0
    """

    @checked
    def __init__(self, seconds: Mapping[str, float], where: str, threads: int = 1, runtime: str = "onnxruntime"):
        if where != this_machine():
            raise ValueError(f"the table was measured on {where}, this is {this_machine()}; measure it here")
        self.where = where
        self.threads = check_whole(threads, "threads")
        self.runtime = runtime
        for name, value in seconds.items():
            check_number(value, f"seconds of {name}")
        self.seconds = {name: float(value) for name, value in seconds.items()}
        if EMPTY not in self.seconds:
            raise ValueError(f"seconds must hold {EMPTY!r}, a call that does nothing, got {', '.join(seconds)}")
        wrong = {name: value for name, value in self.seconds.items() if not 0 < value < float("inf")}
        if wrong:
            raise ValueError(f"seconds must be positive and finite, got {wrong}")

    def __repr__(self):
        return f"LatencyTable({len(self.seconds) - 1} parts on {self.where})"

    @classmethod
    def measure(cls, parts: Mapping[str, Part], **how) -> "LatencyTable":
        """Time all parts in turns, and a file that does nothing; `how` is what `measured_s` takes.

        parts     {name: (module, shape of one input without batch)}
        """
        found = measured_s(dict(parts) | {EMPTY: (nn.ReLU6(), (1, 1, 1))}, **how)
        return cls(found, this_machine(), how.get("threads", 1), how.get("runtime", "onnxruntime"))

    def predict(self, names: Iterable[str]) -> float:
        """Seconds of a network of these parts; ValueError for a part that was not measured.

        >>> LatencyTable({"nothing": 1e-6}, this_machine()).predict(["stem"])
        Traceback (most recent call last):
        ValueError: parts must be among those that were measured, got stem
        """
        names = list(names)
        if unknown := [name for name in names if name not in self.seconds]:
            raise ValueError(f"parts must be among those that were measured, got {', '.join(map(str, unknown))}")
        call = self.seconds[EMPTY]
        return call + sum(max(0.0, self.seconds[name] - call) for name in names)

    def save(self, path: str | Path) -> Path:
        """Write the table as JSON, with the machine's name."""
        content = with_check({name: getattr(self, name) for name in ("where", "runtime", "threads", "seconds")})
        return write_atomically(path, (json.dumps(content, indent=1) + "\n").encode())

    @classmethod
    def load(cls, path: str | Path) -> "LatencyTable":
        """Read a table; ValueError for another file, a damaged one, and one that was measured on another machine."""
        try:
            found = without_check(json.loads(Path(path).read_text(encoding="utf-8")))
            given = [found[name] for name in ("seconds", "where", "threads", "runtime")]
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"path must be a latency table, {path} is none: {error}") from error
        return cls(*given)


def this_machine() -> str:
    """What must be the same for a measured latency to hold: processor, system, ONNX Runtime."""
    found = machine()
    return f"{found['processor']}, {found['system']}, onnxruntime {found['onnxruntime']}"


def measured_s(
    models: Mapping[str, Part],
    *,
    repeats: int = 200,
    runtime: str = "onnxruntime",
    threads: int = 1,
    opened: Opener | None = None,
) -> dict[str, float]:
    """Median seconds of one call of each model, timed in turns with the others.

    models   {name: (module, shape of one input without batch)}
    opened   what makes a session of a module; by default it is exported to ONNX
    """
    check_whole(repeats, "repeats")
    calls = {}
    for name, (module, shape) in Bar(models.items(), desc="preparing", delay=2):
        image = np.random.default_rng(0).random((1, *shape), np.float32)
        calls[name] = partial((opened or exported)(module, shape, runtime, threads), image)
    return {name: found.median_s for name, found in latencies(calls, repeats=repeats).items()}


def exported(module: nn.Module, shape: Sequence[int], runtime: str, threads: int) -> Session:
    """A session that runs the module's ONNX file on one image; ValueError for another runtime."""
    if runtime != "onnxruntime":
        raise ValueError(f"runtime must be onnxruntime for an exported file, got {runtime!r}")
    with tempfile.TemporaryDirectory() as folder:
        return load(export(module.eval(), torch.zeros(1, *shape), Path(folder) / "part.onnx"), threads=threads)


def rank_correlation(left: Sequence[float], right: Sequence[float]) -> float:
    """Spearman's: the correlation of the two orders; 1 the same order, -1 the opposite one, equal values share a rank.

    Raises ValueError for fewer than two values, another length, NaN, and values that are all equal.

    >>> rank_correlation([1, 2, 30], [0.1, 0.2, 0.3]), rank_correlation([1, 2, 3], [9, 8, 7])
    (1.0, -1.0)
    """
    ranks = [_ranks(np.asarray(values, float)) for values in (left, right)]
    if len(ranks[0]) != len(ranks[1]) or len(ranks[0]) < 2:
        raise ValueError(f"left and right must be equally long, at least 2, got {len(ranks[0])} and {len(ranks[1])}")
    if not all(np.isfinite(ranking).all() and np.ptp(ranking) for ranking in ranks):
        raise ValueError("left and right must be finite and not all equal")
    return round(float(np.corrcoef(*ranks)[0, 1]), 12)


def _ranks(values: np.ndarray) -> np.ndarray:
    """The place of each value in the order, equal ones their mean place; NaN stays NaN."""
    if not np.isfinite(values).all():
        return values
    return (values[:, None] > values).sum(1) + ((values[:, None] == values).sum(1) - 1) / 2
