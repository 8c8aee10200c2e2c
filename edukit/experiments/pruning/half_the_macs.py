"""What networks lose, and how much faster they run, when half of their multiply-accumulates are removed.

    trained ── weakest channels go, until half of the MACs are left ── new batch norm statistics ── fine-tuning
       └──────────────────────── timed side by side, in turns ────────────────────────┘

Each network is halved twice, each time with one ratio for all layers: with as many channels as it takes, and in
multiples of 16 (of 8 where steps of 16 would take much more than half). ONNX Runtime lays 8 channels side by side
where a register holds 8 floats (AVX2), 16 where it holds 16 (AVX-512); layers whose channels are no multiple of 4 stay
in the plain layout, and run on slower kernels.

A speed-up is the median of ROUNDS rounds, in each of which both networks are timed in turns; low and high are its
quartiles. It is never computed from MACs, and never measured on one network after the other.

Shapes    measured() -> a Row for each network and seed; a network that is only timed has random weights, no accuracy
Source    Ma et al. 2018, https://arxiv.org/abs/1807.11164 (MACs are an indirect measure)
In production  Torch-Pruning's benchmarks time both networks on one GPU in the same way

`python -m edukit.experiments.pruning.half_the_macs --append datasets/half_the_macs.csv` makes the table of lesson 07.
"""

import argparse
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import nn

from edukit.data import shapes
from edukit.deployment import export, load
from edukit.experiments.networks.make_trained import RECIPES
from edukit.experiments.rows import keep, read
from edukit.measure import latencies
from edukit.networks import ResidualClassifier, mobilenet_v2, resnet18, shufflenet_v2, trained
from edukit.networks.blocks import conv_bn
from edukit.pruning.channels.budget import macs, shrink_to_macs
from edukit.pruning.channels.reestimate import reestimate_batchnorm
from edukit.training import accuracy, fit, seeded, shift, threads
from edukit.turns import Bar

