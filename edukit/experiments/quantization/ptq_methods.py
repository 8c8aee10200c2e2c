"""Twelve methods of post-training quantization, compared on the same networks with the same bits.

    range        per tensor → percentile, MSE, KL → per channel          one number is chosen: the step
    network      cross-layer equalization, SmoothQuant, AWQ              the same function, easier to round
    bias         bias correction                                         the mean error is taken out
    rounding     AdaRound, GPTQ, both with bias correction               up or down, to suit the output

Nothing is trained and no label is read. Each method is measured on networks from several seeds: where methods lie
closer together than the seeds, their order is chance.

Shapes    compare: {method: [accuracy of each network]}
Source    Nagel et al. 2021, https://arxiv.org/abs/2106.08295, section 3: the same methods, on networks for photographs
In production  the recipes of AIMET, Brevitas and llm-compressor stack these methods in this order

`python -m edukit.experiments.quantization.ptq_methods shapes_residual` measures the table that lesson 03b quotes.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from edukit import data
from edukit.experiments.rows import append, read
from edukit.graph import capture
from edukit.networks.trained import NETWORKS, SEEDS, trained
from edukit.quantization.grid.calibrate import mse, percentile
from edukit.quantization.grid.entropy import kl
from edukit.quantization.ptq.adaround import adaround
from edukit.quantization.ptq.equalize import equalize
from edukit.quantization.ptq.rounding import gptq
from edukit.quantization.ptq.smooth import awq, smoothquant
from edukit.quantization.ptq.static import quantize_model
from edukit.table import Table
from edukit.training import accuracy, threads
from edukit.turns import Bar

BITS = range(2, 9)
FLOAT = "float"


@dataclass(frozen=True)
class Method:
    """A way to quantize: options of `quantize_model`, behind a preparation (model, calibration, bits) -> model.

    Where the options name no rounding, each weight gets its nearest code.
    """

    options: dict = field(default_factory=dict)
    prepare: Callable = lambda model, x, bits: model


METHODS = {
    "per tensor": Method({"per_channel": False}),
    "percentile": Method({"per_channel": False, "weight_calibrator": percentile}),
    "MSE": Method({"per_channel": False, "weight_calibrator": mse}),
    "KL": Method({"per_channel": False, "weight_calibrator": kl}),
    "equalized": Method({"per_channel": False}, lambda model, x, bits: equalize(model, x)),
    "per channel": Method(),
    "MSE per channel": Method({"weight_calibrator": mse}),
    "SmoothQuant": Method(prepare=lambda model, x, bits: smoothquant(model, x)),
    "AWQ": Method(prepare=awq),
    "bias correction": Method({"correct_bias": True}),
    "AdaRound": Method({"correct_bias": True, "rounding": adaround}),
    "GPTQ": Method({"correct_bias": True, "rounding": gptq}),
}


def compare(
    models, data, bits: int, *, methods: dict = METHODS, activation_bits: int | None = 8
) -> dict[str, list[float]]:
    """{method: validation accuracy of each model}, with weights of `bits` bits, 2 to 8.

    data             a Dataset: its calibration rows choose grids and codes, its validation rows are counted
    activation_bits  2 to 8; None: activations stay float

    >>> from edukit.data import digits
    >>> compare([trained("digits_residual")], digits(), 8, methods={"per channel": METHODS["per channel"]})
    {'per channel': [0.955]}
    """
    reached = {}
    models = [capture(model, data.calibration.x) for model in models]
    for name, method in Bar(methods.items(), desc=f"{bits} bits"):
        ready = [method.prepare(model, data.calibration.x, bits) for model in models]
        options = {"rounding": "nearest"} | method.options
        quantized = [quantize_model(m, data.calibration.x, bits, activation_bits, **options) for m in ready]
        reached[name] = [accuracy(model, data.validation) for model in quantized]
    return reached


@dataclass(frozen=True, kw_only=True)
class Row:
    """One network, quantized by one method: its accuracy on validation images."""

    network: str
    method: str
    bits: int
    seed: int
    accuracy: float


def measured(network: str) -> tuple[dict[str, dict[int, list[float]]], list[float]]:
    """What datasets/ptq_methods.csv holds of one network: {method: {bits: [accuracy of each seed]}}, those in float.

    >>> table, before = measured("digits_residual")
    >>> len(table["GPTQ"][2]), bool(np.mean(table["GPTQ"][8]) > np.mean(before) - 0.01)
    (3, True)
    """
    table = {}
    for row in read(Row, "ptq_methods"):
        if row.network == network:
            table.setdefault(row.method, {}).setdefault(row.bits, []).append(row.accuracy)
    if not table:
        raise ValueError(f"network must be one of {', '.join(NETWORKS)}, got {network!r}")
    return table, table.pop(FLOAT)[32]


def as_text(table: dict) -> str:
    """A table as markdown: the mean of the networks and, in brackets, the worst and the best of them, in %.

    >>> print(as_text({"GPTQ": {2: [0.88, 0.92], 8: [0.96, 0.96]}}))
    | method | 2 bits | 8 bits |
    |---|--:|--:|
    | GPTQ | 90.0 (88.0–92.0) | 96.0 (96.0–96.0) |
    """
    bits = list(next(iter(table.values())))
    rows = []
    for name, row in table.items():
        rows.append([name, *(f"{100 * np.mean(a):.1f} ({100 * min(a):.1f}–{100 * max(a):.1f})" for a in row.values())])
    return Table(["method", *(f"{b} bits" for b in bits)], rows).markdown()


def main(network: str, bits: list[int], file=None) -> None:
    """Compare the methods on the three trained networks of that name; print the table and append its rows to a file."""
    models = [trained(network, seed) for seed in SEEDS]
    images = data.load(network.split("_")[0])
    table = {name: {} for name in METHODS}
    rows = rows_of(network, FLOAT, 32, [accuracy(model, images.validation) for model in models])
    for b in bits:
        for name, reached in compare(models, images, b, methods=METHODS).items():
            table[name][b] = reached
            rows += rows_of(network, name, b, reached)
    print(as_text(table))
    if file:
        append(rows, file)


def rows_of(network: str, method: str, bits: int, reached: list[float]) -> list[Row]:
    """A row for each seed."""
    return [
        Row(network=network, method=method, bits=bits, seed=seed, accuracy=one)
        for seed, one in zip(SEEDS, reached, strict=True)
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Compare twelve methods on the validation images of three networks.")
    parser.add_argument("network", choices=NETWORKS)
    parser.add_argument("--bits", type=int, nargs="+", default=list(BITS))
    parser.add_argument("--append", metavar="CSV", help="a file such as datasets/ptq_methods.csv")
    with threads(1):
        asked = parser.parse_args()
        main(asked.network, asked.bits, asked.append)
