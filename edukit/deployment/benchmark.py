"""The benchmark: what each stage of the pipeline weighs, knows and takes, measured on the exported file.

Protocol
    accuracy   the exported file, run by ONNX Runtime, on test images that no earlier step has seen
    bytes      the file on disk; and the raw weights in it with their scales
    latency    one image, one thread, warm-up, the stages in turns: median and 90th percentile
    energy     an estimate from published energies of single operations, marked as such
    claims     what articles say beside what was measured here, in the same run, with a verdict
"""

import platform
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn
from tqdm import tqdm

from edukit.data.dataset import Dataset
from edukit.deployment.claims import Claim, judge
from edukit.deployment.device.energy import energy
from edukit.deployment.explain.executed import operators
from edukit.deployment.files.export import export
from edukit.deployment.pipeline import Plan, compress
from edukit.deployment.runtimes.session import load
from edukit.measure import Latency, count_activations, count_macs, count_parameters, latencies, size_bytes
from edukit.networks import mobilenet_v1
from edukit.quantization import QuantizedModel, fold_batchnorm, quantize_model
from edukit.training import accuracy, seeded, threads


@dataclass(frozen=True)
class Stage:
    """One network, measured. energy_j is an estimate; accuracy is a share, 0 to 1."""

    name: str
    parameters: int
    macs: int
    size_bytes: int
    weight_bytes: int
    accuracy: float
    latency: Latency
    energy_j: float
    operators: dict[str, int]


HEADS = ("stage", "parameters", "MACs", "file, kB", "test accuracy", "median, µs", "p90, µs", "energy, µJ (estimate)")


def figures(stage: Stage) -> tuple[str, ...]:
    """A stage as a row of a table under HEADS."""
    micro = 1e6
    return (
        stage.name,
        f"{stage.parameters:,}",
        f"{stage.macs:,}",
        f"{stage.size_bytes / 1000:,.1f}",
        f"{stage.accuracy:.1%}",
        f"{stage.latency.median_s * micro:.0f}",
        f"{stage.latency.p90_s * micro:.0f}",
        f"{float(f'{stage.energy_j * micro:.2g}'):g}",  # an estimate: two digits say enough
    )


@dataclass(frozen=True)
class Speed:
    """One 224x224 MobileNetV1, three ways. It was never trained: speed does not ask what weights mean."""

    macs: int
    eager: Latency
    float_file: Latency
    int8_file: Latency


@dataclass(frozen=True)
class Result:
    """Everything that one run measured."""

    data: str
    seed: int
    stages: list[Stage]
    speed: Speed
    claims: list[Claim]
    machine: dict[str, str]

    def as_dict(self) -> dict:
        """Plain dictionaries and lists, for JSON."""
        return asdict(self)


def benchmark(
    data: Dataset, *, seed: int = 0, plan: Plan | None = None, folder: Path | None = None, progress: bool = True
) -> Result:
    """Run the whole pipeline on a data set and measure every stage.

    plan     how long to train; by default the one for data.name
    folder   keeps the exported files, one for each stage; by default they are measured and thrown away
    """
    models = compress(data, seed=seed, plan=plan, progress=progress)
    with tempfile.TemporaryDirectory() as scratch:
        stages = measure_stages(models, data, Path(folder or scratch), progress=progress)
        speed = measure_speed(Path(scratch), progress=progress)
    return Result(data.name, seed, stages, speed, judge(stages, speed), machine())


def measure_stages(models: dict[str, nn.Module], data: Dataset, folder: Path, *, progress: bool = False) -> list[Stage]:
    """Export each model to folder and measure the files side by side.

    models   by name; in its file's name _ stands for a space. Raises ValueError for a name that is no file's name
    """
    files = {name: _file_name(name) for name in models}
    if len(set(files.values())) < len(files):
        raise ValueError(f"models must have names of their own, also with _ for a space, got {', '.join(models)}")
    image = data.test.x[:1]
    steps = tqdm(models.items(), "4/4 export: ", disable=not progress, leave=False)
    paths = {name: export(model, image, folder / files[name]) for name, model in steps}
    sessions = {name: load(path, threads=1) for name, path in paths.items()}
    times = latencies({name: lambda s=session: s(image) for name, session in sessions.items()}, warmup=50, repeats=300)
    stages = []
    for name, model in models.items():
        quantized = isinstance(model, QuantizedModel)
        macs = count_macs(model, image.shape[1:])
        weight_bytes = raw_weight_bytes(model)
        activation_bytes = count_activations(model, image.shape[1:]) * (1 if quantized else 4)
        joules = energy(macs, weight_bytes, "int8" if quantized else "float32", activation_bytes=activation_bytes)
        stages.append(
            Stage(
                name,
                count_parameters(model),
                macs,
                size_bytes(paths[name]),
                weight_bytes,
                accuracy(sessions[name], data.test),
                times[name],
                joules.total_j,
                dict(operators(paths[name])),
            )
        )
    return stages


def _file_name(stage: str) -> str:
    """The file of a stage; a name such as ../a would lie outside its folder."""
    if not isinstance(stage, str) or not stage.strip(". ") or set(stage) & set("/\\:\0"):
        raise ValueError(f"models must have names that can be names of files, got {stage!r}")
    return f"{stage.replace(' ', '_')}.onnx"


def raw_weight_bytes(model: nn.Module) -> int:
    """Bytes of the weights of convolutions and linear layers, with their scales, and without biases and graph."""
    if isinstance(model, QuantizedModel):
        stored = model.state_dict().items()
        return sum(t.nbytes for name, t in stored if name.endswith(("weight_codes", "weight_scale")))
    return sum(weight.nbytes for weight in model.parameters() if weight.ndim > 1)


def measure_speed(folder: Path, size: int = 224, *, progress: bool = False) -> Speed:
    """Eager torch, the float file and the INT8 file of one MobileNetV1, one thread each, in turns."""
    with seeded(0):
        model = fold_batchnorm(mobilenet_v1())
        images = torch.rand(4, 3, size, size)
    makers = {"float": lambda: model, "INT8": lambda: quantize_model(model, images)}
    steps = tqdm(makers.items(), f"MobileNetV1 at {size}x{size}: ", disable=not progress, leave=False)
    files = [load(export(make(), images[:1], folder / f"speed_{name}.onnx")) for name, make in steps]
    image = images[:1].numpy()

    def eager():
        with torch.inference_mode():
            return model(images[:1])

    functions = {"eager": eager, "float_file": lambda: files[0](image), "int8_file": lambda: files[1](image)}
    with threads(1):
        return Speed(count_macs(model, (3, size, size)), **latencies(functions, warmup=5, repeats=50))


def machine() -> dict[str, str]:
    """Where the figures come from: processor, system and versions."""
    import onnxruntime

    return {
        "processor": _processor(),
        "system": platform.system(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "onnxruntime": onnxruntime.__version__,
        "numpy": np.__version__,
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    names = (
        [line.split(":")[1].strip() for line in info.read_text().splitlines() if "model name" in line]
        if info.exists()
        else []
    )
    return names[0] if names else platform.processor() or platform.machine()
