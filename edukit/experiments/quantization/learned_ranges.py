"""Training with the rounding in place: who sets the steps of the activations, and how long the network may train.

    way                     steps of the weights         steps of the activations
    rounded                 max|w|                       the range on 200 images; nothing is trained
    observed ranges         max|w|, at every update      a moving average of the range
    learned clips           max|w|, at every update      PACT where the range starts at 0, observed elsewhere
    learned steps           learned (LSQ)                learned (LSQ)
    steps of weights        learned (LSQ)                a moving average of the range
    steps of activations    max|w|, at every update      learned (LSQ)

All ways start at the same grids and see the same batches for a seed. The strength of the pull on the clips was chosen
on validation images ("tuning" rows); test images are looked at once, at the end.

Source    Choi et al. 2018, https://arxiv.org/abs/1805.06085; Esser et al. 2019, https://arxiv.org/abs/1902.08153
In production  the same table, on the network that will be shipped

`python -m edukit.experiments.quantization.learned_ranges --append FILE.csv` measures the table that lesson 04 quotes.
"""

import argparse
import copy
from collections.abc import Iterator
from dataclasses import dataclass, replace

from torch import nn

from edukit.data import Dataset, digits
from edukit.experiments.rows import append, read
from edukit.graph import capture
from edukit.networks.trained import SEEDS, trained
from edukit.quantization.qat.fake import FakeQuantize, QuantizedLayer
from edukit.quantization.qat.prepare import clip_penalty, learn_clips, prepare_qat
from edukit.training import accuracy, cross_entropy, fit, threads
from edukit.turns import Bar

PULLS = (0.0, 1e-3, 1e-2, 1e-1)  # tried on validation images
LEAST_BITS = (2, 2)
ALL = ("observed ranges", "learned clips", "learned steps")
HALVES = ("steps of weights", "steps of activations")


