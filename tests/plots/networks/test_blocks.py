"""What the pictures of blocks and networks say is what the formulas and the counter say."""

from functools import partial

import numpy as np
import pytest
from pictures import assert_nothing_is_cut_off

from edukit.measure import Latency
from edukit.networks import MobileClassifier, ResidualClassifier
from edukit.networks.costs import block_costs, layer_costs
from edukit.plots import Picture
from edukit.plots.networks.blocks import CHANNELS, NAMES, UNITS, WIDEST, BlocksPlot, ReachPlot, ratio, short
from edukit.plots.networks.layers import AccuracyPlot, LayersPlot, TimesPlot

SIZES = dict(channels=64, kernel=3, stride=1, expansion=6, squeeze=8, size=14)
NETS = {"mobile": layer_costs(MobileClassifier(), (3, 32, 32)), "res": layer_costs(ResidualClassifier(), (3, 32, 32))}
LAYERS = partial(LayersPlot, nets=NETS)
TIMES = {"standard": Latency(1e-3, 1.2e-3, 1e-4, 50), "depthwise": Latency(5e-3, 30e-3, 9e-4, 50)}
TIMED = partial(TimesPlot, times=TIMES, macs={"standard": 13_660_416, "depthwise": 13_660_416})
FOUND = {"few": {"standard": [40.0, 60.0], "Fire": [70.0, 80.0]}, "many": {"standard": [90.0, 92.0], "Fire": [100, 98]}}
EQUAL = partial(AccuracyPlot, found=FOUND)


def test_the_bars_are_shares_of_the_standard_convolution():
    picture = Picture(BlocksPlot, **SIZES)
    picture.move(**SIZES | {"kernel": 5, "stride": 2, "size": 15})
    found = block_costs(64, 15, kernel=5, stride=2)
    for side, what in enumerate(("parameters", "macs")):
        counts = np.array([sum(getattr(layer, what) for layer in found[name]) for name in NAMES])
        parts = picture._plot.around[side], picture._plot.across[side]
        widths = np.array([[bar.get_width() for bar in part] for part in parts])
        assert widths.sum(0) == pytest.approx(np.minimum(counts / counts[0], WIDEST))
    depthwise, pointwise = found["separable"]
    assert widths[:, 1] == pytest.approx(np.array([depthwise.macs, pointwise.macs]) / counts[0])


def test_a_bar_that_is_too_long_is_cut_off_and_its_label_is_not():
    picture = Picture(BlocksPlot, **SIZES | {"expansion": 10})
    row = NAMES.index("inverted residual")
    bar = picture._plot.across[1][row]
    assert bar.get_x() + bar.get_width() == WIDEST
    assert picture._plot.labels[1][row].get_text().endswith("×2.4")


def test_the_sentence_of_the_blocks():
    text = Picture(BlocksPlot, **SIZES | {"channels": 128, "size": 28}).description
    assert text.startswith("128 to 128 channels, 3x3, stride 1, image 28x28: a standard convolution takes 116 M MACs")
    assert "separable 1/8.4" in text


def test_every_label_stays_inside_at_both_ends_of_every_control():
    low = dict(channels=32, kernel=3, stride=1, expansion=1, squeeze=32, size=7)
    high = dict(channels=512, kernel=7, stride=2, expansion=10, squeeze=1, size=56)
    for sizes in (low, high):
        picture = Picture(BlocksPlot, figsize=(8.5, 3), **sizes)
        picture.canvas.draw()
        for axes, labels in zip(picture._plot.axes, picture._plot.labels, strict=True):
            assert max(label.get_window_extent().x1 for label in labels) < axes.get_window_extent().x1


def test_an_odd_number_cannot_be_halved():
    text = Picture(BlocksPlot, **SIZES | {"channels": 63}).description
    assert text.endswith("ShuffleNet unit –.")


def test_counts_in_words():
    assert [short(v) for v in (0, 7, 999, 1000, 317_000_000, 5e9)] == ["impossible", "7", "999", "1 k", "317 M", "5 G"]
    assert [ratio(*v) for v in ((1, 2), (2, 1), (0, 1))] == ["1/2", "×2", "–"]


def test_who_hears_whom():
    picture = Picture(ReachPlot, units=0, shuffle=True)
    assert (np.asarray(picture._plot.image.get_array()) == np.eye(CHANNELS)).all()
    assert "72 of 256 pairs" in picture.move(units=1, shuffle=False)
    assert ", 0 of them across" in picture.move(units=UNITS, shuffle=False)
    assert ", 0 of them across" not in picture.move(units=2, shuffle=True)


def test_the_layers_are_those_of_the_net():
    picture = Picture(LAYERS, net="mobile", layer=1)
    assert "layer 1 of 14, standard 3x3, 3 to 32 channels on 16x16" in picture.description
    assert "layer 14 of 14, linear" in picture.move(net="mobile", layer=50)
    assert "linear, 512 to 10 channels: 5.13 k parameters" in picture.description
    heights = {kind: bars.get_segments() for kind, bars in picture._plot.bars[1].items()}
    total = sum(segment[1][1] for segments in heights.values() for segment in segments)
    assert total == pytest.approx(100) and len(heights["depthwise"]) == 6
    picture.move(net="res", layer=7)
    assert picture._plot.totals[0]["depthwise"].get_text() == ""
    assert len(picture._plot.dots["standard"].get_xdata()) == 9


def test_times_and_accuracies_are_told():
    assert Picture(TIMED).description == "Time at equal MACs, as a multiple of the first: standard 1.0, depthwise 5.0."
    assert "few: standard 50 (40 to 60), Fire 75 (70 to 80)" in Picture(EQUAL).description


@pytest.mark.parametrize(
    "draw",
    [
        partial(Picture, BlocksPlot, figsize=(8.5, 3), **SIZES),
        partial(Picture, ReachPlot, figsize=(8.5, 3.4), units=3, shuffle=True),
        partial(Picture, LAYERS, figsize=(8.5, 5.2), net="mobile", layer=7),
        partial(Picture, LAYERS, figsize=(8.5, 5.2), net="res", layer=7),
        partial(Picture, TIMED, figsize=(8.5, 2.4)),
        partial(Picture, EQUAL, figsize=(8.5, 2.4)),
    ],
    ids=["blocks", "reach", "mobile", "residual", "times", "accuracy"],
)
def test_nothing_is_cut_off(draw):
    picture = draw()
    assert_nothing_is_cut_off(picture)
    assert picture.axes[-1].get_xlabel()
