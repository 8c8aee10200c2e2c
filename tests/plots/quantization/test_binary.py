"""What the pictures of one bit say is what the formulas give."""

from functools import partial

import numpy as np
import pytest
from pictures import assert_nothing_is_cut_off

from edukit.plots import Picture
from edukit.plots.quantization.binary import BinaryLevelsPlot, SignGradientPlot
from edukit.quantization.lowbit.binary import binarize, ternarize

WEIGHTS = np.random.default_rng(0).normal(0, 0.1, (20, 100)).astype(np.float32)
LEVELS = partial(BinaryLevelsPlot, weights=WEIGHTS)


def relative_error(alpha, steps):
    return 100 * np.linalg.norm(WEIGHTS.ravel() - alpha * steps) / np.linalg.norm(WEIGHTS)


@pytest.mark.parametrize("threshold", [0.0, 0.7, 1.0, 2.5])
def test_levels_and_errors_are_those_of_the_formulas(threshold):
    row = WEIGHTS.reshape(1, -1)
    alpha, t = binarize(row) if threshold == 0 else ternarize(row, threshold=threshold)
    picture = Picture(LEVELS, threshold=threshold)
    plot, error = picture._plot, relative_error(alpha, t)
    assert [line.get_xdata()[0] for line in plot.levels] == pytest.approx([-alpha.item(), 0, alpha.item()])
    assert plot.levels[1].get_visible() == (threshold > 0)
    assert [float(value[0]) for value in plot.dot.get_data()] == pytest.approx([threshold, error])
    assert plot.zeroed.get_width() == pytest.approx(2 * threshold * np.abs(WEIGHTS).mean())
    assert f"α is {alpha.item():.3g}" in picture.description and f"{error:.1f}%" in picture.description
    assert f"{np.mean(t == 0):.0%} of the weights become 0" in picture.description


def test_the_lowest_error_is_marked():
    row, thresholds = WEIGHTS.reshape(1, -1), np.arange(51) * 0.05
    errors = [relative_error(*ternarize(row, threshold=threshold)) for threshold in thresholds]
    plot = Picture(LEVELS, threshold=0.7)._plot
    np.testing.assert_allclose(plot.errors, errors, rtol=1e-4)
    assert plot.best == pytest.approx(thresholds[np.argmin(errors)])
    assert 0.6 < plot.best < 0.95  # 0.77 for normal weights, and the curve is flat there


def test_weights_of_zero_draw_without_an_error():
    assert "α is 0," in Picture(partial(BinaryLevelsPlot, weights=np.zeros((3, 4))), threshold=0.7).description


def test_only_the_surrogate_moves_the_weight():
    picture = Picture(SignGradientPlot, steps=0, start=0.8)
    plot = picture._plot
    picture.move(steps=5, start=0.8)
    assert plot.moves[0].get_xdata()[0] == pytest.approx(0.3) and plot.stuck[0].get_xdata() == [0.8]
    assert plot.moves[1].get_ydata() == [1] and plot.stuck[1].get_ydata() == [0]
    text = picture.move(steps=15, start=0.8)
    assert plot.moves[0].get_ydata() == [-1] and plot.stuck[0].get_ydata() == [1]
    assert text.endswith("straight through it is -0.10, sign -1.") and "still 0.80, sign +1" in text


@pytest.mark.parametrize("start", [1.5, -0.5, -2.0])
def test_beyond_one_or_already_right_nothing_moves(start):
    picture = Picture(SignGradientPlot, steps=15, start=start)
    assert picture._plot.moves[0].get_xdata() == [start]


@pytest.mark.parametrize(
    "draw",
    [
        partial(Picture, LEVELS, figsize=(7.5, 4.6), threshold=2.5),
        partial(Picture, SignGradientPlot, figsize=(7.5, 4.2), steps=15, start=-2.0),
    ],
    ids=["levels", "sign"],
)
def test_nothing_is_cut_off_and_every_axis_is_named(draw):
    picture = draw()
    assert_nothing_is_cut_off(picture)
    assert all(axes.get_ylabel() for axes in picture.axes) and picture.axes[-1].get_xlabel()
