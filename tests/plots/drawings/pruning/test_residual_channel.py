"""A channel of a residual block: the rows and columns in colour are those that pruning finds in such a network."""

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from torch import nn

from edukit.plots.drawings.pruning.residual_channel import CHANNELS, PARTS, ResidualChannelPlot
from edukit.pruning import channel_groups


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem, self.conv1, self.conv2, self.next = (nn.Linear(CHANNELS, CHANNELS, bias=False) for _ in range(4))

    def forward(self, x):
        x = self.stem(x)
        return self.next(x + self.conv2(self.conv1(x)))


@pytest.fixture(scope="module")
def plot():
    return ResidualChannelPlot(Figure(figsize=(7, 2.8)))


def coloured(cells):
    return (cells.squares.get_facecolor()[:, :3] < 1).any(1).reshape(CHANNELS, CHANNELS)


@pytest.mark.parametrize("channel", [1, 3])
@pytest.mark.parametrize(("where", "maker"), list(zip(PARTS, ("stem.weight", "conv1.weight"), strict=True)))
def test_what_is_coloured_is_what_goes_with_the_channel(plot, where, maker, channel):
    plot.update(where, channel)
    groups = channel_groups(Block(), torch.zeros(1, CHANNELS))
    (group,) = [group for group in groups if maker in group.makers]
    right = {name: np.zeros((CHANNELS, CHANNELS), bool) for name in ("stem", "conv1", "conv2", "next")}
    for axis, rows in group.channels[channel - 1].items():
        weight = right[axis.parameter.removesuffix(".weight")]
        np.moveaxis(weight, axis.axis, 0)[rows] = True
    assert all(np.array_equal(coloured(plot.layers[name]), right[name.replace(" ", "")]) for name in plot.layers)


def test_the_sentence_counts_them(plot):
    assert "made by stem and conv 2, read by conv 1 and next" in plot.update("on the path of the addition", 2)
    assert "1 filter and 1 input go together" in plot.update("inside the block", 2)


@pytest.mark.parametrize(("values", "name"), [(("outside", 1), "where"), (("inside the block", 5), "channel")])
def test_other_values_are_refused(plot, values, name):
    with pytest.raises(ValueError, match=name):
        plot.update(*values)
