"""Quality: accuracy is that of the kit, agreement counts equal classes, likeness is 1 for equal answers alone."""

import numpy as np
import pytest
import torch
from torch import nn

from edukit.deployment.compressing.examples import Part
from edukit.deployment.compressing.quality import Quality
from edukit.training import accuracy, seeded

X = torch.rand(80, 4, generator=torch.Generator().manual_seed(0))
Y = torch.arange(80) % 3
with seeded(0):
    NET, OTHER, ONE = nn.Linear(4, 3), nn.Linear(4, 3), nn.Linear(4, 1)


def test_accuracy_is_that_of_the_kit():
    quality = Quality(NET, Part(X, Y))
    assert quality.kind == "accuracy" and quality.original == accuracy(NET, (X, Y))
    assert quality.of(OTHER) == accuracy(OTHER, (X, Y))
    assert quality.loss(quality.original - 0.05) == 5


def test_agreement_counts_equal_classes_also_of_places():
    quality = Quality(NET, Part(X, None))
    with torch.no_grad():
        expected = (NET(X).argmax(1) == OTHER(X).argmax(1)).float().mean()
    assert quality.kind == "agreement" and quality.of(OTHER) == pytest.approx(float(expected))
    maps = Quality(nn.Identity(), Part(torch.rand(5, 3, 4, 4), None))
    assert maps.kind == "agreement" and maps.of(lambda x: -x) < 0.5 and maps.of(lambda x: 2 * x) == 1


def test_one_number_is_compared_by_its_distance():
    quality = Quality(ONE, Part(X, None))
    assert quality.kind == "likeness" and quality.original == 1
    spread = np.var(quality.answers)
    shifted = quality(quality.answers + 0.1)
    assert shifted == pytest.approx(1 - 0.01 / spread, abs=1e-4) and quality(quality.answers + 100) == 0
    constant = Quality(nn.Threshold(9, 1.0), Part(X[:, :1], None))
    assert constant.original == 1 and constant(constant.answers + 1) == 0


def test_the_measure_can_be_asked_for():
    assert Quality(NET, Part(X, Y), "agreement").original == 1
    assert Quality(NET, Part(X, None), "likeness").kind == "likeness"


def test_answers_that_are_not_finite_are_worth_nothing():
    quality = Quality(NET, Part(X, None))
    assert quality(np.full_like(quality.answers, np.nan)) == 0


@pytest.mark.parametrize(
    ("net", "part", "kind", "words"),
    [
        (NET, Part(X, None), "accuracy", "has no labels"),
        (NET, Part(X, Y + 1), None, "labels must be 0 to 2"),
        (ONE, Part(X, Y), None, "accuracy needs answers"),
        (NET, Part(X, Y[:, None]), None, "accuracy needs answers"),
        (nn.Threshold(9, float("nan")), Part(X, None), None, "NaN or infinity"),
    ],
)
def test_what_does_not_fit_is_named(net, part, kind, words):
    with pytest.raises(ValueError, match=words):
        Quality(net, part, kind)


def test_a_model_with_other_answers_is_refused():
    with pytest.raises(ValueError, match=r"shape \(80, 3\), got \(80, 1\)"):
        Quality(NET, Part(X, None)).of(ONE)
