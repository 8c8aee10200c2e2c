"""Right answers in other words pass, and the questions have only one answer."""

import itertools

import numpy as np
import pytest
import torch

from edukit.checks import quantization as check
from edukit.quantization import QParams, bias_correction, gptq


def learner_shift(w, stored, x, x_hat):
    """Row by row, and the mean at the end."""
    return np.array([(x @ a - x_hat @ b).mean() for a, b in zip(w, stored, strict=True)])


def learner_codes(w, x, scale):
    """By H instead of the rows, and all decisions as one array."""
    H = x.T @ x
    ups = np.array(list(itertools.product([False, True], repeat=len(w))))
    codes = np.floor(w / scale) + ups
    errors = w - scale * codes
    return codes[np.einsum("ci,ij,cj->c", errors, H, errors).argmin()].astype(np.int32)


def learner_step(w, H, scale):
    """By the inverse of the whole of H, as the paper writes it."""
    inverse, new = np.linalg.inv(H), w.copy()
    error = w[:, 0] - scale * np.rint(w[:, 0] / scale)
    new -= np.outer(error / inverse[0, 0], inverse[0])
    return new


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        (check.bias_shift, learner_shift),
        (check.up_or_down, learner_codes),
        (check.up_or_down, lambda w, x, s: learner_codes(w, x, s).tolist()),
        (check.take_over, learner_step),
    ],
)
def test_other_right_ways_to_write_it_pass(exercise, answer):
    assert exercise(answer), exercise(answer)


def test_no_question_has_two_right_answers():
    """No weight lies halfway, where ways to round part; the best choice leads clearly."""
    for w, x, scale in check.up_or_down.questions:
        assert np.abs(w / scale - np.floor(w / scale) - 0.5).min() > 1e-6
        choices = np.floor(w / scale) + np.array(list(itertools.product((0, 1), repeat=len(w))))
        best, second = np.sort([np.square(x @ (w - scale * c)).sum() for c in choices])[:2]
        assert second > 1.001 * best
    for w, H, scale in check.take_over.questions:
        assert np.abs(np.round(2 * w[:, 0] / scale) - 2 * w[:, 0] / scale).min() > 1e-6
        assert np.linalg.cond(H) < 1e4


def test_the_exercises_are_what_the_package_does():
    for w, stored, x, x_hat in check.bias_shift.questions:
        ours = bias_correction(*(torch.tensor(v) for v in (w, stored, x, x_hat)))
        np.testing.assert_allclose(check.bias_shift.solve(w, stored, x, x_hat), ours, rtol=1e-12)
    w, x = np.array([[0.45, 0.35]]), np.array([[1.0, 0.8], [2.0, 2.1], [1.0, 1.2]])
    codes = gptq(torch.tensor(w), torch.tensor(x), QParams(torch.tensor(1.0), torch.tensor(0), -2, 1), damping=0)
    assert codes[0].tolist() == check.up_or_down.solve(w[0], x, 1.0).tolist() == [1, 0]
    turned = check.take_over.solve(w[:, ::-1], (x.T @ x)[::-1, ::-1], 1.0)  # the larger input goes first
    assert np.round(turned[0, ::-1]).tolist() == [1, 0]


def test_a_mistake_is_recognised_in_other_clothes():
    """Errors that are not those of the layer's output on the inputs that it gets."""
    assert "inputs had no say" in check.up_or_down(lambda w, x, s: np.array([round(v / s) for v in w])).line
    assert "x̂ is missing" in check.bias_shift(lambda w, s, x, h: x.mean(0) @ (w - s).T).line
