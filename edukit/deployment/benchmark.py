"""The benchmark: what each stage of the pipeline weighs, knows and takes, measured on the exported file.

Protocol
    accuracy   the exported file, run by ONNX Runtime, on test images that no earlier step has seen
    bytes      the file on disk; and the raw weights in it with their scales
    latency    one image, one thread, all files in turns, by `protocol.py`: median, 90th and 99th percentile
    start      load, first run and memory of each file, in a process of its own
    runtimes   ONNX Runtime; FP32 and INT8 in ExecuTorch and LiteRT as well, where they are installed
    load       INT8 in each runtime: on two threads, and in a long run without a pause
    energy     an estimate from published energies of single operations, marked as such
    claims     what articles say beside what was measured here, in the same run, with a verdict
"""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from torch import nn

from edukit.checked import checked
from edukit.data.dataset import Dataset
from edukit.deployment.claims import Claim, judge
from edukit.deployment.device.energy import energy
from edukit.deployment.explain.executed import operators
from edukit.deployment.files.export import FORMATS, RUNTIME_OF, export
from edukit.deployment.fresh import Start, start
from edukit.deployment.machine import machine
from edukit.deployment.pipeline import Plan, as_int8, by_hand
from edukit.deployment.protocol import Timing, timings
from edukit.deployment.runtimes.installed import RUNS, WRITES, missing
from edukit.deployment.runtimes.session import load
from edukit.deployment.speed import Speed, measure_speed
from edukit.deployment.under_load import UnderLoad, under_load
from edukit.measure import count_activations, count_macs, count_parameters, size_bytes
from edukit.quantization import QuantizedModel
from edukit.training import accuracy
from edukit.turns import Bar

LEAST_S = 2.0  # that each file runs at least


@dataclass(frozen=True)
class Stage:
    """One network in one file, measured.

    accuracy   a share, 0 to 1, of the file that was timed
    energy_j   an estimate
    start      in a process of its own; None where it was not asked for
    """

    name: str
    parameters: int
    macs: int
    size_bytes: int
    weight_bytes: int
    accuracy: float
    latency: Timing
    energy_j: float
    operators: dict[str, int]
    runtime: str = "onnxruntime"
    start: Start | None = None


HEADS = ("stage", "parameters", "MACs", "file, kB", "test accuracy", "median, µs", "p90, µs", "energy, µJ (estimate)")


FILE_HEADS = ("file", "runtime", "kB", "test accuracy", "median, µs", "p90", "p99", "load, ms", "first run", "peak, MB")


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


def file_figures(stage: Stage) -> tuple[str, ...]:
    """A stage's file, started in a process of its own, as a row of a table under FILE_HEADS."""
    times_s = stage.latency.median_s, stage.latency.p90_s, stage.latency.p99_s
    return (
        stage.name,
        stage.runtime,
        f"{stage.size_bytes / 1000:,.1f}",
        f"{stage.accuracy:.1%}",
        *(f"{1e6 * seconds:.0f}" for seconds in times_s),
        *(f"{1e3 * seconds:.1f}" for seconds in (stage.start.load_s, stage.start.first_s)),
        f"{stage.start.peak_bytes / 1e6:.1f}",
    )


@dataclass(frozen=True)
class Result:
    """Everything that one run measured.

    stages       in ONNX Runtime
    elsewhere    the last two of them in the other runtimes that are installed
    quantized    INT8 of the float stages before the last, in ONNX Runtime: the range beside the claims on INT8
    under_load   INT8 in each runtime
    """

    data: str
    seed: int
    stages: list[Stage]
    speed: Speed
    claims: list[Claim]
    machine: dict[str, str]
    elsewhere: list[Stage] = field(default_factory=list)
    quantized: list[Stage] = field(default_factory=list)
    under_load: list[UnderLoad] = field(default_factory=list)

    def as_dict(self) -> dict:
        """Plain dictionaries and lists, for JSON."""
        return asdict(self)


