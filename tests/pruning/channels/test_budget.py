import functools
import sys

import pytest
import torch
from torch import nn

from edukit.measure import count_macs
from edukit.pruning.channels.budget import macs, macs_left, shrink_to_macs
from edukit.pruning.channels.shrink import shrink
from edukit.pruning.channels.trace import follow

X = torch.rand(2, 1, 6, 6)


@functools.cache
def network():
    torch.manual_seed(0)
    return nn.Sequential(
        *(nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.Conv2d(16, 24, 3, padding=1), nn.ReLU()),
        *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(24, 10)),
    ).eval()


@functools.cache
def groups(model, example):
    return follow(model, example)


@pytest.fixture(autouse=True)
def followed_once(monkeypatch):
    for function in (shrink_to_macs, shrink):
        monkeypatch.setattr(sys.modules[function.__module__], "channel_groups", lambda *_: groups(network(), X))


@pytest.mark.parametrize("share", [1.0, 0.9, 0.5, 0.25, 0.1])
def test_at_most_the_share_is_left_and_one_ratio_less_would_be_more(share):
    net = network()
    smaller = shrink_to_macs(net, X, share)
    assert macs_left(net, smaller, X) <= share
    a, b = smaller[0].out_channels, smaller[3].out_channels
    larger = [r / 200 for r in range(200) if 16 - round(r / 200 * 16) + 24 - round(r / 200 * 24) == a + b + 1]
    assert all(macs_left(net, shrink(net, X, ratio), X) > share for ratio in larger[:1])


def test_half_of_the_macs_is_not_half_of_the_channels():
    smaller = shrink_to_macs(network(), X, 0.5)
    assert 0.65 < smaller[0].out_channels / 16 < 0.8  # near √½, as inputs and outputs both go
    assert macs_left(network(), shrink(network(), X, 0.5), X) < 0.3


def test_it_is_the_shrink_of_one_ratio():
    smaller = shrink_to_macs(network(), X, 0.4)
    sizes = smaller[0].out_channels, smaller[3].out_channels
    ratio = next(r / 400 for r in range(400) if sizes == (16 - round(r / 400 * 16), 24 - round(r / 400 * 24)))
    expected = shrink(network(), X, ratio)
    assert all(torch.equal(a, b) for a, b in zip(smaller.parameters(), expected.parameters(), strict=True))


def test_multiples_and_least_numbers_are_kept_to():
    smaller = shrink_to_macs(network(), X, 0.5, multiple=4)
    assert smaller[0].out_channels % 4 == smaller[3].out_channels % 4 == 0
    assert macs_left(network(), smaller, X) <= 0.5
    assert shrink_to_macs(network(), X, 0.6, min_channels=14)[0].out_channels == 14


def test_macs_are_counted_for_one_input_and_for_several():
    assert macs(network(), X) == count_macs(network(), (1, 6, 6))

    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.Linear(3, 2), nn.Linear(4, 2)

        def forward(self, x, y):
            return self.a(x) + self.b(y)

    assert macs(Two(), (torch.ones(5, 3), torch.ones(5, 4))) == 14


@pytest.mark.parametrize("share", [0, -1, 1.5, float("nan")])
def test_a_share_that_is_none_is_refused(share):
    with pytest.raises(ValueError, match="^share must be above 0 to 1"):
        shrink_to_macs(network(), X, share)


def test_a_share_out_of_reach_is_refused_with_the_one_in_reach():
    with pytest.raises(ValueError, match="^share must be at least 0.390, what is left when all that can go is gone"):
        shrink_to_macs(network(), X, 0.1, min_channels=12)


def test_other_bad_input_is_refused_by_name():
    with pytest.raises(ValueError, match="^method"):
        shrink_to_macs(network(), X, 0.5, "best")
    with pytest.raises(ValueError, match="^multiple"):
        shrink_to_macs(network(), X, 0.5, multiple=0)