ROUNDS, SHARE = 11, 0.5
LEARN = dict(epochs=8, learning_rate=0.003, augment=shift)
TUNE = dict(epochs=8, learning_rate=0.003, augment=shift)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One network, halved: accuracies on validation images but for the last two; None where it is only timed.

    >>> Row(network="net", seed=0, multiple=16, macs_before=100, macs_after=50, speedup=1.8, low=1.7, high=1.9).share
    0.5
    """

    network: str
    seed: int
    multiple: int
    macs_before: int
    macs_after: int
    before: float | None = None
    shrunken: float | None = None
    reestimated: float | None = None
    tuned: float | None = None
    test_before: float | None = None
    test_tuned: float | None = None
    speedup: float
    low: float
    high: float

    @property
    def share(self) -> float:
        """The share of the MACs that is left."""
        return self.macs_after / self.macs_before


def plain_network(classes: int = 10) -> nn.Sequential:
    """A network in the manner of VGG for images of 32x32: convolution, norm, ReLU and pooling, nothing that adds.

    >>> plain_network()(torch.zeros(2, 3, 32, 32)).shape
    torch.Size([2, 10])
    """
    layers = []
    channels = 3
    for out_channels in (32, 64, 128, 128):
        layers += [*conv_bn(channels, out_channels, 3), nn.ReLU(), nn.MaxPool2d(2)]
        channels = out_channels
    return nn.Sequential(*layers[:-1], nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes))


def learned(name: str, seed: int) -> nn.Module:
    """The bundled residual network; one of the same plan with twice the channels, or a plain one, that learns now."""
    if name == "residual":
        return trained("shapes_residual", seed)
    make, recipe = (plain_network, LEARN) if name == "plain" else (ResidualClassifier, RECIPES["shapes_residual"][1])
    with seeded(seed):
        return fit(make(), shapes().train, seed=seed, **recipe)


TAUGHT = {"residual": (16, (0, 1, 2)), "residual, wide": (8, (0, 1, 2)), "plain": (16, (0, 1, 2))}  # multiple, seeds
TIMED = {  # random weights: how many images a second does not depend on what they say
    "ResNet-18": (resnet18, 224, (1, 4, 8, 16)),
    "MobileNetV2": (mobilenet_v2, 224, (1, 4, 8, 16)),
    "ShuffleNetV2": (shufflenet_v2, 224, (1, 4)),
}


def halve(name: str, seed: int) -> list[Row]:
    """Shrink a trained network to half of its MACs, repair it, and time both; first with channels just as they come."""
    multiple, _ = TAUGHT[name]
    model = learned(name, seed)
    data = shapes()
    example = torch.as_tensor(data.calibration.x[:2])
    as_it_comes = shrink_to_macs(model, example, SHARE, scope="layer", multiple=1)
    small = shrink_to_macs(model, example, SHARE, scope="layer", multiple=multiple)
    restored = reestimate_batchnorm(small, data.train.x[:1000])
    tuned = fit(restored, data.train, seed=seed, **TUNE)
    timed = time_halves(name, model, {1: as_it_comes, multiple: small}, example, seed=seed)
    accuracies = dict(
        before=accuracy(model, data.validation),
        shrunken=accuracy(small, data.validation),
        reestimated=accuracy(restored, data.validation),
        tuned=accuracy(tuned, data.validation),
        test_before=accuracy(model, data.test),
        test_tuned=accuracy(tuned, data.test),
    )
    return [timed[0], replace(timed[1], **accuracies)]


def time_halves(name: str, model: nn.Module, halves: dict[int, nn.Module], example, *, seed: int = 0) -> list[Row]:
    """Time a network beside its halves, {multiple: network}: a row for each."""
    found = speedups(model, halves, example)
    rows = []
    for multiple, small in halves.items():
        speedup, low, high = found[multiple]
        counts = dict(macs_before=macs(model, example), macs_after=macs(small, example))
        rows.append(Row(network=name, seed=seed, multiple=multiple, **counts, speedup=speedup, low=low, high=high))
    return rows


def speedups(model: nn.Module, others: dict, example, *, rounds: int = ROUNDS, repeats: int = 20) -> dict:
    """{name: (median, lower, upper quartile)} of how many times faster than the model each other one is.

    In ONNX Runtime, one image, one thread. Each round times all of them in turns.

    >>> sorted(speedups(nn.Linear(4, 4), {"same": nn.Linear(4, 4)}, torch.zeros(1, 4), rounds=1, repeats=1))
    ['same']
    """
    image = example[:1]
    with tempfile.TemporaryDirectory() as folder:
        calls = {}
        for i, net in enumerate([model, *others.values()]):
            calls[i] = partial(load(export(net, image, Path(folder) / f"{i}.onnx")), image.numpy())
        bar = Bar(range(rounds), desc="speed", unit="round", delay=2)
        times = [latencies(calls, warmup=2, repeats=repeats) for _ in bar]
    ratios = {name: [t[0].median_s / t[i].median_s for t in times] for i, name in enumerate(others, 1)}
    return {name: tuple(float(np.percentile(r, p)) for p in (50, 25, 75)) for name, r in ratios.items()}


def measured() -> list[Row]:
    """What datasets/half_the_macs.csv holds.

    >>> sorted({row.network for row in measured()})[:2]
    ['MobileNetV2', 'ResNet-18']
    """
    return read(Row, "half_the_macs")


def main(names: list[str], file: str | None = None) -> None:
    """Measure these networks, print their rows, and append them to a file, each as soon as it is known."""
    keep((rows for name in names for rows in measure(name)), file)


def measure(name: str) -> Iterator[list[Row]]:
    """The rows of one network: those of each seed, or those of random weights."""
    if name in TAUGHT:
        yield from (halve(name, seed) for seed in TAUGHT[name][1])
    else:
        make, size, multiples = TIMED[name]
        with seeded(0):
            model = make().eval()
        example = torch.zeros(1, 3, size, size)
        halves = {m: shrink_to_macs(model, example, SHARE, scope="layer", multiple=m) for m in multiples}
        yield time_halves(name, model, halves, example)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Halve the MACs of networks, and measure accuracy and time.")
    parser.add_argument("networks", nargs="*", default=[*TAUGHT, *TIMED])
    parser.add_argument("--append", metavar="CSV", help="a file such as datasets/half_the_macs.csv")
    with threads(1):
        asked = parser.parse_args()
        main(asked.networks, asked.append)
