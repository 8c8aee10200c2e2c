"""The pipeline makes four working networks, each smaller than the one before, and the same ones from the same seed."""

import numpy as np
import pytest
import torch

from edukit.data import Dataset, Split, digits
from edukit.deployment.pipeline import PLANS, STAGES, Plan, by_hand
from edukit.measure import count_macs, count_parameters
from edukit.quantization import QuantizedModel
from edukit.training import accuracy

QUICK = Plan(teacher_epochs=3, student_epochs=6, tuning_epochs=4)


def quick_digits():
    """400 of the training digits: enough to learn something in a few seconds."""
    data = digits(size=32)
    few = Split(data.train.x[:400], data.train.y[:400])
    return Dataset(data.name, data.classes, few, data.calibration, data.validation, data.test)


@pytest.fixture(scope="module")
def models():
    return by_hand(quick_digits(), plan=QUICK, progress=False)


def test_each_stage_is_smaller_and_still_knows_something(models):
    assert tuple(models) == STAGES
    teacher, student, small, quantized = models.values()
    assert count_parameters(teacher) > 10 * count_parameters(student) > 10 * count_parameters(small)
    assert count_macs(student, (1, 32, 32)) > count_macs(small, (1, 32, 32))
    assert isinstance(quantized, QuantizedModel)
    assert {row.precision for row in quantized.report} == {"int7"}  # 8 would saturate without VNNI
    validation = quick_digits().validation
    # ten classes: guessing gives 10 %; 400 images and a few epochs are enough for much more
    assert all(accuracy(model, validation) > 0.5 for model in models.values())
    assert abs(accuracy(small, validation) - accuracy(quantized, validation)) <= 0.03


def test_the_same_seed_gives_the_same_networks_whatever_the_test_images(models):
    """The test images are replaced by black ones: they are looked at in no step."""
    data = quick_digits()
    black = Split(np.zeros_like(data.test.x), np.zeros_like(data.test.y))
    without = Dataset(data.name, data.classes, data.train, data.calibration, data.validation, black)
    for name, again in by_hand(without, plan=QUICK, progress=False).items():
        for a, b in zip(models[name].state_dict().values(), again.state_dict().values(), strict=True):
            assert torch.equal(a, b), name


def test_both_bundled_data_sets_have_a_plan():
    assert {"digits", "shapes"} <= set(PLANS)
