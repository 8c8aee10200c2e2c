"""How much faster the files of one large network are than eager torch: a speed that needs no training."""

from dataclasses import dataclass
from pathlib import Path

import torch

from edukit.deployment.files.export import export
from edukit.deployment.protocol import Timing, timings
from edukit.deployment.runtimes.session import load
from edukit.measure import count_macs
from edukit.networks import mobilenet_v1
from edukit.quantization import fold_batchnorm, quantize_model
from edukit.training import seeded, threads
from edukit.turns import Bar


@dataclass(frozen=True)
class Speed:
    """One 224x224 MobileNetV1, three ways. It was never trained: speed does not ask what weights mean."""

    macs: int
    eager: Timing
    float_file: Timing
    int8_file: Timing


def measure_speed(folder: Path, size: int = 224, *, least_s: float = 2.0, progress: bool = False) -> Speed:
    """Eager torch, the float file and the INT8 file of one MobileNetV1, one thread each, in turns."""
    with seeded(0):
        model = fold_batchnorm(mobilenet_v1())
        images = torch.rand(4, 3, size, size)
    makers = {"float": lambda: model, "INT8": lambda: quantize_model(model, images)}
    steps = Bar(makers.items(), f"MobileNetV1 at {size}x{size}: ", disable=not progress)
    files = [load(export(make(), images[:1], folder / f"speed_{name}.onnx")) for name, make in steps]
    image = images[:1].numpy()

    def eager():
        with torch.inference_mode():
            return model(images[:1])

    functions = {"eager": eager, "float_file": lambda: files[0](image), "int8_file": lambda: files[1](image)}
    with threads(1):
        return Speed(count_macs(model, (3, size, size)), **timings(functions, least_s=least_s))
