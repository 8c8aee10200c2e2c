"""The picture of overflow: red points are those whose pairs were cut off, and 7 bits have none."""

from functools import partial

import numpy as np
from pictures import assert_nothing_is_cut_off

from edukit.plots import Picture
from edukit.plots.quantization.saturation import SaturationPlot

random = np.random.default_rng(0)
X, W = random.random((60, 9)).astype(np.float32), random.normal(size=(5, 9)).astype(np.float32)


def picture(bits, scales):
    plot = partial(SaturationPlot, x=X, weights=W)
    return Picture(plot, figsize=(7.5, 4.2), weight_bits=bits, scales=scales)


def test_every_output_is_shown_once_and_red_where_it_was_cut():
    shown = picture(8, "per channel")
    whole, cut = shown._plot.whole.get_data(), shown._plot.cut.get_data()
    assert len(whole[0]) + len(cut[0]) == 300 and len(cut[0]) > 10
    assert np.allclose(*whole, atol=0.05) and abs(cut[0] - cut[1]).max() > 0.05
    assert f"{100 * len(cut[0]) / 300:.1f}% of the outputs cut" in shown.description


def test_seven_bits_are_never_cut():
    shown = picture(7, "per channel")
    assert len(shown._plot.cut.get_data()[0]) == 0 and "0.0% of the outputs cut" in shown.description
    assert np.allclose(*shown._plot.whole.get_data(), atol=0.1)


def test_per_channel_has_more_to_lose():
    assert len(picture(8, "per channel")._plot.cut.get_xdata()) > len(picture(8, "per tensor")._plot.cut.get_xdata())


def test_nothing_is_cut_off_the_picture():
    shown = picture(8, "per tensor")
    assert_nothing_is_cut_off(shown)
    assert shown.axes[0].get_xlabel() and shown.axes[0].get_ylabel()
