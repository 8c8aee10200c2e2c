"""Channels by importance: other right ways pass, and the package says the same."""

import torch

from edukit.checks import search as check
from edukit.search.elastic import channel_order


def in_plain_python(weight, keep):
    sums = [sum(abs(number) for number in column) for column in weight.T]
    return sorted(range(len(sums)), key=sums.__getitem__, reverse=True)[:keep]


def test_another_right_way_passes():
    assert check.important_channels(in_plain_python), check.important_channels(in_plain_python)


def test_the_package_says_the_same():
    for weight, keep in check.important_channels.questions:
        found = channel_order(torch.from_numpy(weight.copy()))[:keep]
        assert found.tolist() == check.important_channels.solve(weight, keep).tolist()


def test_a_mask_is_wrong():
    assert not check.important_channels(lambda weight, keep: abs(weight).sum(0) > 1)