@checked
def benchmark(
    data: Dataset,
    *,
    seed: int = 0,
    plan: Plan | None = None,
    folder: Path | None = None,
    sustained_s: float = 10.0,
    progress: bool = True,
) -> Result:
    """Run the whole pipeline on a data set and measure every stage.

    plan          how long to train; by default the one for data.name
    folder        keeps the exported files, one for each stage; by default they are measured and thrown away
    sustained_s   seconds that INT8 runs without a pause in each runtime
    Raises ValueError for a time that is not positive.
    """
    if not 0 < sustained_s < float("inf"):
        raise ValueError(f"sustained_s must be positive seconds, got {sustained_s!r}")
    models = by_hand(data, seed=seed, plan=plan, progress=progress)
    *earlier, fp32, int8 = models
    quantized = {f"{name} INT8": as_int8(models[name], data) for name in earlier}
    formats = dict.fromkeys((fp32, int8), installed_formats())
    with tempfile.TemporaryDirectory() as scratch:
        kept = Path(folder or scratch)
        asked = {"formats": formats, "least_s": LEAST_S, "fresh": True, "progress": progress}
        found = measure_stages(models | quantized, data, kept, **asked)
        speed = measure_speed(Path(scratch), least_s=LEAST_S, progress=progress)
        files = [kept / f"{_file_name(int8)}{FORMATS[format]}" for format in formats[int8]]
        steps = Bar(files, "under load: ", disable=not progress)
        loads = [under_load(int8, file, data.test.x[:1], seconds=sustained_s, least_s=LEAST_S / 2) for file in steps]
    here = {stage.name: stage for stage in found if stage.runtime == "onnxruntime"}
    stages = [here[name] for name in models]
    also = [here[name] for name in quantized]
    pairs = list(zip(stages[:-1], [*also, stages[-1]], strict=True))
    claims = judge(stages, speed, pairs, len(data.test.y))
    elsewhere = [stage for stage in found if stage.runtime != "onnxruntime"]
    return Result(data.name, seed, stages, speed, claims, machine(), elsewhere, also, loads)


def installed_formats() -> list[str]:
    """Those that can be written and run here; ONNX always.

    >>> installed_formats()[0]
    'onnx'
    """
    return [format for format in FORMATS if not missing((*WRITES[format], *RUNS[RUNTIME_OF[format]]))]


def measure_stages(
    models: dict[str, nn.Module],
    data: Dataset,
    folder: Path,
    *,
    formats: Mapping[str, Sequence[str]] | None = None,
    least_s: float = 0.5,
    fresh: bool = False,
    progress: bool = False,
) -> list[Stage]:
    """Export each model to folder and measure the files side by side, by the benchmark's protocol.

    models    by name; in its file's name _ stands for a space
    formats   {name: the formats of its files}; ONNX alone for a name that is not there
    least_s   seconds that each file runs at least
    fresh     whether each file is also loaded in a process of its own, which takes about 2 s each
    Raises ValueError for a name that is no file's name.
    """
    names = {name: _file_name(name) for name in models}
    if len(set(names.values())) < len(names):
        raise ValueError(f"models must have names of their own, also with _ for a space, got {', '.join(models)}")
    image = data.test.x[:1]
    files = [(name, format) for name in models for format in (formats or {}).get(name, ["onnx"])]
    steps = Bar(files, "4/4 export: ", disable=not progress)
    paths = [export(models[name], image, folder / f"{names[name]}{FORMATS[format]}") for name, format in steps]
    sessions = {path: load(path, threads=1) for path in paths}
    times = timings({path: lambda s=session: s(image) for path, session in sessions.items()}, least_s=least_s)
    return [
        Stage(
            name=name,
            size_bytes=size_bytes(path),
            accuracy=accuracy(sessions[path], data.test),
            latency=times[path],
            operators=dict(operators(path)),
            runtime=RUNTIME_OF[format],
            start=start(path, (image,)) if fresh else None,
            **_of_model(models[name], image),
        )
        for path, (name, format) in zip(paths, files, strict=True)
    ]


def _of_model(model, image) -> dict:
    """What all files of a model have in common."""
    quantized = isinstance(model, QuantizedModel)
    macs = count_macs(model, image.shape[1:])
    weight_bytes = raw_weight_bytes(model)
    activation_bytes = count_activations(model, image.shape[1:]) * (1 if quantized else 4)
    joules = energy(macs, weight_bytes, "int8" if quantized else "float32", activation_bytes=activation_bytes)
    return {
        "parameters": count_parameters(model),
        "macs": macs,
        "weight_bytes": weight_bytes,
        "energy_j": joules.total_j,
    }


def _file_name(stage: str) -> str:
    """The file of a stage without its suffix; a name such as ../a would lie outside its folder."""
    if not isinstance(stage, str) or not stage.strip(". ") or set(stage) & set("/\\:\0"):
        raise ValueError(f"models must have names that can be names of files, got {stage!r}")
    return stage.replace(" ", "_")


def raw_weight_bytes(model: nn.Module) -> int:
    """Bytes of the weights of convolutions and linear layers, with their scales, and without biases and graph."""
    if isinstance(model, QuantizedModel):
        stored = model.state_dict().items()
        return sum(t.nbytes for name, t in stored if name.endswith(("weight_codes", "weight_scale")))
    return sum(weight.nbytes for weight in model.parameters() if weight.ndim > 1)
