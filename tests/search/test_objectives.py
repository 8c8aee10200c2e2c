"""Objectives: peaks counted by hand, whatever the network; names that are not known are refused."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from edukit.deployment import devices
from edukit.deployment.device.estimate import estimate
from edukit.networks import InvertedResidual, MobileNetBlock, ResidualBlock
from edukit.search import LayerChoice, LimitedSpace, SearchSpace
from edukit.search.objectives import OBJECTIVES, cost_of, costs, peak_bytes


class Dense(nn.Module):
    """Concatenates its input with its result."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(4, 6, 3, padding=1)

    def forward(self, x):
        return torch.cat([x, F.relu(self.conv(x))], 1).flatten(1)


PIXELS = 4 * 64  # bytes of one channel of 8x8
PEAKS = [  # channels alive at a time, counted by hand
    (nn.Conv2d(8, 8, 3, padding=1), 8, 16),
    (nn.Sequential(nn.Conv2d(8, 4, 1), nn.BatchNorm2d(4), nn.ReLU(), nn.Conv2d(4, 2, 1)), 8, 12),
    (nn.Sequential(nn.Conv2d(8, 4, 1), nn.ReLU6(), nn.Hardswish(), nn.Sigmoid()), 8, 12),
    (InvertedResidual(8, 8, expansion=2), 8, 8 + 16 + 16),  # the input waits for the addition
    (InvertedResidual(8, 4, expansion=2), 8, 16 + 16),
    (MobileNetBlock(8, 8), 8, 8 + 8 + 8),
    (ResidualBlock(8, 8), 8, 8 + 8 + 8),
    (Dense(), 4, 4 + 6 + 10),  # both wait for the concatenation
    (nn.Sequential(nn.ReLU(), nn.Flatten(), nn.Unflatten(1, (8, 8, 8))), 8, 8),
]


@pytest.mark.parametrize(("model", "channels", "alive"), PEAKS, ids=range(len(PEAKS)))
def test_peaks_are_those_counted_by_hand(model, channels, alive):
    assert peak_bytes(model, (channels, 8, 8)) == alive * PIXELS


def test_a_value_that_is_read_later_is_not_written_over():
    class Later(nn.Module):
        def forward(self, x):
            return torch.relu(x) + torch.exp(torch.sigmoid(x)) * x

    assert peak_bytes(Later(), (2, 8, 8)) == 6 * PIXELS  # x, its relu, and the sigmoid that becomes the exponential


def test_the_model_is_not_changed():
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2)).train()
    before = [tensor.clone() for tensor in model.state_dict().values()]
    costs(model, (1, 8, 8))
    assert model.training
    assert all(torch.equal(a, b) for a, b in zip(before, model.state_dict().values(), strict=True))


def test_all_objectives_are_told_and_latency_is_the_estimate_of_the_devices():
    model = MobileNetBlock(8, 8)
    found = costs(model, (8, 8, 8))
    assert found.keys() == OBJECTIVES.keys()
    assert found["smart_screen_latency_s"] == estimate(model, (8, 8, 8), devices["smart screen"]).latency_s
    assert found["watch_latency_s"] > found["phone_latency_s"]


def test_limits_on_objectives_and_on_more():
    space = SearchSpace(
        [LayerChoice("kernel", (3, 5)), LayerChoice("width", (2, 4, 8))],
        lambda chosen: nn.Conv2d(1, chosen["width"], chosen["kernel"], padding=chosen["kernel"] // 2),
    )
    cost = cost_of(space, (1, 8, 8), "macs", "peak_bytes", price=lambda chosen: chosen["width"])
    small = LimitedSpace(space, cost, macs=9 * 8 * 64, peak_bytes=5 * PIXELS)
    assert [small.key(a) for a in small.enumerate()] == ["0-0", "0-1", "1-0"]
    with pytest.raises(ValueError, match="limits must be among macs, peak_bytes, price, got peak"):
        LimitedSpace(space, cost, peak=3)


@pytest.mark.parametrize("names", [["mac"], ["macs", "latency"]])
def test_unknown_objectives_are_refused_with_the_known_ones(names):
    with pytest.raises(ValueError, match=f"among macs, size_bytes, peak_bytes, watch_latency_s, .* got {names[-1]}"):
        costs(nn.Linear(2, 2), (2,), names)


def test_a_shape_that_the_model_does_not_take_is_refused():
    with pytest.raises(ValueError, match="model does not take"):
        costs(nn.Linear(2, 2), (3,))
