"""The same student with and without a teacher, trained on few labels and on many.

    way            images     the student learns from                  who has seen labels
    alone          L          the L labels                             the student, L of them
    taught         L          the L labels and a large network         the student L, the large network all 1,000
    unlabelled     1,000      a large network, no label (α = 1)        the large network, all 1,000
    own teacher    L          (a large network, alone)                 the large network, L of them
    self-taught    1,000      the own teacher, no label (α = 1)        the large network, L of them

Only rows that agree in the last column compare ideas; the others compare what somebody else had already paid for.

A student begins with the same weights for a seed, whatever the way, and takes as many steps in equal batches.
Temperature and alpha were chosen on validation images ("tuning" rows); test images are looked at once, at the end.

Source    Hinton, Vinyals, Dean 2015, https://arxiv.org/abs/1503.02531, section 3; self-taught:
          Xie et al. 2019, https://arxiv.org/abs/1911.04252
In production  the same table, before anybody pays for a teacher

`python -m edukit.experiments.distillation.few_labels --append FILE.csv` measures the table that lesson 08 quotes.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from torch import nn

from edukit.data import Dataset, Split, digits
from edukit.distillation.fit import distill
from edukit.experiments.rows import append, read
from edukit.networks import DepthwiseSeparable, ResidualClassifier, trained
from edukit.networks.blocks import conv_bn
from edukit.refuse import check_whole
from edukit.training import accuracy, fit, seeded, threads
from edukit.turns import Bar

TRIED = [*[(temperature, 0.9) for temperature in (1, 2, 4, 8, 16)], (4, 0.5), (4, 1.0)]  # with alpha


@dataclass(frozen=True)
class Plan:
    """What is measured.

    labels   how many of the training images have one; all of them comes last
    seeds    of the student's first weights and of the choice of images; its teacher is number seed % 3
    passes   over all images: fewer images are seen more often, so that everyone takes as many steps
    """

    labels: tuple[int, ...] = (100, 250, 1000)
    seeds: int = 6
    passes: int = 12
    temperature: float = 4.0
    alpha: float = 0.9

    @property
    def mixture(self) -> dict:
        """What the teacher adds to the recipe."""
        return dict(temperature=self.temperature, alpha=self.alpha)

    def recipe(self, split: Split, seed: int) -> dict:
        """How to train on so many images, in as many steps as with all of them."""
        epochs = self.passes * self.labels[-1] // len(split)
        return dict(epochs=epochs, seed=seed, learning_rate=0.01, batch_size=20, progress=None)


def labelled_subset(split: Split, count: int, seed: int = 0) -> Split:
    """`count` images of the split, equally many of each class, drawn by the seed; all of them if it has no more.

    >>> np.bincount(labelled_subset(digits().train, 50).y).tolist()
    [5, 5, 5, 5, 5, 5, 5, 5, 5, 5]
    """
    check_whole(count, "count", most=len(split))
    if count == len(split):
        return split
    classes = np.unique(split.y)
    if count % len(classes):
        raise ValueError(f"count must be a multiple of {len(classes)}, the number of classes, got {count}")
    order = np.random.default_rng(seed).permutation(len(split))
    rows = np.concatenate([order[split.y[order] == label][: count // len(classes)] for label in classes])
    return Split(split.x[rows], split.y[rows])


def new_student(seed: int = 0) -> nn.Module:
    """The student for digits of 8x8, its first weights drawn by the seed.

    >>> from edukit.measure import count_parameters
    >>> count_parameters(new_student()), count_parameters(trained("digits_residual"))
    (1418, 77858)
    """
    with seeded(seed):
        stem = [*conv_bn(1, 8, 3), nn.ReLU(), nn.MaxPool2d(2)]
        blocks = [DepthwiseSeparable(8, 16), DepthwiseSeparable(16, 32)]
        return nn.Sequential(*stem, *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 10))


def trained_students(images: Dataset, labels: int, seed: int, plan: Plan) -> Iterator[tuple[str, nn.Module]]:
    """Each way with the network it leads to, as soon as it is trained; "unlabelled" where every image has a label."""
    every = images.train
    few = labelled_subset(images.train, labels, seed)
    student = new_student(seed)
    teacher = trained("digits_residual", seed % 3)
    yield "alone", fit(student, few, **plan.recipe(few, seed))
    yield "taught", distill(student, teacher, few, **plan.recipe(few, seed), **plan.mixture)
    unlabelled = plan.recipe(every, seed) | plan.mixture | {"alpha": 1.0}
    if len(few) == len(every):
        yield "unlabelled", distill(student, teacher, every, **unlabelled)
        return
    with seeded(seed):
        large = ResidualClassifier(len(images.classes), 1, width=0.25)
    own = fit(large, few, **plan.recipe(few, seed) | {"learning_rate": 0.004})
    yield "own teacher", own
    yield "self-taught", distill(student, own, every, **unlabelled)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One student: accuracies on validation images and, but for tuning, on test images."""

    way: str
    labels: int
    temperature: float
    alpha: float
    seed: int
    validation: float
    test: float | None = None


