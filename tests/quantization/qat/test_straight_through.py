"""Straight-through gradients: torch's own operators as the oracle, the closed form, and the edges."""

import numpy as np
import pytest
import torch

from edukit.quantization import QParams, choose_qparams, fake_quantize, min_max
from edukit.quantization.qat.straight_through import balanced_gradient, initial_step, straight_through

GRIDS = [(0.5, 0, -8, 7), (0.25, 3, -8, 7), (0.1, 128, 0, 255), (0.037, 2, 0, 15), (2.0, 1, -4, 3)]


def values(*shape, seed=0):
    return torch.from_numpy(np.random.default_rng(seed).normal(0, 3, shape).astype(np.float32)).requires_grad_()


def grid(scale, zero_point, qmin, qmax):
    return QParams(torch.tensor(scale), torch.tensor(zero_point, dtype=torch.int32), qmin, qmax)


@pytest.mark.parametrize("g", GRIDS)
@pytest.mark.parametrize("shape", [(1000,), (3, 1, 5), (1,), (0, 4)])
def test_the_gradient_passes_inside_and_stops_outside(g, shape):
    x = values(*shape)
    upstream = values(*shape, seed=1).detach()
    y = straight_through(x, grid(*g))
    y.backward(upstream)
    scale, zero_point, qmin, qmax = g
    code = (x / scale).round() + zero_point
    assert torch.equal(y, fake_quantize(x.detach(), grid(*g)))
    assert torch.equal(x.grad, torch.where((code < qmin) | (code > qmax), 0.0, upstream))


@pytest.mark.parametrize("g", GRIDS)
@pytest.mark.parametrize("shape", [(1000,), (3, 4, 5), (2, 3, 4, 5)])
def test_values_and_gradients_equal_torch_per_tensor(g, shape):
    x, upstream = values(*shape), values(*shape, seed=1).detach()
    ours, theirs = straight_through(x, grid(*g)), torch.fake_quantize_per_tensor_affine(x, *g)
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-6)  # torch multiplies by 1 / S
    assert torch.equal(*(torch.autograd.grad(y, x, upstream)[0] for y in (ours, theirs)))


def test_ties_equal_torch_exactly():
    """Every eighth of a step, and S a power of two: there x / S and x · (1 / S) are the same number."""
    x = (torch.arange(-200, 200) / 16).requires_grad_()
    for zero_point in (0, 1, 3, -2):
        ours = straight_through(x, grid(0.5, zero_point, -8, 7))
        theirs = torch.fake_quantize_per_tensor_affine(x, 0.5, zero_point, -8, 7)
        assert torch.equal(ours, theirs)
        assert torch.equal(*(torch.autograd.grad(y.sum(), x)[0] for y in (ours, theirs)))


@pytest.mark.parametrize("shape", [(4, 7), (6, 3, 3, 3), (5, 1, 2)])
@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("bits", [2, 4, 8])
def test_values_and_gradients_equal_torch_per_channel(shape, axis, bits):
    x, upstream = values(*shape), values(*shape, seed=1).detach()
    low, high = min_max(x.detach(), axis)
    g = choose_qparams(low / 2, high / 2, bits)  # half the range, so that a part saturates
    flat = (g.scale.flatten(), g.zero_point.flatten(), axis, g.qmin, g.qmax)
    ours, theirs = straight_through(x, g), torch.fake_quantize_per_channel_affine(x, *flat)
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-6)
    assert torch.equal(*(torch.autograd.grad(y, x, upstream)[0] for y in (ours, theirs)))


