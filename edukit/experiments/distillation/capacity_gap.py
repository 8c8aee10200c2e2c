"""One small student and two teachers of different size: does the larger teacher teach more?

    student    a tiny network, 1,562 parameters
    middle     a residual network, 21,218 parameters, trained here        large    trained("shapes_residual"), 308,826

    way         the student learns from                                                    temperature and alpha
    alone       the labels
    smoothed    the labels, a tenth of each spread over all classes
    large       the labels and the large network                                           4, alpha 0.9
    middle      the labels and the middle network                                          4, alpha 0.9
    assistant   the labels and a middle network that itself learned from the large one     4, alpha 0.9
    forward     the large network, no label, KL(teacher ‖ student)                         1, alpha 1
    reverse     the large network, no label, KL(student ‖ teacher)                         1, alpha 1

All networks learn from the same 10,000 shapes with their labels. A student begins with the same weights for a seed,
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

from edukit.data import Dataset, Split, shapes
from edukit.distillation.losses import kd_terms
from edukit.distillation.soft import soft_labels
from edukit.experiments.rows import append, read
from edukit.networks import DepthwiseSeparable, ResidualClassifier, trained
from edukit.networks.blocks import conv_bn
from edukit.training import Recipe, accuracy, fit, predict, seeded, threads
from edukit.training.loop import descend

TEMPERATURE = 4.0
ALPHA = 0.9
OWN = "its own: "
TEACHERS = ("large", "middle", "assistant")


@dataclass(frozen=True)
class Plan:
    """How long everyone learns: passes over all images, and images in a batch; and from which seeds."""

    seeds: tuple[int, ...] = (0, 1, 2)
    passes: int = 20
    batch_size: int = 100

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
    """The student for shapes of 32x32, its first weights drawn by the seed.

    >>> from edukit.measure import count_parameters
    >>> count_parameters(tiny_student()), count_parameters(middle_network())
    (1562, 21218)
    """
    with seeded(seed):
        stem = [*conv_bn(3, 8, 3, stride=2), nn.ReLU()]
        blocks = [DepthwiseSeparable(8, 16, stride=2), DepthwiseSeparable(16, 32, stride=2)]
        return nn.Sequential(*stem, *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 10))


def middle_network(seed: int = 0) -> nn.Module:
    """The middle teacher before it has learned."""
    with seeded(seed):
        return ResidualClassifier(width=0.125)


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
    middle = fit(middle_network(seed), images, **slower)
    assistant = taught(middle_network(seed), images, answers, TEMPERATURE, ALPHA, **slower)
    for way, teacher in zip(TEACHERS, (large, middle, assistant), strict=True):
        yield OWN + way, None, teacher
        said = predict(teacher, images.x)
        yield way, TEMPERATURE, taught(student, images, said, TEMPERATURE, ALPHA, **how)


def measure(images: Dataset, plan: Plan) -> Iterator[Row]:
    """Rows of the table, one as soon as it is known."""
    for seed in plan.seeds:
        large = trained("shapes_residual", seed)
        for way, temperature, model in trained_networks(images.train, seed, plan, large):
            reached = dict(validation=accuracy(model, images.validation), test=accuracy(model, images.test))
            sure = float(soft_labels(predict(model, images.test.x)).max(1).mean())
            yield Row(way=way, temperature=temperature, seed=seed, sure=sure, **reached)


def measured() -> dict[tuple[str, float | None], list[Row]]:
    """What datasets/capacity_gap.csv holds: {(way, temperature): [the row of each seed]}.

    >>> len(measured()["alone", None])
    3
    """
    table = {}
    for row in read(Row, "capacity_gap"):
        table.setdefault((row.way, row.temperature), []).append(row)
    return table


def main(file: str) -> None:
    """Append the rows to a file, one as soon as it is known."""
    with threads(1):
        for row in measure(shapes(), Plan()):
            append([row], file)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="One small student and two teachers: append what it reaches.")
    parser.add_argument("--append", metavar="CSV", required=True, help="a file such as datasets/capacity_gap.csv")
    main(parser.parse_args().append)
