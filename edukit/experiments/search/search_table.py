"""A search space trained to its last architecture, so that a search can be told exactly what it missed.

    stem 3x3 (pool early) → depth times a block (standard | separable | inverted, kernel 3 | 5) → (pool late) → linear

108 architectures, three seeds, 1, 2 and 4 passes over the 1,000 digits of 8x8: 972 small trainings. The costs of an
architecture are counted, and its latency is measured in ONNX Runtime, and predicted by a latency table of its parts.

Source    Ying et al. 2019, NAS-Bench-101, https://arxiv.org/abs/1902.09635: the same idea with 423,000 architectures
In production  tabular benchmarks of that kind; a search of your own space has no table

`python -m edukit.experiments.search.search_table JOURNAL.jsonl --write FILE.csv` trains what the journal lacks.
"""

import argparse
import csv
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cache

import numpy as np
import torch
from torch import nn

from edukit.data import digits
from edukit.disk.journal import Journal
from edukit.experiments.rows import append, read
from edukit.networks import DepthwiseSeparable, InvertedResidual
from edukit.networks.blocks import conv_bn
from edukit.search import LatencyTable, LayerChoice, SearchSpace
from edukit.search.latency_table import measured_s
from edukit.search.objectives import costs
from edukit.training import accuracy, fit, seeded, threads

SEEDS, EPOCHS, SHAPE = (0, 1, 2), (1, 2, 4), (1, 8, 8)
RECIPE = dict(learning_rate=0.01, batch_size=50, progress=None)
COUNTED = ("macs", "size_bytes", "peak_bytes")


def network(architecture: dict) -> nn.Sequential:
    """The untrained network of an architecture, for digits of 8x8, as named parts.

    >>> [name for name, _ in network(next(SPACE.enumerate())).named_children()]
    ['stem', 'block 1', 'head']
    """
    width = architecture["width"]
    early = architecture["pool"] == "early"
    pool = [nn.MaxPool2d(2)]
    layers = OrderedDict()
    layers["stem"] = nn.Sequential(*conv_bn(1, width, 3), nn.ReLU(), *(pool if early else []))
    for number in range(1, architecture["depth"] + 1):
        layers[f"block {number}"] = block(architecture["block"], width, architecture["kernel"])
    ending = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, 10)]
    layers["head"] = nn.Sequential(*([] if early else pool), *ending)
    return nn.Sequential(layers)


def block(kind: str, width: int, kernel: int) -> nn.Module:
    """One block that keeps the number of channels and the size of the image."""
    if kind == "separable":
        return DepthwiseSeparable(width, width, kernel=kernel)
    if kind == "inverted":
        return InvertedResidual(width, width, expansion=2, kernel=kernel)
    return nn.Sequential(*conv_bn(width, width, kernel), nn.ReLU())


def parts(architecture: dict) -> Iterator[tuple[str, nn.Module, tuple[int, ...]]]:
    """Name, module and input shape of each part, in order; parts of the same name cost the same.

    >>> [name for name, _, _ in parts({"block": "inverted", "kernel": 5, "width": 8, "depth": 2, "pool": "late"})]
    ['stem 8 late', 'inverted 5x5 8 on 8x8', 'inverted 5x5 8 on 8x8', 'head 8 late']
    """
    kernel, width, pool = architecture["kernel"], architecture["width"], architecture["pool"]
    x = torch.zeros(1, *SHAPE)
    for name, part in network(architecture).eval().named_children():
        own = f"{name} {width} {pool}"
        if name.startswith("block"):
            own = f"{architecture['block']} {kernel}x{kernel} {width} on {x.shape[-1]}x{x.shape[-1]}"
        yield own, part, tuple(x.shape[1:])
        x = part(x)


SPACE = SearchSpace(
    [
        LayerChoice("block", ("standard", "separable", "inverted")),
        LayerChoice("kernel", (3, 5)),
        LayerChoice("width", (8, 12, 16)),
        LayerChoice("depth", (1, 2, 3)),
        LayerChoice("pool", ("early", "late")),
    ],
    network,
)


def trained_once(architecture: dict, epochs: int, seed: int) -> dict:
    """Validation and test accuracy after so many passes, on one thread; the seed draws weights and order."""
    images = digits()
    with threads(1):
        with seeded(seed):
            model = SPACE.build(architecture)
        model = fit(model, images.train, epochs=epochs, seed=seed, **RECIPE)
        return {"validation": accuracy(model, images.validation), "test": accuracy(model, images.test)}


def counted(architecture: dict) -> dict:
    """MACs, bytes and peak bytes."""
    return costs(SPACE.build(architecture), SHAPE, COUNTED)


