"""Channels that the code fixes stay; the others go."""

import torch

from edukit.networks.fixed_channels import Attending, PaddedShortcut
from edukit.pruning import channel_groups, shrink


def test_what_is_padded_stays_and_the_rest_goes():
    net, image = PaddedShortcut().eval(), torch.randn(2, 1, 8, 8)
    small = shrink(net, image, 0.5)
    assert (small.stem.out_channels, small.body.out_channels) == (4, 12)
    assert small(image).shape == (2, 10)


def test_attention_that_splits_by_its_width_gives_nothing_away():
    assert all(group.fixed_by for group in channel_groups(Attending().eval(), torch.randn(1, 5, 8)))
