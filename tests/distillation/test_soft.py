"""Soft labels and their pull: sums, ratios and limits, and torch's own softmax and gradient."""

import numpy as np
import pytest
import torch

from edukit.distillation import kd_loss
from edukit.distillation.soft import soft_gradient, soft_labels

RANDOM = np.random.default_rng(0)
Z, S = RANDOM.normal(0, 4, (6, 10)), RANDOM.normal(0, 4, (6, 10))


@pytest.mark.parametrize("temperature", [0.5, 1, 4, 20])
def test_rows_sum_to_1_keep_their_order_and_are_torchs(temperature):
    p = soft_labels(Z, temperature)
    np.testing.assert_allclose(p.sum(1), 1)
    assert (np.argsort(p, 1) == np.argsort(Z, 1)).all()
    np.testing.assert_allclose(p, torch.softmax(torch.from_numpy(Z) / temperature, 1).numpy())


def test_a_temperature_takes_roots_of_the_ratios():
    p, soft = soft_labels(Z), soft_labels(Z, 4)
    np.testing.assert_allclose((p[:, :1] / p) ** 0.25, soft[:, :1] / soft)


@pytest.mark.parametrize("temperature", [0.5, 1, 3, 20])
def test_the_gradient_is_that_of_the_loss(temperature):
    student = torch.tensor(S, requires_grad=True)
    kd_loss(student, torch.from_numpy(Z), temperature=temperature).backward()
    np.testing.assert_allclose(soft_gradient(S, Z, temperature), student.grad.numpy(), atol=1e-12)
    np.testing.assert_allclose(soft_gradient(S, Z, temperature).sum(1), 0, atol=1e-12)


def test_at_high_temperatures_it_tends_to_the_difference_of_the_logits():
    centred = [z - z.mean(1, keepdims=True) for z in (S, Z)]
    np.testing.assert_allclose(soft_gradient(S, Z, 1e5), (centred[0] - centred[1]) / S.size, atol=1e-4)


def test_large_logits_do_not_overflow_and_agreement_does_not_pull():
    assert soft_labels(np.float64([[1e4, 0], [0, 0]])).tolist() == [[1, 0], [0.5, 0.5]]  # each row by itself
    assert not soft_gradient(Z, Z, 3).any()


def test_bad_input_is_refused_by_name():
    for temperature in (0, -1, np.inf, np.nan):
        with pytest.raises(ValueError, match="temperature must be above 0"):
            soft_labels(Z, temperature)
    with pytest.raises(ValueError, match=r"one shape, got \(6, 10\) and \(5, 10\)"):
        soft_gradient(S, Z[:5])
    with pytest.raises(TypeError, match="logits must be a numpy array"):
        soft_labels([1.0, 2.0])
