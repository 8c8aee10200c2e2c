"""The picture of equalization says what the formula says."""

import re

import numpy as np
import pytest
import torch

from edukit.plots import Picture
from edukit.plots.quantization.equalize import EqualizePlot
from edukit.quantization.ptq.equalize import equalize_pair

FIRST, SECOND = np.float32([[4, -8], [0.5, 0.25], [0.01, 0.02]]), np.float32([[2.0], [2.0], [-8.0]])


def picture(first=FIRST, second=SECOND, **values):
    return Picture(lambda fig: EqualizePlot(fig, first, second), **({"strength_percent": 0, "bits": 8} | values))


def numbers(text):
    return [float(number.replace(",", "")) for number in re.findall(r"[\d,]+\.\d", text)]


def test_as_trained_the_ranges_are_those_of_the_weights():
    spreads = numbers(picture().description)[:2]
    assert spreads == [400.0, 4.0]


def test_equalized_both_layers_have_the_ranges_of_the_formula():
    drawn = picture(strength_percent=100)
    w1, _, w2 = equalize_pair(FIRST, np.zeros(3, np.float32), SECOND.T.copy())
    for line, w in zip(drawn._plot.ranges, (w1, w2.T), strict=True):
        np.testing.assert_allclose(np.sort(line.get_ydata()), np.sort(np.abs(w).max(1)), rtol=1e-5)
    np.testing.assert_allclose(*(line.get_ydata() for line in drawn._plot.ranges), rtol=1e-5)


def test_half_way_the_ratio_of_the_ranges_is_the_square_root():
    whole, half = (picture(strength_percent=t)._plot.ranges for t in (0, 50))
    ratios = [lines[0].get_ydata() / lines[1].get_ydata() for lines in (whole, half)]
    np.testing.assert_allclose(ratios[1], np.sqrt(ratios[0]), rtol=1e-5)


def test_a_channel_below_the_dashed_line_is_lost():
    plot = picture(bits=4)._plot
    for ranges, floor, errors in zip(plot.ranges, plot.floors, plot.errors, strict=True):
        lost = ranges.get_ydata() < floor.get_ydata()[0]
        np.testing.assert_allclose(errors.get_ydata()[lost], 100, rtol=1e-4)
        assert (errors.get_ydata()[~lost] < 100).all()
    assert (plot.ranges[0].get_ydata() < plot.floors[0].get_ydata()[0]).any()


def test_equal_channels_are_stored_with_smaller_errors():
    first, second = (numbers(picture(strength_percent=t).description)[2:] for t in (0, 100))
    assert second[0] < first[0] and len(first) == 2


@pytest.mark.parametrize("dead", [0, 1])
def test_dead_channels_of_either_layer_and_torch_weights_are_drawn(dead):
    weights = [torch.tensor(FIRST), torch.tensor(SECOND)]
    weights[dead] = weights[dead] * torch.tensor([[1.0], [0.0], [1.0]])
    drawn = picture(*weights, strength_percent=100)
    assert np.isnan(drawn._plot.ranges[dead].get_ydata()).sum() == 1
    assert np.isfinite(numbers(drawn.description)).all() and len(drawn.png()) > 1000


def test_the_axes_do_not_move_with_the_slider():
    drawn = picture()
    before = drawn._plot.top.get_ylim()
    drawn.move(strength_percent=100, bits=2)
    assert drawn._plot.top.get_ylim() == before
