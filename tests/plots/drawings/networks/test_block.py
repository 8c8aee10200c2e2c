"""Blocks: the numbers in the boxes are those of the kit's real blocks."""

import pytest
from matplotlib.figure import Figure
from torch import nn

from edukit.measure import count_macs
from edukit.networks.blocks import DepthwiseSeparable, InvertedResidual, conv_bn
from edukit.networks.compact import Fire, ShuffleUnit
from edukit.networks.costs import layer_costs
from edukit.plots.drawings.networks.block import KINDS, BlockPlot, short

REAL = {
    "standard": lambda C: nn.Sequential(*conv_bn(C, C, 3)),
    "separable": lambda C: DepthwiseSeparable(C, C),
    "inverted residual": lambda C: InvertedResidual(C, C),
    "Fire": lambda C: Fire(C, C // 8, C // 2, C // 2),
    "ShuffleNet unit": lambda C: ShuffleUnit(C, C),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("channels", "size"), [(8, 1), (24, 7), (64, 14)])
def test_layers_are_those_of_the_real_block(kind, channels, size):
    plot = BlockPlot(Figure(figsize=(7, 2.8)), channels, size)
    shape = channels, size, size
    real = [(layer.kind, layer.channels, layer.macs) for layer in layer_costs(REAL[kind](channels), shape)]
    assert [(layer.kind, layer.channels, layer.macs) for layer in plot.costs[kind]] == real
    assert plot.macs[kind] == count_macs(REAL[kind](channels), shape)
    said = plot.update(kind)
    assert said.endswith(f"All layers: {short(plot.macs[kind])} MACs, {said.split('MACs, ')[-1]}")
    shown = [t.get_text() for t in plot.meter.words.axes.texts if t.get_visible()]
    for layer_kind, (into, out), macs in real:
        assert f"{layer_kind}\n{into} → {out}\n{short(macs)} MACs" in shown


def test_a_separable_block_costs_one_nth_and_one_ninth():
    plot = BlockPlot(Figure(figsize=(7, 2.8)))
    assert plot.macs["separable"] / plot.macs["standard"] == pytest.approx(1 / 64 + 1 / 9)
    assert "13 % of the standard convolution" in plot.update("separable")


def test_only_one_block_is_shown():
    plot = BlockPlot(Figure(figsize=(7, 2.8)))
    for kind in KINDS:
        plot.update(kind)
        assert [name for name, artists in plot.artists.items() if any(a.get_visible() for a in artists)] == [kind]


@pytest.mark.parametrize(
    ("count", "words"), [(7, "7"), (999, "999"), (1000, "1 k"), (2_500_000, "2.5 M"), (3e9, "3 G")]
)
def test_counts_in_three_digits(count, words):
    assert short(count) == words


@pytest.mark.parametrize("channels", [0, 4, 12, 8.5])
def test_channels_that_cannot_be_split_are_refused(channels):
    with pytest.raises((ValueError, TypeError), match="channels must be a"):
        BlockPlot(Figure(), channels)


def test_another_kind_is_refused():
    with pytest.raises(ValueError, match="kind must be one of standard, separable, .*, got 'dense'"):
        BlockPlot(Figure(figsize=(7, 2.8))).update("dense")
