"""Focal and smooth L1 loss: torch's own losses as special cases, the published weights, and what is refused."""

import math

import pytest
import torch
from torch.nn import functional as F

from edukit.detection import focal_loss, smooth_l1_loss


def pair(seed=0, shape=(7, 5)):
    generator = torch.Generator().manual_seed(seed)
    return 3 * torch.randn(shape, generator=generator), (torch.rand(shape, generator=generator) < 0.3).float()


def test_without_focus_it_is_half_the_cross_entropy():
    logits, targets = pair()
    half = F.binary_cross_entropy_with_logits(logits, targets, reduction="sum") / 2
    assert focal_loss(logits, targets, alpha=0.5, gamma=0.0).item() == pytest.approx(half.item(), rel=1e-6)


def test_it_is_the_formula_written_out():
    logits, targets = pair(1)
    total = 0.0
    for z, y in zip(logits.flatten().tolist(), targets.flatten().tolist(), strict=True):
        p = 1 / (1 + math.exp(-z))
        total -= 0.25 * (1 - p) ** 2 * math.log(p) if y else 0.75 * p**2 * math.log(1 - p)
    assert focal_loss(logits, targets).item() == pytest.approx(total, rel=1e-5)


def test_a_background_that_is_right_at_09_weighs_a_hundredth():
    """Lin et al. 2017, section 3.2: with focus 2, p = 0.9 has a loss 100 times lower than cross entropy."""
    logit = torch.tensor([math.log(0.9 / 0.1)])
    plain = focal_loss(logit, torch.ones(1), alpha=1.0, gamma=0.0)
    assert (plain / focal_loss(logit, torch.ones(1), alpha=1.0, gamma=2.0)).item() == pytest.approx(100, rel=1e-4)


def test_large_logits_give_finite_losses_and_gradients():
    logits = torch.tensor([1e4, -1e4, 0.0], requires_grad=True)
    loss = focal_loss(logits, torch.tensor([0.0, 1.0, 1.0]))
    loss.backward()
    assert torch.isfinite(loss) and torch.isfinite(logits.grad).all()


@pytest.mark.parametrize("beta", [0.1, 1.0, 3.0])
def test_smooth_l1_equals_torch(beta):
    a, b = pair(2)[0], pair(3)[0]
    expected = F.smooth_l1_loss(a, b, beta=beta, reduction="sum")
    assert smooth_l1_loss(a, b, beta=beta).item() == pytest.approx(expected.item(), rel=1e-6)


def test_the_slope_of_smooth_l1_is_at_most_1():
    x = torch.linspace(-3, 3, 301, requires_grad=True)
    smooth_l1_loss(x, torch.zeros(301), beta=0.5).backward()
    assert x.grad.abs().max() <= 1 and x.grad.abs().max() == 1


@pytest.mark.parametrize("loss", [focal_loss, smooth_l1_loss])
def test_no_anchor_at_all_is_no_loss(loss):
    assert loss(torch.zeros(0, 4), torch.zeros(0, 4)).item() == 0


@pytest.mark.parametrize("loss", [focal_loss, smooth_l1_loss])
def test_other_shapes_and_other_types_are_refused(loss):
    with pytest.raises(ValueError, match=r"same shape, got \(3, 1\) and \(3,\)"):
        loss(torch.zeros(3, 1), torch.zeros(3))
    with pytest.raises(TypeError, match="must be a torch tensor, got list"):
        loss(torch.zeros(3), [0, 0, 0])


@pytest.mark.parametrize(
    ("changed", "message"),
    [({"alpha": 1.5}, "alpha must be"), ({"gamma": -1.0}, "gamma must be"), ({"gamma": math.nan}, "gamma must be")],
)
def test_weights_outside_their_range_are_refused(changed, message):
    with pytest.raises(ValueError, match=message):
        focal_loss(*pair(), **changed)


def test_targets_that_are_no_probability_and_a_beta_of_0_are_refused():
    for bad in (2.0, -1.0, math.nan):
        with pytest.raises(ValueError, match="targets must be from 0 to 1"):
            focal_loss(torch.zeros(2), torch.tensor([0.0, bad]))
    with pytest.raises(ValueError, match="beta must be positive"):
        smooth_l1_loss(torch.zeros(2), torch.zeros(2), beta=0.0)
