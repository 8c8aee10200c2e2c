import functools
import sys

import pytest
import torch
from torch import nn

from edukit.measure import count_macs
from edukit.pruning.channels.budget import NEAR, macs, macs_left, shrink_to_macs
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


def one_ratio(share, **limits):
    return shrink_to_macs(network(), X, share, scope="layer", **({"multiple": 1} | limits))


@pytest.mark.parametrize("share", [1.0, 0.9, 0.5, 0.25, 0.1])
def test_with_one_ratio_at_most_the_share_is_left_and_one_ratio_less_would_be_more(share):
    net = network()
    smaller = one_ratio(share)
    assert macs_left(net, smaller, X) <= share
    a, b = smaller[0].out_channels, smaller[3].out_channels
    larger = [r / 200 for r in range(200) if 16 - round(r / 200 * 16) + 24 - round(r / 200 * 24) == a + b + 1]
    assert all(macs_left(net, shrink(net, X, ratio), X) > share for ratio in larger[:1])


def test_half_of_the_macs_is_not_half_of_the_channels():
    smaller = one_ratio(0.5)
    assert 0.65 < smaller[0].out_channels / 16 < 0.8  # near √½, as inputs and outputs both go
    assert macs_left(network(), shrink(network(), X, 0.5), X) < 0.3


def test_the_scope_of_a_layer_is_the_shrink_of_one_ratio():
    smaller = one_ratio(0.4)
    sizes = smaller[0].out_channels, smaller[3].out_channels
    ratio = next(r / 400 for r in range(400) if sizes == (16 - round(r / 400 * 16), 24 - round(r / 400 * 24)))
    expected = shrink(network(), X, ratio)
    assert all(torch.equal(a, b) for a, b in zip(smaller.parameters(), expected.parameters(), strict=True))


def wide(classes=10):
    torch.manual_seed(1)
    return nn.Sequential(
        *(nn.Conv2d(1, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU()),
        *(nn.Conv2d(32, 48, 3, padding=1), nn.BatchNorm2d(48), nn.ReLU()),
        *(nn.Conv2d(48, 64, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, classes)),
    ).eval()


@pytest.fixture
def any_network(monkeypatch):
    monkeypatch.undo()


@pytest.mark.parametrize("scope", ["global", "output"])
@pytest.mark.parametrize("share", [0.75, 0.5, 0.3])
def test_the_share_is_met_within_three_points_in_whole_multiples_of_eight(any_network, scope, share):
    net, x = wide(), torch.rand(32, 1, 6, 6)
    smaller = shrink_to_macs(net, x, share, scope=scope)
    assert share - NEAR <= macs_left(net, smaller, x) <= share
    assert all(smaller[i].out_channels % 8 == 0 for i in (0, 3, 6))


def test_two_groups_change_together_where_no_single_step_comes_near(any_network):
    net = nn.Sequential(nn.Conv2d(1, 24, 1), nn.ReLU(), nn.Conv2d(24, 40, 3), nn.ReLU(), nn.Conv2d(40, 1, 1)).eval()
    assert macs_left(net, shrink_to_macs(net, X, 0.54), X) == pytest.approx(16 * 32 / (24 * 40), abs=0.01)
    with pytest.warns(UserWarning, match="^share 0.52 was asked, 0.4.* is left"):
        assert 0.4 < macs_left(net, shrink_to_macs(net, X, 0.52), X) < 0.41  # 16 · 24 of 24 · 40, and the other layers


def test_multiples_and_least_numbers_are_kept_to():
    smaller = shrink_to_macs(network(), X, 0.5, multiple=4)
    assert smaller[0].out_channels % 4 == smaller[3].out_channels % 4 == 0
    assert macs_left(network(), smaller, X) <= 0.5
    assert shrink_to_macs(network(), X, 0.6, min_channels=14, multiple=1)[0].out_channels >= 14


def test_small_groups_go_in_fours_and_the_smallest_in_ones(any_network):
    net = nn.Sequential(nn.Linear(8, 12), nn.Linear(12, 3), nn.Linear(3, 80), nn.Linear(80, 1))
    sizes = [layer.out_features for layer in shrink_to_macs(net, torch.zeros(2, 8), 0.25)]
    assert sizes[0] % 4 == 0 and 0 < sizes[1] <= 3 and sizes[2] % 8 == 0


def test_a_share_that_no_multiple_meets_is_warned_of(any_network):
    net = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 4))
    with pytest.warns(UserWarning, match="^share 0.75 was asked, 0.500 is left") as warned:
        shrink_to_macs(net, torch.zeros(1, 8), 0.75)
    assert warned[0].filename == __file__  # the line of the caller, not of a decorator


def test_a_layer_that_the_output_does_not_need_goes_first(any_network):
    """Its weights are large, so that scores alone would keep it; the layer after it reads hardly anything of it."""
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(8, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 4))
    net[2].weight.data[:, :32] = 0
    net[0].weight.data[32:] *= 0.5
    x = torch.rand(64, 8)
    dead = torch.arange(64.0) >= 32
    scores = {"0.weight": dead.float(), "2.weight": torch.rand(64)}
    smaller = shrink_to_macs(net, x, 0.55, scores, scope="output")
    torch.testing.assert_close(smaller(x), net(x))
    assert [smaller[0].out_features, smaller[2].out_features] == [32, 64]


def test_the_scope_of_the_output_needs_rows_that_tell_something():
    with pytest.raises(ValueError, match='^example must hold at least 16 rows with scope "output", got 2'):
        shrink_to_macs(network(), X, 0.5, scope="output")


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
        one_ratio(0.1, min_channels=12)
    with pytest.raises(ValueError, match="^share must be at least 0.390, what is left when all that can go is gone"):
        shrink_to_macs(network(), X, 0.1, min_channels=12, multiple=1)


def test_other_bad_input_is_refused_by_name():
    with pytest.raises(ValueError, match="^method"):
        shrink_to_macs(network(), X, 0.5, "best")
    with pytest.raises(ValueError, match="^multiple"):
        shrink_to_macs(network(), X, 0.5, multiple=0)
    with pytest.raises(ValueError, match="^scope must be one of global, output, layer, got 'all'"):
        shrink_to_macs(network(), X, 0.5, scope="all")


def test_a_model_of_one_layer_has_nothing_that_can_go(any_network):
    with pytest.raises(ValueError, match="^model has no channels that can go"):
        shrink_to_macs(nn.Linear(6, 2), X, 0.5)