def timed(repeats: int = 500) -> dict:
    """{key: [measured, predicted]}, microseconds of every architecture on one thread of this machine."""
    wholes = {SPACE.key(architecture): (SPACE.build(architecture), SHAPE) for architecture in SPACE.enumerate()}
    pieces = {name: (part, shape) for chosen in SPACE.enumerate() for name, part, shape in parts(chosen)}
    table = LatencyTable.measure(pieces, repeats=repeats)
    seconds = measured_s(wholes, repeats=repeats)
    names = {SPACE.key(chosen): [name for name, _, _ in parts(chosen)] for chosen in SPACE.enumerate()}
    return {key: [1e6 * seconds[key], 1e6 * table.predict(names[key])] for key in wholes}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One architecture and seed: validation accuracy after 1, 2 and 4 epochs, test accuracy after 4, and the costs."""

    block: str
    kernel: int
    width: int
    depth: int
    pool: str
    seed: int
    validation_1: float
    validation_2: float
    validation_4: float
    test: float
    macs: int
    size_bytes: int
    peak_bytes: int
    latency_us: float
    predicted_us: float


def measure(path: str) -> Iterator[Row]:
    """Every row; what the journal at `path` holds is read, the rest is trained, counted and timed."""
    journal = Journal(path, "edukit search table")
    keys = {SPACE.key(architecture): architecture for architecture in SPACE.enumerate()}
    trainings = {
        f"{key} epochs {epochs} seed {seed}": (keys[key], epochs, seed)
        for epochs in EPOCHS
        for seed in SEEDS
        for key in keys
    }
    reached = journal.values(trainings, trained_once, progress="training")
    count = journal.values({f"{key} counted": (keys[key],) for key in keys}, counted, progress="counting")
    times = journal.values({"timed": ()}, timed)["timed"]
    for key, architecture in keys.items():
        for seed in SEEDS:
            last = reached[f"{key} epochs {EPOCHS[-1]} seed {seed}"]
            validation = {f"validation_{n}": reached[f"{key} epochs {n} seed {seed}"]["validation"] for n in EPOCHS}
            latency_us, predicted_us = times[key]
            timing = {"latency_us": latency_us, "predicted_us": predicted_us}
            yield Row(**architecture, seed=seed, **validation, test=last["test"], **count[f"{key} counted"], **timing)


class CompleteTable:
    """The bundled table as functions of an architecture: what a search would have measured, known at once.

    >>> table = CompleteTable()
    >>> len(table.entries), sorted(table.cost(next(SPACE.enumerate())))
    (108, ['latency_us', 'macs', 'peak_bytes', 'size_bytes'])
    """

    def __init__(self):
        self.entries: dict[str, list[Row]] = {}
        for row in read(Row, "search_table"):
            architecture = {choice.name: getattr(row, choice.name) for choice in SPACE.choices}
            self.entries.setdefault(SPACE.key(architecture), []).append(row)

    def score(self, architecture: dict, epochs: int = EPOCHS[-1]) -> float:
        """Validation accuracy, the mean of the seeds: what a search may look at."""
        return self._mean(architecture, f"validation_{epochs}")

    def test(self, architecture: dict) -> float:
        """Test accuracy, the mean of the seeds: what a search must not look at."""
        return self._mean(architecture, "test")

    def cost(self, architecture: dict) -> dict[str, float]:
        """MACs, bytes, peak bytes and measured microseconds."""
        row = self._rows(architecture)[0]
        return {name: getattr(row, name) for name in (*COUNTED, "latency_us")}

    def predicted_us(self, architecture: dict) -> float:
        """What the latency table said."""
        return self._rows(architecture)[0].predicted_us

    def seed_noise(self) -> float:
        """The standard deviation of validation accuracy between seeds, in the middle of all architectures."""
        return float(np.median([np.std([row.validation_4 for row in rows], ddof=1) for rows in self.entries.values()]))

    def _rows(self, architecture) -> list[Row]:
        return self.entries[SPACE.key(architecture)]

    def _mean(self, architecture, name: str) -> float:
        return round(float(np.mean([getattr(row, name) for row in self._rows(architecture)])), 6)


@cache
def complete_table() -> CompleteTable:
    """The bundled table, read once.

    >>> complete_table() is complete_table()
    True
    """
    return CompleteTable()


def main(journal: str, file: str | None) -> None:
    """Measure, and write the table to a new file."""
    rows = list(measure(journal))
    if file:
        with open(file, "w", newline="") as out:
            csv.writer(out, lineterminator="\n").writerow(field.name for field in fields(Row))
        append(rows, file)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Train every architecture of the space; what is known is read.")
    parser.add_argument("journal", help="a file of JSON lines, which is continued")
    parser.add_argument("--write", metavar="CSV", help="a file such as datasets/search_table.csv")
    asked = parser.parse_args()
    main(asked.journal, asked.write)
