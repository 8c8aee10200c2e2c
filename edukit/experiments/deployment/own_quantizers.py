"""Our INT8 files beside those that each runtime's own quantizer makes: of the same network, from the same images.

    model ─┬─ quantize_model + export ─────────────────────────────────> ours   ─┐ in turns, one image, one thread
           └─ quantize_static · XNNPACKQuantizer · ai-edge-quantizer ──> theirs ─┴─> time of ours / time of theirs

Weights have 8 bits on both sides, activations 8, and every channel of a weight its own scale. The networks are not
trained: time and bytes do not ask what weights mean. Their batch norms have the statistics of the images, so that the
biases are numbers, not zeros. `python -m edukit.experiments.deployment.own_quantizers` prints the rows.

Shapes    measured() -> a Row for each network and runtime
Cost      20 minutes, most of them for the converters of ExecuTorch and LiteRT
Source    https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html, quantize_static
          https://docs.pytorch.org/executorch/stable/quantization-overview.html, XNNPACKQuantizer
          https://github.com/google-ai-edge/ai-edge-quantizer, static_wi8_ai8
In production  the quantizer of the one runtime that the app ships
"""

import argparse
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from edukit.deployment import export, load
from edukit.deployment.files.to_onnx import onnx_bytes
from edukit.deployment.protocol import ratio, timings
from edukit.deployment.runtimes.session import SUFFIXES
from edukit.experiments.rows import keep, read
from edukit.measure import size_bytes
from edukit.networks import mobilenet_v1, resnet18
from edukit.pruning import reestimate_batchnorm
from edukit.quantization import quantize_model
from edukit.training import seeded, threads

NETWORKS: dict[str, Callable[[], nn.Module]] = {"MobileNetV1": mobilenet_v1, "ResNet-18": resnet18}
SIZE, IMAGES = 224, 8


@dataclass(frozen=True, kw_only=True)
class Row:
    """One network in one runtime. time_ratio is the time of our file / the time of theirs, with its 95 % interval."""

    network: str
    runtime: str
    quantizer: str
    our_bytes: int
    their_bytes: int
    time_ratio: float
    low: float
    high: float


def network(name: str, size: int = SIZE) -> tuple[nn.Module, np.ndarray]:
    """A network with random weights, and the images that both quantizers are shown."""
    images = np.random.default_rng(0).random((IMAGES, 3, size, size), np.float32)
    with seeded(0):
        model = NETWORKS[name]()
    return reestimate_batchnorm(model, images).eval(), images


def measure(name: str, runtimes=None, *, size: int = SIZE, least_s: float = 4.0) -> list[Row]:
    """The rows of one network, each runtime after the other; both files take turns."""
    model, images = network(name, size)
    quantized = quantize_model(model, torch.from_numpy(images), rounding="nearest")
    with tempfile.TemporaryDirectory() as folder:
        return [_row(name, runtime, model, quantized, images, Path(folder), least_s) for runtime in runtimes or OWN]


def _row(name, runtime, model, quantized, images, folder, least_s) -> Row:
    quantizer, write = OWN[runtime]
    suffix = next(end for end, found in SUFFIXES.items() if found == runtime)
    ours = export(quantized, images[:2], folder / f"ours{suffix}")
    theirs = folder / f"theirs{suffix}"
    write(model, images, theirs)
    sessions = load(ours), load(theirs)
    calls = {place: lambda s=session: s(images[:1]) for place, session in enumerate(sessions)}
    found = ratio(*timings(calls, least_s=least_s).values())
    return Row(
        network=name,
        runtime=runtime,
        quantizer=quantizer,
        our_bytes=size_bytes(ours),
        their_bytes=size_bytes(theirs),
        time_ratio=found.value,
        low=found.low,
        high=found.high,
    )


def _onnxruntime(model, images, path: Path) -> None:
    """quantize_static with QDQ, unsigned activations and signed weights, as its guide says for x86."""
    from onnxruntime.quantization import CalibrationDataReader, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    class Reader(CalibrationDataReader):
        left = iter(images)

        def get_next(self):
            image = next(self.left, None)
            return None if image is None else {"input": image[None]}

    whole = path.with_name("float.onnx")
    whole.write_bytes(onnx_bytes(model, (torch.from_numpy(images[:2]),)))
    folded = path.with_name("folded.onnx")
    quant_pre_process(whole, folded, skip_symbolic_shape=True)
    kinds = {"activation_type": QuantType.QUInt8, "weight_type": QuantType.QInt8}
    quantize_static(folded, path, Reader(), per_channel=True, **kinds)


def _executorch(model, images, path: Path) -> None:
    """XNNPACKQuantizer with torchao's prepare and convert."""
    from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
    from executorch.backends.xnnpack.quantizer.xnnpack_quantizer import (
        XNNPACKQuantizer,
        get_symmetric_quantization_config,
    )
    from executorch.exir import to_edge_transform_and_lower
    from torchao.quantization.pt2e.quantize_pt2e import convert_pt2e, prepare_pt2e

    example = (torch.from_numpy(images[:1]),)
    quantizer = XNNPACKQuantizer().set_global(get_symmetric_quantization_config(is_per_channel=True))
    prepared = prepare_pt2e(torch.export.export(model, example).module(), quantizer)
    with torch.no_grad():
        for image in torch.from_numpy(images):
            prepared(image[None])
    converted = torch.export.export(convert_pt2e(prepared), example)
    lowered = to_edge_transform_and_lower(converted, partitioner=[XnnpackPartitioner()])
    path.write_bytes(lowered.to_executorch().buffer)


def _litert(model, images, path: Path) -> None:
    """ai-edge-quantizer on the float file of litert_torch."""
    os.environ.setdefault("LITERT_TORCH_SHOW_PROGRESS", "n")
    import litert_torch
    from ai_edge_litert.interpreter import Interpreter
    from ai_edge_quantizer import quantizer, recipe

    whole = path.with_name("float.tflite")
    litert_torch.convert(model, (torch.from_numpy(images[:1]),)).export(str(whole))
    ((key, signature),) = Interpreter(str(whole)).get_signature_list().items()
    made = quantizer.Quantizer(str(whole), recipe.static_wi8_ai8())
    ranges = made.calibrate({key: [{signature["inputs"][0]: image[None]} for image in images]})
    made.quantize(ranges).export_model(str(path))


OWN = {
    "onnxruntime": ("quantize_static", _onnxruntime),
    "executorch": ("XNNPACKQuantizer", _executorch),
    "litert": ("ai-edge-quantizer", _litert),
}


def measured() -> list[Row]:
    """What datasets/own_quantizers.csv holds.

    >>> sorted({row.quantizer for row in measured()})
    ['XNNPACKQuantizer', 'ai-edge-quantizer', 'quantize_static']
    """
    return read(Row, "own_quantizers")


def main(names: list[str], runtimes: list[str], file: str | None = None) -> None:
    """Measure these networks, print their rows, and append them to a file, each as soon as it is known."""
    keep((measure(name, [runtime]) for name in names for runtime in runtimes), file)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Compare our INT8 files with those of the runtimes' own quantizers.")
    parser.add_argument("networks", nargs="*", default=[*NETWORKS])
    parser.add_argument("--runtimes", nargs="+", choices=OWN, default=[*OWN])
    parser.add_argument("--append", metavar="CSV", help="a file such as datasets/own_quantizers.csv")
    with threads(1):
        asked = parser.parse_args()
        main(asked.networks, asked.runtimes, asked.append)
