"""A detector through the whole recipe: distil, prune, quantize, each stage measured on test images and as a file.

    teacher, large ──┐
    student, small ──┴─▶ distilled ──▶ pruned, tuned ──┬──▶ static    INT8 from the ranges of calibration images
                                                       └──▶ dynamic   INT8 by ONNX Runtime's own tool

The student learns alone; distilled, it goes on learning for TUNE epochs with the teacher beside the labels, and so does
the network that is left when its weakest channels are gone.

`python -m edukit.experiments.detection.detector` trains what its folder lacks, and prints a row for each stage.
The recipes were chosen on validation images; the test images are looked at once, by the files as they would be shipped.

Shapes    measured() -> a Row for each stage, seed and runtime
Cost      forward and back 3.1 ms of processor time an image for a student, 8.8 for the teacher: about 3 and 4 minutes
In production  the model garden of TensorFlow and the tutorials of Olive list such stages, mAP beside bytes
"""

import argparse
import hashlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save
from torch import nn

from edukit.data import scenes
from edukit.deployment import export
from edukit.deployment.protocol import timings
from edukit.deployment.runtimes.session import SUFFIXES, session_of
from edukit.detection.coco import class_average_precision
from edukit.detection.detector import TinyDetector, tiny_anchors
from edukit.detection.distill import distill_detector
from edukit.detection.postprocess import detect
from edukit.detection.train import fit_detector
from edukit.detection.trained import CLASSES, with_weights
from edukit.experiments.networks.make_trained import rounded
from edukit.experiments.rows import append, read
from edukit.measure import count_parameters, size_bytes
from edukit.pruning import reestimate_batchnorm, shrink
from edukit.quantization import quantize_model
from edukit.training import seeded, threads

