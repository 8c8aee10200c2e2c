"""Other right ways to write the gradient of a clip pass; it is that of the package and of autograd."""

import numpy as np
import pytest
import torch

from edukit.checks import quantization as check
from edukit.quantization.qat.clip import learned_clip


def by_autograd(x, clip, gradient, pull):
    """The formula of the paper, by torch."""
    end = torch.tensor(clip, requires_grad=True)
    y = torch.where(torch.from_numpy(x) >= end, end, torch.from_numpy(x).clamp(min=0))
    loss = (y * torch.from_numpy(gradient)).sum() + pull * end**2
    return torch.autograd.grad(loss, end)[0].item()


def in_a_loop(x, clip, gradient, pull):
    total = 2 * pull * clip
    for value, arriving in zip(x.ravel().tolist(), gradient.ravel().tolist(), strict=True):
        if value >= clip:
            total += arriving
    return total


@pytest.mark.parametrize(
    "answer",
    [by_autograd, in_a_loop, lambda x, clip, gradient, pull: np.sum(gradient[x >= clip]) + pull * clip + clip * pull],
)
def test_other_right_ways_to_write_it_pass(answer):
    assert check.clip_gradient(answer), check.clip_gradient(answer)


@pytest.mark.parametrize("bits", [2, 4])
def test_without_a_pull_it_is_the_gradient_of_the_package(bits):
    for x, clip, gradient, _ in check.clip_gradient.questions:
        end = torch.tensor(clip, requires_grad=True)
        y = learned_clip(torch.from_numpy(x), end, bits)
        (right,) = torch.autograd.grad(y, end, torch.from_numpy(gradient))
        assert check.clip_gradient.solve(x, clip, gradient, 0.0) == pytest.approx(right.item(), rel=1e-4, abs=1e-5)


def test_a_clip_above_everything_is_asked_about():
    none = [pull for x, clip, _, pull in check.clip_gradient.questions if (x < clip).all()]
    assert none and min(none) > 0