def measure(images: Dataset, plan: Plan) -> Iterator[Row]:
    """Rows of the table, one as soon as it is known."""
    for seed, labels in Bar([(seed, labels) for seed in range(plan.seeds) for labels in plan.labels]):
        for way, model in trained_students(images, labels, seed, plan):
            row = validated(images, way, labels, seed, plan, model)
            yield replace(row, test=accuracy(model, images.test))


def tune(images: Dataset, plan: Plan) -> Iterator[Row]:
    """Rows for every pair of temperature and alpha in TRIED, taught with all labels, on validation images only."""
    for temperature, alpha in Bar(TRIED, desc="tuning"):
        tried = replace(plan, temperature=temperature, alpha=alpha)
        every = images.train
        for seed in range(3):
            teacher = trained("digits_residual", seed)
            model = distill(new_student(seed), teacher, every, **plan.recipe(every, seed), **tried.mixture)
            yield validated(images, "tuning", len(every), seed, tried, model)


def validated(images: Dataset, way: str, labels: int, seed: int, plan: Plan, model: nn.Module) -> Row:
    """A row without its test accuracy."""
    reached = accuracy(model, images.validation)
    return Row(way=way, labels=labels, **plan.mixture, seed=seed, validation=reached)


def measured() -> dict[str, dict[int, list[float]]]:
    """What datasets/few_labels.csv holds: {way: {labels: [test accuracy of each seed]}}.

    >>> table = measured()
    >>> bool(np.mean(table["unlabelled"][1000]) > np.mean(table["alone"][100]) + 0.05)
    True
    """
    table = {}
    for row in read(Row, "few_labels"):
        if row.test is not None:
            table.setdefault(row.way, {}).setdefault(row.labels, []).append(row.test)
    return table


def tuned() -> dict[tuple[float, float], list[float]]:
    """What was tried before: {(temperature, alpha): [validation accuracy of each seed]}, with all labels.

    >>> len(tuned()[(4.0, 0.9)])
    3
    """
    table = {}
    for row in read(Row, "few_labels"):
        if row.way == "tuning":
            table.setdefault((row.temperature, row.alpha), []).append(row.validation)
    return table


def main(file: str, tuning: bool) -> None:
    """Append the rows to a file, one as soon as it is known."""
    with threads(1):
        for row in (tune if tuning else measure)(digits(), Plan()):
            append([row], file)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Train students alone and taught, and append what they reach.")
    parser.add_argument("--append", metavar="CSV", required=True, help="a file such as datasets/few_labels.csv")
    parser.add_argument("--tuning", action="store_true", help="temperatures and alphas instead, on validation images")
    asked = parser.parse_args()
    main(asked.append, asked.tuning)
