"""Other right ways to write fake quantization pass, with their gradients; answers of another form are told so."""

import numpy as np
import pytest
import torch

from edukit.checks import quantization as check
from edukit.quantization.qat.straight_through import straight_through


def by_torch(x, grid):
    """torch's own operator, which passes the gradient half a step further."""
    return torch.fake_quantize_per_tensor_affine(x, float(grid.scale), int(grid.zero_point), grid.qmin, grid.qmax)


class Through(torch.autograd.Function):
    """With a backward of its own."""

    @staticmethod
    def forward(context, x, grid):
        code = torch.round(x / grid.scale) + grid.zero_point
        context.save_for_backward((code >= grid.qmin) & (code <= grid.qmax))
        return (code.clip(grid.qmin, grid.qmax) - grid.zero_point) * grid.scale

    @staticmethod
    def backward(context, gradient):
        (inside,) = context.saved_tensors
        return gradient * inside, None


def masked(x, grid):
    """The gradient through a mask and not through a clip."""
    code = torch.round(x.detach() / grid.scale) + grid.zero_point
    inside = (code >= grid.qmin) & (code <= grid.qmax)
    stored = (torch.clip(code, grid.qmin, grid.qmax) - grid.zero_point) * grid.scale
    return stored + inside * (x - x.detach())


def in_steps(x, grid):
    """Clipped in steps, rounded straight through, and back."""
    steps = torch.clip(x / grid.scale + grid.zero_point, grid.qmin, grid.qmax)
    return ((steps + (torch.round(steps) - steps).detach()) - grid.zero_point) * grid.scale


@pytest.mark.parametrize("answer", [by_torch, Through.apply, masked, straight_through])
def test_other_right_ways_to_write_it_pass(answer):
    assert check.fake_quantize(lambda x, grid: answer(x, grid)), check.fake_quantize(lambda x, grid: answer(x, grid))


def test_rounding_after_the_zero_point_is_added_passes():
    """round(x / S + Z) differs from round(x / S) + Z at ties where Z is odd; no such tie is asked."""
    assert check.fake_quantize(in_steps)


def test_numpy_has_no_gradient_and_is_told_so():
    def with_numpy(x, grid):
        code = np.round(x.detach().numpy() / grid.scale.item()) + grid.zero_point.item()
        return (code.clip(grid.qmin, grid.qmax) - grid.zero_point.item()) * grid.scale.item()

    verdict = check.fake_quantize(with_numpy)
    assert not verdict and "no gradient" in verdict.line


def test_no_value_is_asked_about_where_two_right_ways_differ():
    """Beyond the end of the range and up to half a step further: torch passes a gradient there, a clip does not."""
    for x, grid in check.fake_quantize.questions:
        steps = (x / grid.scale + grid.zero_point).detach()
        beyond = torch.maximum(grid.qmin - steps, steps - grid.qmax)
        assert not ((beyond > -1e-3) & (beyond < 0.5 + 1e-3)).any()


def test_both_kinds_of_value_are_asked_about():
    shares = [
        ((x / grid.scale).round() + grid.zero_point > grid.qmax).float().mean().item()
        for x, grid in check.fake_quantize.questions
    ]
    assert sum(0 < share < 1 for share in shares) >= 4


def test_a_moving_range_need_not_hold_0():
    def with_zero(old, x, momentum, training):
        return check.moving_range.solve(old, np.append(x, 0), momentum, training)

    assert not check.moving_range(with_zero)