@pytest.mark.parametrize("g", GRIDS)
@pytest.mark.parametrize("factor", [1.0, 0.01])
def test_the_gradient_of_a_learned_step_equals_torchs_operator(g, factor):
    """Zero points of 0 and above: for negative ones torch's backward cuts z + 0.5 towards 0, one code off."""
    scale, zero_point, qmin, qmax = g
    x, upstream = values(1000), values(1000, seed=1).detach()
    g = grid(*g)
    g.scale.requires_grad_()
    theirs_scale = torch.tensor([scale], requires_grad=True)
    theirs = torch._fake_quantize_learnable_per_tensor_affine(
        x, theirs_scale, torch.tensor([float(zero_point)]), qmin, qmax, factor
    )
    ours = straight_through(x, g, step_gradient=factor)
    (ours.mul(upstream).sum() + theirs.mul(upstream).sum()).backward()
    # a sum of 1000 float32 terms of size up to qmax - Z
    torch.testing.assert_close(g.scale.grad, theirs_scale.grad[0], rtol=1e-4, atol=1e-3 * factor * (qmax - qmin))


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("bits", [2, 4, 8])
def test_the_gradients_of_learned_steps_equal_torchs_operator_per_channel(axis, bits):
    x, upstream = values(4, 300), values(4, 300, seed=1).detach()
    low, high = min_max(x.detach(), axis)
    g = choose_qparams(low / 2, high / 2, bits, symmetric=True)
    g.scale.requires_grad_()
    theirs_scale = g.scale.detach().flatten().requires_grad_()
    theirs = torch._fake_quantize_learnable_per_channel_affine(
        x, theirs_scale, g.zero_point.flatten().float(), axis, g.qmin, g.qmax, 0.1
    )
    ours = straight_through(x, g, step_gradient=0.1)
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-6)
    (ours.mul(upstream).sum() + theirs.mul(upstream).sum()).backward()
    torch.testing.assert_close(g.scale.grad.flatten(), theirs_scale.grad, rtol=1e-4, atol=1e-4 * (g.qmax - g.qmin))


def test_the_gradient_of_a_learned_step_by_hand():
    """Inside round(x/s) - x/s; below qmin; above qmax (Esser et al., eq. 3)."""
    x = torch.tensor([-9.0, -0.4, 0.3, 0.8, 9.0])
    g = grid(0.5, 0, -4, 3)
    g.scale.requires_grad_()
    slopes = [torch.autograd.grad(straight_through(v, g), g.scale)[0].item() for v in x]
    assert slopes == pytest.approx([-4, -1 + 0.8, 1 - 0.6, 2 - 1.6, 3], abs=1e-6)


def test_the_gradient_of_a_step_stays_within_half_a_step_inside():
    x = torch.linspace(-1.9, 1.4, 500)
    g = grid(0.5, 0, -4, 3)
    g.scale.requires_grad_()
    slopes = torch.stack([torch.autograd.grad(straight_through(v, g), g.scale)[0] for v in x])
    assert slopes.abs().max() <= 0.5 + 1e-6


def test_each_channel_gets_the_gradient_of_its_own_step():
    x, upstream = values(3, 4, 5), values(3, 4, 5, seed=1).detach()
    scales = torch.tensor([0.5, 0.25, 1.0]).reshape(3, 1, 1).requires_grad_()
    y = straight_through(x, QParams(scales, torch.zeros(3, 1, 1, dtype=torch.int32), -4, 3))
    together = torch.autograd.grad(y, scales, upstream)[0].flatten()
    for channel in range(3):
        scale = scales[channel, 0, 0].detach().clone().requires_grad_()
        y = straight_through(x[channel], QParams(scale, torch.tensor(0), -4, 3))
        torch.testing.assert_close(together[channel], torch.autograd.grad(y, scale, upstream[channel])[0])


def test_where_lsq_starts_and_how_much_it_weighs():
    """2 mean|w| / sqrt(qmax) and 1 / sqrt(N qmax), section 2.1 and 2.2 of Esser et al."""
    w = values(6, 4, 3, 3).detach()
    assert initial_step(w, 7).item() == pytest.approx(2 * w.abs().mean().item() / 7**0.5, rel=1e-6)
    per_channel = initial_step(w, 7, axis=0)
    assert per_channel.shape == (6, 1, 1, 1)
    assert per_channel[2].item() == pytest.approx(initial_step(w[2], 7).item(), rel=1e-6)
    assert balanced_gradient(w.numel(), 7) == pytest.approx((216 * 7) ** -0.5)
    assert initial_step(torch.zeros(3), 7) == 1


def test_nothing_the_caller_owns_is_changed():
    x = values(100)
    before = x.detach().clone()
    straight_through(x, grid(*GRIDS[0])).sum().backward()
    assert torch.equal(x.detach(), before)


def test_bad_input_is_refused_by_name():
    with pytest.raises(TypeError, match="x must be a torch tensor"):
        straight_through(np.zeros(3, np.float32), grid(*GRIDS[0]))
    with pytest.raises(ValueError, match="x holds NaN"):
        straight_through(torch.tensor([torch.nan]), grid(*GRIDS[0]))
    with pytest.raises(ValueError, match="steps must be at least 1"):
        initial_step(torch.ones(3), 0)
