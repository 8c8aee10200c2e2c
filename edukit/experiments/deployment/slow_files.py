"""Files that compression does not make faster, why, and the proof.

`python -m edukit.experiments.deployment.slow_files` measures them.

    speed-up  =  time of the file before / time of the compressed file, in turns, one thread
    proof     the cause is taken away, all else stays, and the speed-up comes

The chains are written by hand, in milliseconds; the networks are the kit's own, exported.
"""

import logging
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import nn

from edukit.deployment import explain, export, load
from edukit.deployment.explain.inputs import feed_of
from edukit.deployment.explain.optimized import read
from edukit.experiments.deployment.written_files import conv_chain
from edukit.measure import latencies, speedup
from edukit.networks import ResidualClassifier
from edukit.quantization import quantize_dynamic, quantize_model
from edukit.table import Table
from edukit.training import seeded

THIN, CALLS, ISLANDS = "layers too thin for the vector unit", "calls that outweigh the work", "float islands"
DEPTHWISE, ZEROS, CONVERSIONS = "depthwise convolutions bound by memory", "zeros that nobody skips", "conversions"
DYNAMIC, SIGNED = "dynamic quantization of convolutions", "S8S8 on x86"
INT8 = {"kind": "u8s8"}
WIDE = {"channels": 64, "size": 16}
HEADS = ("compression", "speed-up", "the cause that explain names", "speed-up without it", "the cause then")


@dataclass(frozen=True)
class Case:
    """A file before and after compression, and the same two without the cause; each is a recipe for `write`.

    base, compress   before = base, after = base with compress
    both, instead    without the cause: `both` changes both files, `instead` stands in the place of compress
    cause            the one that explain names of the file after; "" where compression helps
    """

    cause: str
    base: dict
    compress: dict
    both: dict = field(default_factory=dict)
    instead: dict | None = None

    @property
    def recipes(self) -> dict[str, dict]:
        """{before, after, and without the cause: recipe}."""
        found = {"before": self.base, "after": self.base | self.compress}
        if self.cause:
            base = self.base | self.both
            found |= {"fixed before": base, "fixed after": base | (self.instead or self.compress)}
        return found


CASES = {
    "INT8 of 8 channels": Case(THIN, {"channels": 8, "size": 32}, INT8, both=WIDE),
    "24 of 32 channels": Case(THIN, {"channels": 32, "size": 32}, {"channels": 24}, instead={"channels": 16}),
    "INT8 on maps of 2x2": Case(CALLS, {"channels": 16, "size": 2, "layers": 20}, INT8, both={"size": 32}),
    "INT8 of depthwise layers": Case(DEPTHWISE, {"channels": 64, "size": 32, "groups": 64}, INT8, both={"groups": 1}),
    "INT8 around Softplus": Case(
        ISLANDS, {"channels": 16, "size": 32, "between": "Softplus"}, INT8, both={"between": None}
    ),
    "INT8, zero in the middle": Case(ISLANDS, WIDE, INT8 | {"zero_point": 128}, instead=INT8),
    "INT8 of one 1x1 layer": Case(
        CONVERSIONS, {"channels": 16, "size": 64, "kernel": 1, "layers": 1}, INT8, instead=INT8 | {"codes": True}
    ),
    "dynamic INT8": Case(DYNAMIC, WIDE, {"how": "dynamic"}, instead=INT8),
    "90 % zeros": Case(ZEROS, WIDE, {"zeros": 0.9}, instead={"channels": 16}),
    "signed INT8": Case(SIGNED, WIDE, {"how": "operators", "signed": True}, instead={"how": "operators"}),
    "INT8 of a small network": Case(
        CALLS, {"how": "residual", "size": 8}, {"quantize": quantize_model}, both={"size": 64}
    ),
    "INT8 of 64 channels": Case("", WIDE, INT8),
    "INT8 of a plain network": Case("", {"how": "plain", "size": 32}, {"quantize": quantize_model}),
    "dynamic INT8 of linear layers": Case(
        "", {"how": "linear"}, {"quantize": lambda model, x: quantize_dynamic(model)}
    ),
}