FOLDER = "datasets/detectors"
LEARN = dict(epochs=24, learning_rate=0.01)
TEACH = dict(epochs=12, learning_rate=0.01)
TUNE = dict(epochs=6, learning_rate=0.005)
RATIO, MULTIPLE = 0.3, 8  # of the channels of each group that go; kernels like eights
SEEDS = (0, 1, 2)
STAGES = ("teacher", "student", "distilled", "pruned", "dynamic", "static")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One stage as a file in one runtime; map50 and map are mAP@.5 and mAP@[.5:.95] on the test images.

    parameters   learned numbers; those of the float network where it is quantized
    latency_ms   of one image on one thread, with its 90th percentile
    """

    stage: str
    seed: int
    runtime: str
    parameters: int
    map50: float
    map: float
    bytes: int
    latency_ms: float
    p90_ms: float


class Detectors:
    """The detectors of a folder, trained where they are missing."""

    def __init__(self, folder, data=None):
        self.folder = Path(folder)
        self.data = data or scenes()
        self.anchors = tiny_anchors(*self.data.train.x.shape[2:])

    def detector(self, name: str, seed: int = 0) -> nn.Module:
        """The trained detector of that name, its weights rounded to float16 as its file holds them."""
        path = self.folder / f"{name}_{seed}.safetensors"
        if not path.is_file():
            write(rounded(MAKERS[name](self, seed)), path)
        return with_weights(name, load_file(path))

    def fit(self, model, seed, **recipe):
        return fit_detector(model, self.data.train, self.anchors, seed=seed, **recipe)

    def distil(self, model, seed, **recipe):
        return distill_detector(model, self.detector("teacher"), self.data.train, self.anchors, seed=seed, **recipe)

    def pruned(self, seed):
        """The distilled student without its weakest channels, tuned by the teacher."""
        images = torch.as_tensor(self.data.calibration.x)
        small = shrink(self.detector("distilled", seed), images[:2], RATIO, multiple=MULTIPLE)
        return self.distil(reestimate_batchnorm(small, images), seed, progress=f"pruned, seed {seed}", **TUNE)

    def score(self, answer: Callable, split) -> tuple[float, float]:
        """mAP@.5 and mAP@[.5:.95] of a function that maps images to (logits, offsets)."""
        return averages(detect(answer(split.x), self.anchors, split.x.shape[2:]), split.truth)


def averages(found, truth) -> tuple[float, float]:
    """mAP@.5 and mAP@[.5:.95] in one go.

    >>> averages([([[0, 0, 4, 4]], [0.9], [0])], [([[0, 0, 4, 5]], [0])])
    (1.0, 0.7)
    """
    table = class_average_precision(found, truth)
    return float(np.nanmean(table[:, 0])), float(np.nanmean(table))


def fresh(size: str, seed: int) -> nn.Module:
    """A detector that has learned nothing yet.

    >>> len(fresh("large", 0).bifpn)
    2
    """
    with seeded(seed):
        return TinyDetector(CLASSES, size)


MAKERS = {
    "teacher": lambda held, seed: held.fit(fresh("large", seed), seed, progress="teacher", **TEACH),
    "student": lambda held, seed: held.fit(fresh("small", seed), seed, progress=f"student, seed {seed}", **LEARN),
    "distilled": lambda held, seed: held.distil(
        held.detector("student", seed), seed, progress=f"distilled, seed {seed}", **TUNE
    ),
    "pruned": Detectors.pruned,
}


def write(model: nn.Module, path: Path) -> None:
    """Write the weights as float16, and print the row of their card."""
    half = {n: t.half() if t.is_floating_point() else t for n, t in model.state_dict().items()}
    path.write_bytes(content := save({name: tensor.contiguous() for name, tensor in half.items()}))
    digest = hashlib.sha256(content).hexdigest()
    print(f"| {path.name} | {count_parameters(model):,} | {len(content):,} | `{digest}` |", flush=True)


def measure(held: Detectors, seed: int, runtimes=("onnxruntime",), *, least_s: float = 2.0) -> Iterator[Row]:
    """A row for each stage and runtime; the files of a runtime are timed in turns."""
    models = {name: held.detector(name, 0 if name == "teacher" else seed) for name in STAGES[:4]}
    calibration = torch.as_tensor(held.data.calibration.x)
    models["static"] = quantize_model(models["pruned"], calibration)
    for runtime in runtimes:
        with tempfile.TemporaryDirectory() as folder:
            yield from _rows(held, seed, runtime, models, Path(folder), least_s)


def _rows(held, seed, runtime, models, folder, least_s) -> Iterator[Row]:
    suffix = {name: suffix for suffix, name in SUFFIXES.items()}[runtime]
    example = held.data.calibration.x[:2]
    files = {name: export(model, example, folder / f"{name}{suffix}") for name, model in models.items()}
    if runtime == "onnxruntime":
        files["dynamic"] = dynamic(files["pruned"], folder / "dynamic.onnx")
    sessions = {name: session_of(path.read_bytes(), runtime, path=path) for name, path in files.items()}
    image = held.data.validation.x[:1]
    times = timings({name: lambda s=session: s(image) for name, session in sessions.items()}, least_s=least_s)
    for name, session in sessions.items():
        map50, average = held.score(session, held.data.test)
        latency = times[name]
        yield Row(
            stage=name,
            seed=seed,
            runtime=runtime,
            parameters=count_parameters(models["pruned" if name in ("static", "dynamic") else name]),
            map50=map50,
            map=average,
            bytes=size_bytes(files[name]),
            latency_ms=1e3 * latency.median_s,
            p90_ms=1e3 * latency.p90_s,
        )


def dynamic(path: Path, to: Path) -> Path:
    """The ONNX file quantized by ONNX Runtime's own tool, convolutions too: their ranges are found at each call."""
    from onnxruntime.quantization import quantize_dynamic

    quantize_dynamic(path, to)
    return to


def measured() -> list[Row]:
    """What datasets/detector_stages.csv holds.

    >>> [row.stage for row in measured() if row.seed == 0 and row.runtime == "onnxruntime"]
    ['teacher', 'student', 'distilled', 'pruned', 'static', 'dynamic']
    """
    return read(Row, "detector_stages")


def main(folder: str, seeds: list[int], runtimes: list[str], file: str | None = None) -> None:
    """Train what is missing, print the rows of each seed, and append them to a file, as soon as they are known."""
    held = Detectors(folder)
    for seed in seeds:
        for row in measure(held, seed, runtimes):
            print(row, flush=True)
            if file:
                append([row], file)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Train, distil, prune and quantize detectors, and measure each stage.")
    parser.add_argument("--folder", default=FOLDER, help="where the weights lie; what it lacks is trained")
    parser.add_argument("--seeds", nargs="*", type=int, default=[*SEEDS])
    parser.add_argument("--runtimes", nargs="*", default=["onnxruntime"], choices=[*SUFFIXES.values()])
    parser.add_argument("--append", metavar="CSV", help="a file such as datasets/detector_stages.csv")
    with threads(1):
        asked = parser.parse_args()
        main(asked.folder, asked.seeds, asked.runtimes, asked.append)
