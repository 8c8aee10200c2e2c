"""A clip that learns: the formula of the paper, autograd through that formula as the oracle, and the edges."""

import numpy as np
import pytest
import torch

from edukit.quantization import QParams
from edukit.quantization.qat.clip import clip_grid, learned_clip
from edukit.quantization.qat.straight_through import straight_through


def values(*shape, seed=0):
    return torch.from_numpy(np.random.default_rng(seed).normal(1, 3, shape).astype(np.float32)).requires_grad_()


def by_autograd(x, clip, bits):
    """Eq. 1 and 2 of Choi et al., where autograd differentiates eq. 1 and does not see the rounding of eq. 2."""
    y = 0.5 * (x.abs() - (x - clip).abs() + clip)
    steps = (2**bits - 1) / clip
    return y + ((y * steps).round() / steps - y).detach()


@pytest.mark.parametrize("bits", [2, 3, 4, 8])
@pytest.mark.parametrize("shape", [(1000,), (4, 3, 5), (1,), (0, 4)])
@pytest.mark.parametrize("end", [0.7, 2.0, 50.0])
def test_values_and_gradients_are_autograds_through_the_formula_of_the_paper(bits, shape, end):
    x, upstream = values(*shape), values(*shape, seed=1).detach()
    clip = torch.tensor(end, requires_grad=True)
    ours, theirs = learned_clip(x, clip, bits), by_autograd(x, clip, bits)
    codes = [(y.detach() * (2**bits - 1) / end).round() for y in (ours, theirs)]
    assert torch.equal(*codes)
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-5 * end)
    for got, right in zip(*(torch.autograd.grad(y, (x, clip), upstream) for y in (ours, theirs)), strict=True):
        torch.testing.assert_close(got, right, rtol=1e-4, atol=1e-3)  # a sum of up to 1000 float32 terms


@pytest.mark.parametrize("bits", [2, 4])
def test_it_is_the_gradient_of_a_learned_step_without_the_rounding_error(bits):
    """By the chain rule S = α / (2^b - 1): what LSQ gives, minus its sum over the values inside."""
    x, upstream = values(500), values(500, seed=1).detach()
    clip = torch.tensor(2.5, requires_grad=True)
    most = 2**bits - 1
    scale = (clip / most).detach().requires_grad_()
    (lsq,) = torch.autograd.grad(straight_through(x, QParams(scale, torch.tensor(0), 0, most)), scale, upstream)
    steps = (x / scale).detach()
    inside = (steps.round() >= 0) & (steps.round() <= most)
    rounding = (upstream * (steps.round() - steps))[inside].sum()
    (pact,) = torch.autograd.grad(learned_clip(x, clip, bits), clip, upstream)
    near_the_end = upstream[inside & (x >= clip)].sum()  # within half a step beyond it, which LSQ counts as inside
    torch.testing.assert_close(pact, (lsq - rounding) / most + near_the_end, rtol=1e-4, atol=1e-4)


def test_by_hand_with_four_codes():
    """Codes 0, 1, 2, 3 of the step 1: below 0, at 0, a tie, inside, at the clip, above it."""
    x = torch.tensor([-1.0, 0.0, 0.5, 1.2, 3.0, 9.0], requires_grad=True)
    clip = torch.tensor(3.0, requires_grad=True)
    y = learned_clip(x, clip, 2)
    y.backward(torch.tensor([1.0, 2.0, 4.0, 8.0, 16.0, 32.0]))
    assert y.tolist() == [0, 0, 0, 1, 3, 3]
    assert x.grad.tolist() == [0, 2, 4, 8, 0, 0] and clip.grad.item() == 48


def test_each_channel_may_have_a_clip_of_its_own():
    x, upstream = values(3, 200), values(3, 200, seed=1).detach()
    clips = torch.tensor([[1.0], [2.0], [4.0]], requires_grad=True)
    (together,) = torch.autograd.grad(learned_clip(x, clips, 3), clips, upstream)
    for channel in range(3):
        clip = clips[channel].detach().requires_grad_()
        (alone,) = torch.autograd.grad(learned_clip(x[channel], clip, 3), clip, upstream[channel])
        torch.testing.assert_close(together[channel], alone)


def test_the_grid_ends_at_the_clip():
    grid = clip_grid(torch.tensor(6.0), 4)
    assert (grid.qmin, grid.qmax, grid.zero_point.item()) == (0, 15, 0)
    assert (grid.scale * grid.qmax).item() == pytest.approx(6.0)


def test_nothing_the_caller_owns_is_changed():
    x, clip = values(100), torch.tensor(1.0, requires_grad=True)
    before = x.detach().clone()
    learned_clip(x, clip, 4).sum().backward()
    assert torch.equal(x.detach(), before) and clip.item() == 1


@pytest.mark.parametrize("end", [0.0, -1.0, torch.nan])
def test_a_clip_of_zero_or_below_is_refused(end):
    with pytest.raises(ValueError, match="clip must be above 0"):
        learned_clip(torch.ones(3), torch.tensor(end), 4)


def test_bad_input_is_refused_by_name():
    with pytest.raises(TypeError, match="x must be a torch tensor"):
        learned_clip(np.zeros(3, np.float32), torch.tensor(1.0), 4)
    with pytest.raises(TypeError, match="clip must be a torch tensor"):
        learned_clip(torch.ones(3), 1.0, 4)
    with pytest.raises(ValueError, match="x holds NaN"):
        learned_clip(torch.tensor([torch.nan]), torch.tensor(1.0), 4)
    with pytest.raises(ValueError, match="bits"):
        learned_clip(torch.ones(3), torch.tensor(1.0), 1)
