"""Right answers in other words pass, and mistakes in other clothes are recognised."""

import numpy as np
import pytest
import torch

from edukit.checks import quantization as check


def by_torch(x, g, gradient):
    """torch's own operator, backwards."""
    x = torch.from_numpy(x).requires_grad_()
    y = torch.fake_quantize_per_tensor_affine(x, float(g.scale), int(g.zero_point), g.qmin, g.qmax)
    return torch.autograd.grad(y, x, torch.from_numpy(gradient))[0].numpy()


def in_real_numbers(x, g, gradient):
    """The mask on x itself, from half a step below the first code's value to half a step above the last one's."""
    low, high = ((q - float(g.zero_point)) * float(g.scale) for q in (g.qmin - 0.5, g.qmax + 0.5))
    return np.where(np.logical_and(x > low, x < high), gradient, 0.0)


def in_a_loop(x, g, gradient):
    """Value by value, as eq. 3 is printed."""
    total = 0.0
    for value, weight in zip(x.tolist(), gradient.tolist(), strict=True):
        steps = value / float(g.scale)
        code = round(steps) + int(g.zero_point)
        end = g.qmin if code < g.qmin else g.qmax if code > g.qmax else None
        total += weight * (round(steps) - steps if end is None else end - int(g.zero_point))
    return total


def learner_range(old, x, momentum, training):
    """A list, and the other way to write a moving average."""
    if training and not np.isnan(old[0]):
        return [n + momentum * (o - n) for o, n in zip(old, (x.min(), x.max()), strict=True)]
    return [x.min(), x.max()] if training else old


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        (check.straight_through, by_torch),
        (check.straight_through, in_real_numbers),
        (check.step_gradient, in_a_loop),
        (check.moving_range, learner_range),
    ],
)
def test_other_right_ways_to_write_it_pass(exercise, answer):
    assert exercise(answer), exercise(answer)


def test_the_article_observes_in_evaluation_mode():
    """Observers under a no-grad conversion still left in train mode."""

    def article(old, x, momentum, training):
        if np.isnan(old).any():
            return np.array([x.min(), x.max()])
        return momentum * old + (1 - momentum) * np.array([x.min(), x.max()])

    assert "the range moved in evaluation mode" in check.moving_range(article).line


def test_ties_beyond_the_last_codes_are_asked_about_where_they_fall_outside():
    """Half a step beyond is outside in real numbers, and in these two with ties to even; there are no others."""
    asked = 0
    for x, g, _ in check.straight_through.questions:
        steps = x.astype(np.float64) / g.scale
        ties = np.abs(steps - np.floor(steps) - 0.5) < 1e-4
        codes = np.round(steps)[ties] + g.zero_point
        beyond = (codes < g.qmin) | (codes > g.qmax)
        assert np.all(beyond | (np.abs(codes) < -g.qmin))
        asked += beyond.sum()
    assert asked == 2


def test_both_kinds_of_value_are_asked_about():
    saturated = [np.mean(np.round(x / g.scale) + g.zero_point > g.qmax) for x, g, _ in check.step_gradient.questions]
    assert sum(0 < share < 1 for share in saturated) >= 5
