"""One tiny student and two teachers of different size: does the larger teacher teach more?

    student    226 parameters      middle  `few_labels.new_student`, 1,418, trained here
                                   large   trained("digits_residual"), 77,858

    way         the student learns from                                                    temperature and alpha
    alone       the labels
    smoothed    the labels, a tenth of each spread over all classes
    large       the labels and the large network                                           1 and 4, alpha 0.9
    middle      the labels and the middle network                                          1 and 4, alpha 0.9
    assistant   the labels and a middle network that itself learned from the large one     1 and 4, alpha 0.9
    forward     the large network, no label, KL(teacher ‖ student)                         1, alpha 1
    reverse     the large network, no label, KL(student ‖ teacher)                         1, alpha 1

All networks learn from the same 1,000 digits with their labels. A student begins with the same weights for a seed,
whatever the way, and takes as many steps. Rows that begin with "its own: " are the teachers themselves.

Source    Mirzadeh et al. 2019, https://arxiv.org/abs/1902.03393 (the assistant); smoothed labels: Szegedy et al. 2015,
          https://arxiv.org/abs/1512.00567, section 7; reverse: Gu et al. 2023, https://arxiv.org/abs/2306.08543
In production  the same table, before the largest teacher is paid for

`python -m edukit.experiments.distillation.capacity_gap --append FILE.csv` measures the table that lesson 08 quotes.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F

from edukit.data import Dataset, Split, digits
from edukit.distillation.losses import kd_terms
from edukit.distillation.soft import soft_labels
from edukit.experiments.distillation.few_labels import new_student
from edukit.experiments.rows import append, read
from edukit.networks import DepthwiseSeparable, trained
from edukit.networks.blocks import conv_bn
from edukit.training import Recipe, accuracy, fit, predict, seeded, threads
from edukit.training.loop import descend

TEMPERATURES = (1.0, 4.0)
ALPHA = 0.9
OWN = "its own: "
TEACHERS = ("large", "middle", "assistant")


@dataclass(frozen=True)
class Plan:
    """How long everyone learns: passes over all images, and images in a batch; and from which seeds.

    seeds   of the first weights; the large teacher is number seed % 3
    """

    seeds: tuple[int, ...] = (0, 1, 2, 3, 4, 5)
    passes: int = 40
    batch_size: int = 50

    def recipe(self, seed: int, learning_rate: float = 0.03) -> dict:
        """What `fit` takes; the middle network learns in smaller steps."""
        how = dict(epochs=self.passes, batch_size=self.batch_size, learning_rate=learning_rate)
        return how | dict(seed=seed, progress=None)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One network: accuracies, and how sure it is of its first class on test images, on average; all 0 to 1."""

    way: str
    temperature: float | None
    seed: int
    validation: float
    test: float
    sure: float


def tiny_student(seed: int = 0) -> nn.Module:
    """The student for digits of 8x8, its first weights drawn by the seed.

    >>> from edukit.measure import count_parameters
    >>> count_parameters(tiny_student())
    226
    """
    with seeded(seed):
        stem = [*conv_bn(1, 4, 3), nn.ReLU(), nn.MaxPool2d(2)]
        return nn.Sequential(*stem, DepthwiseSeparable(4, 8), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 10))


def smoothed(model: nn.Module, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """The cross entropy with softened labels, which know no teacher."""
    return F.cross_entropy(model(x), y, label_smoothing=0.1)


def taught(
    student: nn.Module, images: Split, answers, temperature: float, alpha: float, *, reverse=False, **recipe
) -> nn.Module:
    """`distill` with the teacher's logits (N, classes) computed once: the images are the same in each pass.

    >>> import numpy as np
    >>> from edukit.data import digits
    >>> images = digits().calibration
    >>> with seeded(0):
    ...     student = nn.Sequential(nn.Flatten(), nn.Linear(64, 10))
    >>> sure = 9 * np.eye(10, dtype=np.float32)[images.y]
    >>> accuracy(taught(student, images, sure, 1.0, 1.0, epochs=30, seed=0, progress=None), images) > 0.9
    True
    """
    epochs, seed = recipe.pop("epochs"), recipe.pop("seed")
    targets = torch.cat([torch.as_tensor(answers), torch.as_tensor(images.y)[:, None].float()], 1)

    def loss(model, x, y):
        return kd_terms(model(x), [y[:, :-1]], y[:, -1].long(), temperature, alpha, reverse=reverse)

    return descend(student, torch.as_tensor(images.x), targets, Recipe(**recipe), epochs=epochs, loss=loss, seed=seed)


def trained_networks(
    images: Split, seed: int, plan: Plan, large: nn.Module
) -> Iterator[tuple[str, float | None, nn.Module]]:
    """Each way with its temperature and the network it leads to, as soon as it is trained."""
    how = plan.recipe(seed)
    slower = plan.recipe(seed, learning_rate=0.01)
    student = tiny_student(seed)
    answers = predict(large, images.x)
    yield "alone", None, fit(student, images, **how)
    yield "smoothed", None, fit(student, images, loss=smoothed, **how)
    yield "forward", 1.0, taught(student, images, answers, 1.0, 1.0, **how)
    yield "reverse", 1.0, taught(student, images, answers, 1.0, 1.0, reverse=True, **how)
    middle = fit(new_student(seed), images, **slower)
    assistant = taught(new_student(seed), images, answers, 4.0, ALPHA, **slower)
    for way, teacher in zip(TEACHERS, (large, middle, assistant), strict=True):
        yield OWN + way, None, teacher
        said = predict(teacher, images.x)
        for temperature in TEMPERATURES:
            yield way, temperature, taught(student, images, said, temperature, ALPHA, **how)


def measure(images: Dataset, plan: Plan) -> Iterator[Row]:
    """Rows of the table, one as soon as it is known."""
    for seed in plan.seeds:
        large = trained("digits_residual", seed % 3)
        for way, temperature, model in trained_networks(images.train, seed, plan, large):
            reached = dict(validation=accuracy(model, images.validation), test=accuracy(model, images.test))
            sure = float(soft_labels(predict(model, images.test.x)).max(1).mean())
            yield Row(way=way, temperature=temperature, seed=seed, sure=sure, **reached)


def measured() -> dict[tuple[str, float | None], list[Row]]:
    """What datasets/capacity_gap.csv holds: {(way, temperature): [the row of each seed]}.

    >>> len(measured()["alone", None])
    6
    """
    table = {}
    for row in read(Row, "capacity_gap"):
        table.setdefault((row.way, row.temperature), []).append(row)
    return table


def main(file: str) -> None:
    """Append the rows to a file, one as soon as it is known."""
    with threads(1):
        for row in measure(digits(), Plan()):
            append([row], file)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="One small student and two teachers: append what it reaches.")
    parser.add_argument("--append", metavar="CSV", required=True, help="a file such as datasets/capacity_gap.csv")
    main(parser.parse_args().append)
