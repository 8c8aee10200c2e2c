"""The bundled supernet: how it learned, what its 144 networks are worth, and six of them beside the same trained alone.

    python -m edukit.experiments.search.supernet           one training, datasets/supernet.safetensors
    python -m edukit.experiments.search.supernet table     144 networks: datasets/supernet.csv
    python -m edukit.experiments.search.supernet bits      the same with 5 pairs of bits, appended to that table
    python -m edukit.experiments.search.supernet alone     six trainings: datasets/supernet_alone.csv

Shapes    measured() -> a Row for each network and its bits; measured_alone() -> an Alone for each of them
Source    Cai et al. 2020 (Once-for-All), https://arxiv.org/abs/1908.09791, table 1: a training of 1,200 GPU hours, then
          a network for each device at no cost
In production  once-for-all, whose repository holds trained supernets
"""

import argparse
import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from safetensors.torch import save
from torch import nn

from edukit.data import shapes
from edukit.experiments.networks.make_trained import rounded
from edukit.experiments.rows import append, read
from edukit.measure import count_macs
from edukit.pruning.channels.reestimate import reestimate_batchnorm
from edukit.search.operators_and_bits import Candidate, one_after_the_other, rounded_to, stored_bytes, together
from edukit.search.space import generator
from edukit.search.supernet import Supernet
from edukit.search.train_supernet import RECIPE, train_supernet
from edukit.search.trained_supernet import SIZES, trained_supernet
from edukit.training import accuracy, fit, seeded, shift, threads
from edukit.turns import Bar

