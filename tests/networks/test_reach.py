"""Reach: what NaN says is what gradients say, and what a shuffle changes."""

import copy

import pytest
import torch
from torch import nn

from edukit.networks import DepthwiseSeparable, Fire, InvertedResidual, ShuffleUnit, channel_shuffle
from edukit.networks.reach import reach
from edukit.training import seeded


def units(count, shuffle, channels=8):
    return nn.Sequential(*(ShuffleUnit(channels, channels, shuffle=shuffle) for _ in range(count)))


def by_gradient(model, channels):
    """The same from autograd: positive weights and small positive inputs, so that no ReLU and no ReLU6 is off."""
    model = copy.deepcopy(model)
    for weight in model.parameters():
        weight.data.abs_()
    x = (0.01 * torch.rand(1, channels, 3, 3, generator=torch.Generator().manual_seed(0))).requires_grad_()
    sums = model.eval()(x).flatten(2).sum((0, 2))
    return torch.stack([torch.autograd.grad(s, x, retain_graph=True)[0].abs().sum((0, 2, 3)) > 0 for s in sums])


@pytest.mark.parametrize(
    "make",
    [
        lambda: DepthwiseSeparable(8, 6),
        lambda: InvertedResidual(8, 8),
        lambda: Fire(8, 2, 3, 3),
        lambda: units(1, True),
        lambda: units(2, True),
        lambda: units(3, False),
        lambda: nn.Conv2d(8, 8, 3, padding=1, groups=8),
        lambda: nn.Sequential(nn.Conv2d(8, 8, 1, groups=4), nn.ReLU(), nn.Conv2d(8, 8, 1, groups=2)),
    ],
)
def test_gradients_say_the_same(make):
    with seeded(0):
        model = make()
    assert torch.equal(reach(model, 8), by_gradient(model, 8))


@pytest.mark.parametrize("count", [1, 2, 7])
def test_without_the_shuffle_the_halves_never_talk(count):
    found = reach(units(count, False), 8)
    assert torch.equal(found[:4], torch.eye(8)[:4].bool())  # the left half passes, the right half is worked on
    assert not found[4:, :4].any() and found[4:, 4:].all()


@pytest.mark.parametrize("channels", [8, 10, 40])
def test_with_the_shuffle_all_channels_talk_but_the_first(channels):
    """Channel 0 is the first of its half before and after each shuffle: it passes by, and nobody reads it."""
    found = reach(units(12, True, channels), channels)
    assert found[1:, 1:].all() and found[0, 0] and found[0].sum() == found[:, 0].sum() == 1


def test_a_shuffle_alone_only_moves():
    found = reach(_Shuffle(), 6)
    assert found.sum() == 6 and found.int().argmax(1).tolist() == [0, 3, 1, 4, 2, 5]


def test_the_model_keeps_its_mode_and_channels_are_checked():
    model = units(1, True).train()
    reach(model, 8)
    assert model.training and not any(p.isnan().any() for p in model.state_dict().values())
    for bad in (0, -1, 2.0, None):
        with pytest.raises(ValueError, match="channels must be a whole number from 1 to 1048576, got"):
            reach(model, bad)


class _Shuffle(nn.Module):
    def forward(self, x):
        return channel_shuffle(x, 2)
