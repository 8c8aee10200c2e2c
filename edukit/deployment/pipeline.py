"""The pipeline by hand: a large network becomes a small file, in four steps that are fixed before.

    train a teacher  →  distil a student  →  remove channels, fine-tune  →  quantize
    (residual)          (depthwise)           (fewer filters)                (8-bit integers)

Each step starts from the step before it and is checked on the same test images. Train images teach, calibration images
find the ranges for quantization, validation images chose the plans below; test images are looked at once, at the end.
`compress` (compressing/) looks for steps of its own.

Source    Han, Mao, Dally 2016 (Deep Compression), https://arxiv.org/abs/1510.00149, for the order of the steps
"""

from dataclasses import dataclass

from torch import nn

from edukit.checked import checked
from edukit.data.dataset import Dataset
from edukit.distillation import distill
from edukit.networks import MobileClassifier, ResidualClassifier
from edukit.pruning import shrink
from edukit.quantization import QuantizedModel, quantize_model
from edukit.training import fit, seeded, shift, threads


@dataclass(frozen=True)
class Plan:
    """How long and how fast to learn in each stage, and how much to cut; chosen on validation images.

    student_width   a factor on the student's channels
    removed         share of each group of channels that goes
    """

    teacher_epochs: int = 8
    teacher_rate: float = 0.002
    student_epochs: int = 16
    student_rate: float = 0.01
    student_width: float = 0.5
    removed: float = 0.3
    tuning_epochs: int = 8


PLANS = {
    "digits": Plan(),
    "shapes": Plan(10, 0.002, student_epochs=10, student_width=0.75, tuning_epochs=5),
}
WEIGHT_BITS = 7  # of the 8 that are stored: a CPU without VNNI adds products in pairs, in 16 bits (`saturation.py`)
STAGES = ("teacher", "student", "fewer channels", "INT8")


@checked
def by_hand(data: Dataset, *, seed: int = 0, plan: Plan | None = None, progress: bool = True) -> dict[str, nn.Module]:
    """The four networks by the names in STAGES, trained from nothing on one thread; the last is a QuantizedModel.

    plan     by default the one for data.name
    """
    plan = plan or PLANS.get(data.name, PLANS["shapes"])
    channels = data.train.x.shape[1]
    classes = len(data.classes)
    with seeded(seed):
        teacher = ResidualClassifier(classes, channels)
        student = MobileClassifier(classes, channels, width=plan.student_width)

    def settings(stage, epochs, rate):
        words = f"{stage}: " if progress else None
        return dict(epochs=epochs, learning_rate=rate, seed=seed, augment=shift, progress=words)

    with threads(1):
        teacher = fit(teacher, data.train, **settings("1/4 teacher", plan.teacher_epochs, plan.teacher_rate))
        learning = settings("2/4 student", plan.student_epochs, plan.student_rate)
        student = distill(student, teacher, data.train, **learning)
        small = shrink(student, data.train.x[:2], plan.removed, multiple=8)  # kernels like multiples of 8
        tuning = settings("3/4 fewer channels", plan.tuning_epochs, plan.student_rate / 2)
        small = distill(small, teacher, data.train, **tuning)
        quantized = as_int8(small, data)
    return dict(zip(STAGES, (teacher, student, small, quantized), strict=True))


def as_int8(model: nn.Module, data: Dataset) -> QuantizedModel:
    """The last step alone: the plan's INT8, on calibration images."""
    return quantize_model(model, data.calibration.x, WEIGHT_BITS, rounding="nearest")
