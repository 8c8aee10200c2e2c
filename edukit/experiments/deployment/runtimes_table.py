"""One model, four runtimes: are the answers the same, and is INT8 faster?

    model ─┬─ float ──> .onnx .pte .tflite, torch ─┐ in turns, one image, one thread ─> speed-up = float / INT8
           └─ INT8 ───> .onnx .pte .tflite, torch ─┴─ codes of the outputs ───────────> rows equal to numpy's integers

Weights have 7 bits, so that a processor which adds in 16 bits gives the same answers. torch has no file: its INT8 model
computes the same codes with floats, as a simulation.
`python -m edukit.experiments.deployment.runtimes_table` prints the rows.

Symbols   a difference in steps: of the grid on which the output lies
Shapes    measured() -> a Row for each network and runtime
Cost      15 minutes, most of them for the converters of ExecuTorch and LiteRT
In production  Qualcomm AI Hub and Olive make such tables, on phones
"""

import argparse
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from edukit.data import digits, shapes
from edukit.deployment import export, load, operators
from edukit.deployment.explain.executed import in_float, in_integers
from edukit.deployment.pipeline import WEIGHT_BITS
from edukit.deployment.protocol import ratio, timings
from edukit.deployment.runtimes.session import SUFFIXES
from edukit.experiments.rows import keep, read
from edukit.measure import size_bytes
from edukit.networks import mobilenet_v1, mobilenet_v2, resnet18, trained
from edukit.quantization import quantize_model, run_integers
from edukit.training import seeded, threads

FILES = {runtime: suffix for suffix, runtime in SUFFIXES.items()}
RUNTIMES = (*FILES, "torch")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One network in one runtime; sizes and counts of operators are None for torch, which has no file.

    equal      of `rows` images, how many have the codes that numpy computes
    steps      the largest difference, in steps of the output's grid
    speedup    how many times faster INT8 is, with the ends of its 95 % interval
    """

    network: str
    runtime: str
    rows: int
    equal: int
    steps: int
    integers: int | None = None
    floats: int | None = None
    float_bytes: int | None = None
    int8_bytes: int | None = None
    speedup: float
    low: float
    high: float


def _random(make: Callable, size: int, rows: int):
    """A published network with random weights, which have nothing to lose but as much to compute."""
    with seeded(0):
        model = make().eval()
    images = np.random.default_rng(0).random((2 * rows, 3, size, size), np.float32)
    return model, images[rows:], images[:rows]


def _trained(name: str, data):
    return trained(name), data.calibration.x[:64], data.validation.x[:64]


# model, images to calibrate with, images to compare
NETWORKS: dict[str, Callable[[], tuple[nn.Module, np.ndarray, np.ndarray]]] = {
    "digits, 78 k": lambda: _trained("digits_residual", digits()),
    "shapes, 309 k": lambda: _trained("shapes_residual", shapes(train=10)),
    "MobileNetV2": lambda: _random(mobilenet_v2, 224, 16),
    "MobileNetV1": lambda: _random(mobilenet_v1, 224, 16),
    "ResNet-18": lambda: _random(resnet18, 224, 16),
}


def measure(name: str, runtimes=RUNTIMES, *, least_s: float = 2.0) -> list[Row]:
    """The rows of one network, each runtime after the other; float and INT8 take turns."""
    model, calibration, images = NETWORKS[name]()
    quantized = quantize_model(model, torch.from_numpy(calibration), WEIGHT_BITS, rounding="nearest")
    expected = run_integers(quantized, images)
    with tempfile.TemporaryDirectory() as folder:
        pair = {"float": model, "int8": quantized}
        return [_row(name, runtime, pair, images, expected, Path(folder), least_s) for runtime in runtimes]


def _row(name, runtime, pair, images, expected, folder, least_s) -> Row:
    example = torch.from_numpy(images[:2])
    sources = pair
    if runtime in FILES:
        sources = {kind: export(model, example, folder / f"{kind}{FILES[runtime]}") for kind, model in pair.items()}
    sessions = {kind: load(source) for kind, source in sources.items()}
    found = sessions["int8"](images)
    steps = np.abs(found - expected) / step_of(expected)
    calls = {kind: lambda s=session: s(images[:1]) for kind, session in sessions.items()}
    faster = ratio(*timings(calls, least_s=least_s).values())
    own = _of_files(sources["float"], sources["int8"]) if runtime in FILES else {}
    return Row(
        network=name,
        runtime=runtime,
        rows=len(images),
        equal=int((steps.reshape(len(images), -1) == 0).all(1).sum()),
        steps=round(float(steps.max())),
        speedup=faster.value,
        low=faster.low,
        high=faster.high,
        **own,
    )


def step_of(values: np.ndarray) -> float:
    """The step of the grid on which the values lie: the least distance of two of them.

    >>> step_of(np.float32([0.5, 2.0, 1.0]))
    0.5
    """
    return float(np.diff(np.unique(values)).min())


def _of_files(before, after) -> dict[str, int]:
    counts = operators(after)
    return {
        "integers": in_integers(counts).total(),
        "floats": in_float(counts).total(),
        "float_bytes": size_bytes(before),
        "int8_bytes": size_bytes(after),
    }


def measured() -> list[Row]:
    """What datasets/runtimes_table.csv holds.

    >>> sorted({row.runtime for row in measured()})
    ['executorch', 'litert', 'onnxruntime', 'torch']
    """
    return read(Row, "runtimes_table")


def main(names: list[str], file: str | None = None) -> None:
    """Measure these networks, print their rows, and append them to a file, each network as soon as it is known."""
    keep(map(measure, names), file)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Compare four runtimes: equal rows, and how much faster INT8 is.")
    parser.add_argument("networks", nargs="*", default=[*NETWORKS])
    parser.add_argument("--append", metavar="CSV", help="a file such as datasets/runtimes_table.csv")
    with threads(1):
        asked = parser.parse_args()
        main(asked.networks, asked.append)
