"""The estimate of latency beside the measurement, for many networks on one machine: does the order hold?

    roofs measured on this machine → roofline estimate of each network | ONNX Runtime, one thread, networks in turns
    rank correlation (Spearman)    1 - 6 Σ d² / (n (n² - 1)), d the difference of the places in both orders

`python -m edukit.experiments.deployment.device_estimates --append datasets/device_estimates.csv` takes minutes.

Source    Spearman 1904, https://doi.org/10.2307/1412159
In production  latency predictors such as nn-Meter learn from measured kernels, and are judged in the same way
"""

import argparse
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch

from edukit.deployment import export, load
from edukit.deployment.device.estimate import estimate
from edukit.deployment.device.rapl import measured_energy
from edukit.deployment.explain.roofline import roofline
from edukit.deployment.machine import machine
from edukit.experiments.rows import append, read
from edukit.measure import latencies
from edukit.networks import (
    MobileClassifier,
    mobilenet_v1,
    mobilenet_v2,
    resnet18,
    shufflenet_v2,
    squeezenet,
)
from edukit.quantization import quantize_model
from edukit.search.latency_table import rank_correlation
from edukit.training import seeded

NETWORKS = {
    "MobileNetV1 224": (mobilenet_v1, 224),
    "MobileNetV1 128": (mobilenet_v1, 128),
    "MobileNetV1 0.5 224": (lambda: mobilenet_v1(0.5), 224),
    "MobileNetV1 0.25 224": (lambda: mobilenet_v1(0.25), 224),
    "MobileNetV2 224": (mobilenet_v2, 224),
    "MobileNetV2 96": (mobilenet_v2, 96),
    "SqueezeNet 224": (squeezenet, 224),
    "SqueezeNet 96": (squeezenet, 96),
    "ShuffleNetV2 224": (shufflenet_v2, 224),
    "ResNet-18 224": (resnet18, 224),
    "ResNet-18 96": (resnet18, 96),
    "MobileClassifier 64": (MobileClassifier, 64),
    "MobileClassifier 32": (MobileClassifier, 32),
}
INTEGERS = ("MobileNetV1 224", "MobileNetV2 96", "ResNet-18 96", "MobileClassifier 64")


@dataclass(kw_only=True)
class Row:
    """One network: estimated and measured microseconds and microjoules of one image, on one machine.

    measured_uj   of the whole processor, by its own counter; None where the machine does not let it be read
    """

    network: str
    precision: str
    estimated_us: float
    measured_us: float
    p90_us: float
    estimated_uj: float
    measured_uj: float | None
    machine: str


def rows() -> list[Row]:
    """The bundled table, datasets/device_estimates.csv.

    >>> len(rows()) >= 12
    True
    """
    return read(Row, "device_estimates")


def typical_error(table: list[Row]) -> float:
    """By how many times the measured latency exceeds the estimate, in the middle of all networks."""
    return float(np.median([row.measured_us / row.estimated_us for row in table]))


def measure(networks=tuple(NETWORKS), integers=INTEGERS, *, repeats: int = 60) -> list[Row]:
    """Export, estimate and time the networks, in turns; minutes for all of them."""
    device = roofline().device()
    estimates, calls = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        for name in networks:
            make, size = NETWORKS[name]
            with seeded(0):
                model = make().eval()
                images = torch.rand(4, 3, size, size)
            for precision in ("float32", "int8")[: 1 + (name in integers)]:
                built = model if precision == "float32" else quantize_model(model, images)
                session = load(export(built, images[:1], Path(folder) / f"{len(calls)}.onnx"))
                estimates[name, precision] = estimate(model, (3, size, size), device, precision)
                calls[name, precision] = partial(session, images[:1].numpy())
        times = latencies(calls, warmup=5, repeats=repeats)
        joules = {key: measured_energy(call, calls=repeats) for key, call in calls.items()}
    return [
        Row(
            network=name,
            precision=precision,
            estimated_us=1e6 * estimates[name, precision].latency_s,
            measured_us=1e6 * time.median_s,
            p90_us=1e6 * time.p90_s,
            estimated_uj=1e6 * estimates[name, precision].energy_j,
            measured_uj=None if joules[name, precision] is None else 1e6 * joules[name, precision],
            machine=machine()["processor"],
        )
        for (name, precision), time in times.items()
    ]


def main() -> None:
    """Measure, print, and append where asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--append", help="a CSV file with a head")
    file = parser.parse_args().append
    table = measure()
    for row in table:
        print(f"{row.network:22} {row.precision:8} {row.estimated_us:9,.0f} {row.measured_us:9,.0f}")
    print(f"rank correlation {rank_correlation([r.estimated_us for r in table], [r.measured_us for r in table]):.3f}")
    print(f"measured / estimated, median {typical_error(table):.2f}")
    if file:
        append(table, file)


if __name__ == "__main__":
    main()
