"""Estimates, drawn: bars are the times of the layers, dots are the rows of the table."""

from functools import partial

import numpy as np
import pytest
from pictures import assert_nothing_is_cut_off

from edukit.deployment.device.estimate import estimate_of
from edukit.deployment.device.profiles import devices
from edukit.deployment.device.roofline import layer_times
from edukit.experiments.deployment.device_estimates import rows, typical_error
from edukit.networks.costs import LayerCost
from edukit.plots import Picture
from edukit.plots.deployment.estimates import PRECISIONS, EstimatesPlot, LayerTimesPlot

COSTS = [
    LayerCost("wide", (256, 256), (3, 3), 1, (56, 56), (56, 56)),
    LayerCost("last", (1024, 1000), linear=True),
    LayerCost("tiny", (4, 4), (1, 1), 1, (2, 2), (2, 2)),
]
LAYERS = partial(Picture, partial(LayerTimesPlot, costs=COSTS, name="net"), figsize=(8.5, 3.4))


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("device", devices)
def test_each_bar_is_the_time_of_its_layer_and_the_title_is_the_estimate(device, precision):
    picture = LAYERS(device=device, precision=precision)
    times = layer_times(COSTS, devices[device], PRECISIONS[precision])
    plot = picture._plot
    assert [bar.get_height() for bar in plot.bars] == [pytest.approx(1e3 * time.total_s) for time in times]
    whole = 1e3 * estimate_of(COSTS, devices[device], PRECISIONS[precision]).latency_s
    assert f"{whole:.3g} ms (estimate)" in plot.axes.get_title(loc="left") and f"{whole:.3g} ms" in picture.description


def test_a_layer_waits_for_each_of_the_three():
    picture = LAYERS(device="phone", precision="FP32")
    assert picture.description.endswith("3 layers wait: 1 for arithmetic, 1 for memory, 1 for the call.")
    assert len({tuple(bar.get_facecolor()) for bar in picture._plot.bars}) == 3


def test_every_row_of_the_table_is_a_dot_and_the_sentence_has_its_numbers():
    picture = Picture(partial(EstimatesPlot, rows=rows()), figsize=(6.0, 4.4))
    dots = [line.get_xydata() for line in picture._plot.axes.lines if line.get_marker() == "o"]
    assert sorted(map(tuple, np.concatenate(dots))) == sorted(
        (r.estimated_us / 1e3, r.measured_us / 1e3) for r in rows()
    )
    assert f"{typical_error(rows()):.1f} times its estimate" in picture.description
    assert "estimate" in picture._plot.axes.get_xlabel()


@pytest.mark.parametrize(
    "picture",
    [partial(LAYERS, device="watch", precision="INT8"), partial(Picture, partial(EstimatesPlot, rows=rows()))],
)
def test_nothing_is_cut_off(picture):
    picture = picture()
    assert_nothing_is_cut_off(picture)