SEED = 0
EPOCHS = 6, 2, 2, 14
DRAWN = 2
SHAPE = 3, 32, 32
PAIRS = (8, 8), (8, 4), (4, 8), (4, 4), (3, 3)  # bits of the two stages
NAMES = "kernel1", "width1", "depth1", "kernel2", "width2", "depth2"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One network of the supernet: the kernel, the width and the depth of each stage."""

    kernel1: int
    width1: int
    depth1: int
    kernel2: int
    width2: int
    depth2: int

    @property
    def choice(self) -> dict:
        """As the supernet takes it."""
        return {name: getattr(self, name) for name in NAMES}


@dataclass(frozen=True, kw_only=True)
class Row(Choice):
    """One network of the supernet: its costs and its accuracy on validation images.

    bits1, bits2   of the weights of the two stages; 32 is float
    test           on test images: of all networks in float, and of those that a search with bits has chosen
    """

    bits1: int
    bits2: int
    macs: int
    size_bytes: int
    validation: float
    test: float | None = None

    @property
    def candidate(self) -> Candidate:
        """As a search with bits takes it."""
        bits = None if self.bits1 == 32 else (self.bits1, self.bits2)
        return Candidate(tuple(self.choice.values()), bits, self.size_bytes, self.validation)


@dataclass(frozen=True, kw_only=True)
class Alone(Choice):
    """One network, out of the supernet and trained alone for as many epochs: validation and test accuracies."""

    epochs: int
    taken_validation: float
    alone_validation: float
    taken_test: float
    alone_test: float

    @property
    def share(self) -> float:
        """How much of the accuracy of the same network trained alone is there, on test images."""
        return self.taken_test / self.alone_test


def measured() -> list[Row]:
    """What datasets/supernet.csv holds.

    >>> len({tuple(row.choice.values()) for row in measured()})
    144
    """
    return read(Row, "supernet")


def measured_alone() -> list[Alone]:
    """What datasets/supernet_alone.csv holds: the smallest network, the largest, and four between.

    >>> min(row.share for row in measured_alone()) > 0.97
    True
    """
    return read(Alone, "supernet_alone")


def train(folder: Path) -> None:
    """Train the supernet, write its weights as float16, and print the row of the card."""
    with seeded(SEED):
        supernet = Supernet(**SIZES)
    supernet = rounded(train_supernet(supernet, shapes(), epochs=EPOCHS, seed=SEED, drawn=DRAWN, augment=shift))
    half = {n: t.half() if t.is_floating_point() else t for n, t in supernet.state_dict().items()}
    content = save({name: tensor.contiguous() for name, tensor in half.items()})
    (folder / "supernet.safetensors").write_bytes(content)
    print(f"| supernet.safetensors | {len(content):,} | `{hashlib.sha256(content).hexdigest()}` |")


def table(folder: Path) -> None:
    """Every network in float."""
    data, supernet = shapes(), trained_supernet()
    write([row_of(supernet, choice, data) for choice in Bar(list(supernet.space.enumerate()))], folder / "supernet.csv")


def row_of(supernet: Supernet, choice: dict, data) -> Row:
    """One network in float, on validation and on test images."""
    net = supernet.sub(choice)
    scores = dict(validation=accuracy(net, data.validation), test=accuracy(net, data.test))
    return Row(
        **choice, bits1=32, bits2=32, macs=count_macs(net, SHAPE), size_bytes=round(stored_bytes(net, None)), **scores
    )


def bits(folder: Path) -> None:
    """Every network with all pairs of bits; then the test images of those that a search has chosen."""
    data, supernet = shapes(), trained_supernet()
    float_rows = [row for row in measured() if row.bits1 == 32]
    rows = [with_bits(supernet, row, pair, data) for row in Bar(float_rows, desc="bits") for pair in PAIRS]
    candidates = [row.candidate for row in float_rows + rows]
    chosen = {(c.choice, c.bits) for c in together(candidates) + one_after_the_other(candidates)}
    for i, row in enumerate(rows):
        if (row.candidate.choice, row.candidate.bits) in chosen:
            net = rounded_network(supernet, row.choice, (row.bits1, row.bits2))
            rows[i] = replace(row, test=accuracy(net, data.test))
    write(float_rows + rows, folder / "supernet.csv")


def with_bits(supernet: Supernet, row: Row, pair: tuple[int, int], data) -> Row:
    """The row of the same network with weights of so many bits in each stage."""
    net = rounded_network(supernet, row.choice, pair)
    size_bytes = round(stored_bytes(net, pair))
    score = accuracy(net, data.validation)
    return replace(row, bits1=pair[0], bits2=pair[1], size_bytes=size_bytes, validation=score, test=None)


def rounded_network(supernet: Supernet, choice: dict, pair: tuple[int, int]) -> nn.Module:
    """A network of the supernet with rounded weights, and the batch norm statistics that these have."""
    net = rounded_to(supernet.cut(choice), pair).to(memory_format=torch.channels_last)  # runs twice as fast so
    return reestimate_batchnorm(net, supernet.calibration)


def alone(folder: Path) -> None:
    """Six networks beside the same ones trained alone, each row as soon as it is known; goes on where it stopped."""
    data, supernet = shapes(), trained_supernet()
    path = folder / "supernet_alone.csv"
    if not path.exists():
        write([], path, Alone)
    known = len(path.read_text().splitlines()) - 1
    for choice in six(supernet)[known:]:
        append([compared(supernet, choice, data, sum(EPOCHS))], path)


def six(supernet: Supernet) -> list[dict]:
    """The smallest, the largest, and four drawn before anything was measured."""
    draw = generator(SEED)
    return [supernet.smallest_choice, *(supernet.space.sample(draw) for _ in range(4)), supernet.largest_choice]


def compared(supernet: Supernet, choice: dict, data, epochs: int) -> Alone:
    """One network as it comes out of the supernet, and as it learns alone with the same recipe."""
    taken = supernet.sub(choice)
    with seeded(SEED):
        fresh = Supernet(**SIZES).sub(choice)
    learned = fit(fresh, data.train, epochs=epochs, seed=SEED, augment=shift, **RECIPE)
    learned = reestimate_batchnorm(learned, data.calibration.x)
    return Alone(
        **choice,
        epochs=epochs,
        taken_validation=accuracy(taken, data.validation),
        alone_validation=accuracy(learned, data.validation),
        taken_test=accuracy(taken, data.test),
        alone_test=accuracy(learned, data.test),
    )


def write(rows: list, path: Path, kind: type = Row) -> None:
    """A new table with its head."""
    path.write_text(",".join(kind.__dataclass_fields__) + "\n")
    append(rows, path)


STEPS = {"train": train, "table": table, "bits": bits, "alone": alone}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Train the bundled supernet, or measure its networks.")
    parser.add_argument("step", nargs="?", default="train", choices=STEPS)
    parser.add_argument("--folder", type=Path, default=Path("datasets"))
    with threads(1):
        asked = parser.parse_args()
        STEPS[asked.step](asked.folder)
