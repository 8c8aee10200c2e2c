"""What the pictures say is what was measured."""

from functools import cache, partial

import numpy as np
import pytest
import torch
from pictures import assert_nothing_is_cut_off

from edukit.plots import Picture
from edukit.plots.quantization.ptq_methods import MethodsPlot, RoundingPlot
from edukit.quantization.debug.layer_rounding import Rounding, compare_rounding

TABLE = {"per tensor": {2: [0.3, 0.5, 0.4], 3: [0.9, 0.91, 0.92]}, "GPTQ": {2: [0.8, 0.9, 1.0], 3: [0.95, 0.96, 0.97]}}
BEFORE = [0.96, 0.97, 0.98]
RANDOM = torch.Generator().manual_seed(0)
W = torch.randn(1, 8, 16, generator=RANDOM)
X = (torch.randn(1, 99, 3, generator=RANDOM) @ torch.randn(1, 3, 16, generator=RANDOM)).relu()
ladder = partial(MethodsPlot, table=TABLE, before=BEFORE)


@cache
def seen_of_all():
    return {bits: compare_rounding(W, X, bits) for bits in (2, 4, 8)}


def rounding(fig):
    return RoundingPlot(fig, seen=seen_of_all())


def test_each_row_shows_every_network_their_mean_and_their_spread():
    picture = Picture(ladder, bits=2)
    plot = picture._plot
    np.testing.assert_allclose(plot.means.get_xdata(), [40, 90])
    np.testing.assert_allclose(plot.rings.get_xdata(), [30, 50, 40, 80, 90, 100])
    np.testing.assert_allclose(plot.rings.get_ydata(), [0, 0, 0, 1, 1, 1])
    assert [segment[:, 0].round().tolist() for segment in plot.spans.get_segments()] == [[30, 50], [80, 100]]
    assert [text.get_text() for text in plot.values] == ["40.0", "90.0"]
    assert picture.move(bits=3) == (
        "3 bits a weight, correct answers in %, mean (worst to best): per tensor 91.0 (90.0 to 92.0), "
        "GPTQ 96.0 (95.0 to 97.0); float 97.0."
    )


def test_the_first_rung_is_above_the_last_one():
    axes = Picture(ladder, bits=2).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["per tensor", "GPTQ"]
    assert axes.yaxis_inverted()


@pytest.mark.parametrize("method", ["nearest", "AdaRound", "GPTQ"])
def test_the_histogram_holds_all_weights_and_the_bars_what_is_left_of_both(method):
    plot = Picture(rounding, bits=4, rounding=method)._plot
    assert plot.filled.get_data().values.sum() == pytest.approx(100)
    near, chosen = seen_of_all()[4]["nearest"], seen_of_all()[4][method]
    widths = [[bar.get_width() for bar in bars] for bars in plot.bars]
    np.testing.assert_allclose(widths[0], -10 * np.log10([near.weight_error, near.output_error]))
    np.testing.assert_allclose(widths[1], -10 * np.log10([chosen.weight_error, chosen.output_error]))
    edges = plot.EDGES[1:-1]
    outside = plot.outline.get_data().values[np.abs(plot.EDGES[:-1] + 0.05) > 0.5]
    assert outside.sum() == 0 and -0.5 in edges.round(6) and 0.5 in edges.round(6)


def test_weights_that_moved_further_than_the_axis_are_in_the_last_bars():
    moved = torch.tensor([0.2, -7.0, 3.0, 0.1])
    near, far = Rounding(moved.clip(-0.5, 0.5), 0.1, 0.2), Rounding(moved, 0.3, 0.1)
    plot = Picture(partial(RoundingPlot, seen={2: {"nearest": near, "far": far}}), bits=2, rounding="far")._plot
    assert plot.filled.get_data().values[[0, -1]].tolist() == [25, 25]


def test_the_share_of_other_codes_is_counted():
    moved = torch.tensor([0.2, -0.4, 0.4, 0.1])
    seen = {2: {"nearest": Rounding(moved, 0.1, 0.2), "mine": Rounding(moved + torch.tensor([0, 1, 0, 0]), 0.3, 0.1)}}
    picture = Picture(partial(RoundingPlot, seen=seen), bits=2, rounding="mine")
    assert picture.description.startswith("2 bits, mine: 25 % of the weights have another code than the nearest.")
    assert "25 % have another code" in picture._plot.facts.get_text()
    assert "0 %" in picture.move(bits=2, rounding="nearest")


@pytest.mark.parametrize(
    "draw",
    [
        partial(Picture, ladder, figsize=(7.5, 2.0), bits=2),
        partial(Picture, rounding, figsize=(7.5, 3.2), bits=2, rounding="GPTQ"),
        partial(Picture, rounding, figsize=(7.5, 3.2), bits=8, rounding="AdaRound"),
    ],
    ids=["ladder", "rounding", "rounding at 8 bits"],
)
def test_nothing_is_cut_off_and_every_axis_is_named(draw):
    picture = draw()
    assert_nothing_is_cut_off(picture)
    assert all(axes.get_xlabel() for axes in picture.axes)