@dataclass(frozen=True)
class Plan:
    """What is measured.

    bits    pairs of weights' and activations' bits for all ways; the ways that learn one half have LEAST_BITS alone
    more    pairs for the observed ranges alone, at the first number of passes
    passes  over the training images
    pull    the strength λ of the pull on the clips
    """

    bits: tuple[tuple[int, int], ...] = (LEAST_BITS, (2, 3), (2, 4))
    more: tuple[tuple[int, int], ...] = ((3, 4), (4, 4))
    passes: tuple[int, ...] = (5, 15)
    pull: float = 1e-3

    def trainings(self) -> Iterator[tuple[str, tuple[int, int], int]]:
        """Way, bits and passes of every row."""
        for bits in (*self.bits, *self.more):
            yield "rounded", bits, 0
        for bits in self.more:
            yield ALL[0], bits, self.passes[0]
        for passes in self.passes:
            yield from ((way, bits, passes) for bits in self.bits for way in ALL)
            yield from ((way, LEAST_BITS, passes) for way in HALVES)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One network: accuracies on validation images and, but for tuning, on test images."""

    way: str
    weight_bits: int
    activation_bits: int
    passes: int
    pull: float
    seed: int
    validation: float
    test: float | None = None


def prepared(model: nn.Module, images, way: str, bits: tuple[int, int]) -> nn.Module:
    """A trainable model with fake quantization; the way decides which steps are parameters.

    >>> net = nn.Sequential(nn.Linear(64, 10), nn.ReLU())
    >>> images = digits().calibration.x.reshape(-1, 64)
    >>> [name for name, _ in prepared(net, images, "steps of weights", (2, 2)).named_parameters() if "log" in name]
    ['network.linear_layer.log_scale']
    """
    learned = way in ("learned steps", *HALVES)
    qat = prepare_qat(model, images, *bits, learned_step=learned)
    if way == "learned clips":
        return learn_clips(qat)
    if way in HALVES:
        return _learned_in(qat, QuantizedLayer if way == HALVES[0] else FakeQuantize)
    return qat


def with_pull(strength: float):
    """The loss of a classifier whose clips are pulled towards 0.

    >>> callable(with_pull(0.01))
    True
    """

    def loss(model, x, y):
        return cross_entropy(model, x, y) + strength * clip_penalty(model)

    return loss


def recipe(passes: int, seed: int) -> dict:
    """How the networks of the table, and those of lesson 04, train."""
    return dict(epochs=passes, seed=seed, batch_size=128, progress=None)


def reached(images: Dataset, model: nn.Module, way, bits, passes: int, seed: int, pull: float) -> tuple[Row, nn.Module]:
    """A row without its test accuracy, and the network."""
    qat = prepared(model, images.calibration.x, way, bits).eval()
    if passes:
        loss = with_pull(pull) if way == "learned clips" else cross_entropy
        qat = fit(qat, images.train, loss=loss, **recipe(passes, seed))
    found = accuracy(qat, images.validation)
    names = dict(zip(("weight_bits", "activation_bits"), bits, strict=True))
    return Row(way=way, **names, passes=passes, pull=pull, seed=seed, validation=found), qat


def measure(images: Dataset, plan: Plan) -> Iterator[Row]:
    """Rows of the table, one as soon as it is known."""
    for seed in SEEDS:
        model = capture(trained("digits_residual", seed), images.calibration.x)
        for way, bits, passes in Bar(list(plan.trainings()), desc=f"seed {seed}"):
            row, qat = reached(images, model, way, bits, passes, seed, plan.pull)
            yield replace(row, test=accuracy(qat, images.test))


def tune(images: Dataset, plan: Plan) -> Iterator[Row]:
    """Rows for every pull in PULLS, at LEAST_BITS and the last of the passes, on validation images only."""
    for seed in SEEDS:
        model = capture(trained("digits_residual", seed), images.calibration.x)
        for pull in Bar(PULLS, desc=f"tuning, seed {seed}"):
            row, _ = reached(images, model, "learned clips", LEAST_BITS, plan.passes[-1], seed, pull)
            yield replace(row, way="tuning")


def measured(split: str = "validation") -> dict[str, dict[tuple[int, int], dict[int, list[float]]]]:
    """What datasets/learned_ranges.csv holds: {way: {(weight bits, activation bits): {passes: [% of each seed]}}}.

    split   "validation" or "test"

    >>> found = measured()["learned steps"][2, 2]
    >>> sum(found[15]) > sum(found[5])
    True
    """
    table = {}
    for row in read(Row, "learned_ranges"):
        if row.way != "tuning":
            bits = table.setdefault(row.way, {}).setdefault((row.weight_bits, row.activation_bits), {})
            bits.setdefault(row.passes, []).append(100 * getattr(row, split))
    return table


def tuned() -> dict[float, list[float]]:
    """What was tried before: {pull: [% of each seed]} of the validation images.

    >>> sorted(tuned()) == sorted(PULLS)
    True
    """
    table = {}
    for row in read(Row, "learned_ranges"):
        if row.way == "tuning":
            table.setdefault(row.pull, []).append(100 * row.validation)
    return table


def _learned_in(qat, kind) -> nn.Module:
    """A copy in which only the modules of one kind still learn their scale."""
    qat = copy.deepcopy(qat)
    for module in qat.modules():
        if isinstance(module, QuantizedLayer | FakeQuantize) and not isinstance(module, kind):
            module.log_scale = None
    return qat


def main(file: str, tuning: bool) -> None:
    """Append the rows to a file, one as soon as it is known."""
    with threads(1):
        for row in (tune if tuning else measure)(digits(), Plan()):
            append([row], file)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Train with the rounding in place, and append what is reached.")
    parser.add_argument("--append", metavar="CSV", required=True, help="a file such as datasets/learned_ranges.csv")
    parser.add_argument("--tuning", action="store_true", help="the pull on the clips instead, on validation images")
    asked = parser.parse_args()
    main(asked.append, asked.tuning)