def write(path: Path, *, how: str = "chain", **recipe) -> Path:
    """Write the file of a recipe; `how` says what makes it."""
    return MAKERS[how](path, **recipe)


def _dynamic(path: Path, **recipe) -> Path:
    """Quantized by ONNX Runtime's own tool, convolutions too."""
    from onnxruntime.quantization import quantize_dynamic

    with _quiet():
        quantize_dynamic(conv_chain(path.with_suffix(".float.onnx"), **recipe), path)
    return path


def _operators(path: Path, *, channels: int, size: int, signed: bool = False) -> Path:
    """Quantized by ONNX Runtime's own tool, into QLinear operators of signed or unsigned activations."""
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

    class Reader(CalibrationDataReader):
        rows = iter([{"x": np.random.default_rng(0).random((1, channels, size, size), np.float32)}])

        def get_next(self):
            return next(self.rows, None)

    kind = QuantType.QInt8 if signed else QuantType.QUInt8
    with _quiet():
        written = conv_chain(path.with_suffix(".float.onnx"), channels, size)
        quantize_static(written, path, Reader(), quant_format=QuantFormat.QOperator, activation_type=kind)
    return path


def _network(make, shape):
    """A maker of an exported network, which recipes may quantize, and run on larger images."""

    def write_network(path: Path, *, size: int | None = None, quantize=None) -> Path:
        inside = (shape[0], size, size) if size else shape
        x = torch.from_numpy(np.random.default_rng(0).random((8, *inside), np.float32))
        with seeded(0):
            model = make().eval()
        return export(quantize(model, x) if quantize else model, x[:1], path)

    return write_network


def _plain() -> nn.Module:
    layers = []
    for inside, outside in ((1, 32), (32, 64), (64, 64), (64, 64)):
        layers += [nn.Conv2d(inside, outside, 3, padding=1), nn.ReLU()]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


def _linear() -> nn.Module:
    return nn.Sequential(nn.Linear(2048, 2048), nn.ReLU(), nn.Linear(2048, 2048))


MAKERS = {
    "chain": conv_chain,
    "dynamic": _dynamic,
    "operators": _operators,
    "residual": _network(lambda: ResidualClassifier(10, 1), (1, 8, 8)),
    "plain": _network(_plain, (1, 32, 32)),
    "linear": _network(_linear, (2048,)),
}


def measure(case: Case, folder: Path, *, repeats: int = 100) -> dict[str, tuple[float, str]]:
    """{"": (speed-up, cause), "fixed ": the same without the cause}, the files in turns on one thread."""
    paths = {name: write(folder / f"{name}.onnx", **recipe) for name, recipe in case.recipes.items()}
    calls = {name: _call(path) for name, path in paths.items()}
    times = latencies(calls, warmup=20, repeats=repeats)
    found = {}
    for kind in sorted({name.removesuffix("before").removesuffix("after") for name in paths}):
        cause = explain(paths[f"{kind}after"]).cause
        found[kind] = speedup(times[f"{kind}before"], times[f"{kind}after"]), cause.name if cause else "none"
    return found


def _call(path):
    session = load(path)
    arrays = feed_of(read(path)).values()
    return lambda: session(*arrays)


@contextmanager
def _quiet():
    """ONNX Runtime's quantizer advises to prepare the file first; a chain has nothing to prepare."""
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def main() -> None:
    """Print the table of all cases."""
    rows = []
    for name, case in CASES.items():
        with tempfile.TemporaryDirectory() as folder:
            found = measure(case, Path(folder))
        cells = [cell for ratio, cause in found.values() for cell in (f"{ratio:.2f}", cause)]
        rows.append((name, *cells, *[""] * (4 - len(cells))))
        print(f"{name}: {', '.join(cells)}", flush=True)
    print(Table(HEADS, rows).text())


if __name__ == "__main__":
    main()
