"""Times of layers, and the networks whose channels stay."""

import torch

from edukit.experiments.channel_speed import channel_times
from edukit.networks.fixed_channels import Attending, PaddedShortcut
from edukit.pruning import channel_groups, shrink


def test_every_number_is_timed_and_more_channels_take_longer():
    times = channel_times([8, 9, 64], repeats=3)
    assert list(times) == [8, 9, 64] and all(time.repeats == 3 for time in times.values())
    assert times[64].median_s > 2 * times[8].median_s


def test_what_is_padded_stays_and_the_rest_goes():
    net, image = PaddedShortcut().eval(), torch.randn(2, 1, 8, 8)
    small = shrink(net, image, 0.5)
    assert (small.stem.out_channels, small.body.out_channels) == (4, 12)
    assert small(image).shape == (2, 10)


def test_attention_that_splits_by_its_width_gives_nothing_away():
    assert all(group.fixed_by for group in channel_groups(Attending().eval(), torch.randn(1, 5, 8)))
