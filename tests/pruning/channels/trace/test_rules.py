"""What each kind of operation does with the ids that arrive, and where it stops."""

import pytest
import torch
from torch import nn

from edukit.pruning.channels.groups import ChannelIds
from edukit.pruning.channels.trace.rules import Weight, group_norm, layer, norm, padded, reduced, scaled, window

BOTH = torch.tensor([[1, 2], [3, 4]])  # no axis holds the channels alone


@pytest.fixture
def registry():
    return ChannelIds(nn.ModuleDict({"a": nn.Conv2d(4, 6, 3), "b": nn.Linear(4, 4)}))


def pictures(registry, channels):
    return registry.new(channels).reshape(1, -1, 1, 1).expand(1, channels, 5, 5)


def test_a_convolution_reads_what_arrives_and_makes_new_channels(registry):
    ids = pictures(registry, 4)
    made = layer(registry, "conv2d", ids, (1, 6, 3, 3), [Weight("a.weight", (6, 4, 3, 3)), Weight("a.bias", (6,))])
    assert made[0, :, 2, 1].tolist() == [4, 5, 6, 7, 8, 9] and made.shape == (1, 6, 3, 3)
    (read,) = [group for group in registry.groups() if not group.makers]
    assert [rows for channel in read.channels for rows in channel.values()] == [[0], [1], [2], [3]]


def test_a_depthwise_convolution_makes_the_channel_that_it_reads(registry):
    ids = pictures(registry, 2)
    made = layer(registry, "conv2d", ids, (1, 6, 3, 3), [Weight("a.weight", (6, 1, 3, 3))], groups=2)
    assert made[0, :, 0, 0].tolist() == [0, 0, 0, 1, 1, 1]


def test_a_group_of_a_group_norm_is_one_channel(registry):
    group_norm(registry, pictures(registry, 4), 2, [])
    one, two, three, four = registry.channel_of(torch.arange(4))
    assert one == two != three == four


def test_where_no_axis_holds_the_channels_alone_nothing_is_followed(registry):
    weight = Weight("b.weight", (4, 4))
    assert layer(registry, "linear", BOTH, (2, 4), [weight]) is None and norm(registry, BOTH, [weight]) is None
    assert group_norm(registry, BOTH, 2, []) is None and scaled(registry, BOTH, Weight("b.bias", (2,))) is None
    assert window(BOTH, torch.zeros(2, 2)) is None and reduced(BOTH, [0]) is None and reduced(BOTH) is None


@pytest.mark.parametrize(("pads", "mode"), [([0, 0, 1, 0], "circular"), ([0, 0, 0, -1], "constant")])
def test_channels_that_come_from_the_other_end_or_go_are_not_followed(registry, pads, mode):
    assert padded(registry, torch.tensor([[1], [2]]), (3, 1), pads, mode) is None


def test_channels_of_zeros_stay(registry):
    ids = registry.attach("b.weight", 0, "makes", registry.new(4))[:, None]
    padded_ids = padded(registry, ids, (5, 1), [0, 0, 0, 1])
    registry.unite(padded_ids[3:4], padded_ids[4:])
    assert {group.fixed_by: len(group.channels) for group in registry.groups()} == {"": 3, "pad": 1}
