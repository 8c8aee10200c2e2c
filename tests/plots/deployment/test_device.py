"""The pictures of the device: what they say is what was estimated, and they move back to where they were."""

from functools import partial

import numpy as np
import pytest
from pictures import assert_nothing_is_cut_off

from edukit.deployment.device.estimate import best_for, estimate_of, reasons_against
from edukit.deployment.device.profiles import devices
from edukit.deployment.manager.day import answered, day, switches
from edukit.networks.costs import LayerCost
from edukit.plots import Picture
from edukit.plots.deployment.day import DayPlot
from edukit.plots.deployment.front import FrontPlot


def layers(width):
    return [LayerCost("layer", (width, width), (3, 3), 1, (56, 56), (56, 56)) for _ in range(6)]


MODELS = {
    "large": (0.72, layers(256), "float32"),
    "large INT8": (0.715, layers(256), "int8"),
    "small": (0.65, layers(64), "float32"),
    "small INT8": (0.64, layers(64), "int8"),
}
TIMES = {"full": 0.03, "int8": 0.01, "tiny": 0.003}
FRONT = partial(Picture, partial(FrontPlot, models=MODELS), figsize=(7.5, 4.2))
DAY = partial(Picture, partial(DayPlot, latencies_s=TIMES, device=devices["phone"]), figsize=(7.5, 5.2))


@pytest.mark.parametrize("picture", [partial(FRONT, device="watch"), partial(DAY, ambient_c=25, gap_c=3.0)])
def test_nothing_is_cut_off_and_says_that_it_is_an_estimate(picture):
    picture = picture()
    assert_nothing_is_cut_off(picture)
    said = " ".join(axes.get_xlabel() + axes.get_ylabel() for axes in picture.axes)
    assert "estimate" in said and "estimate" in picture.description


@pytest.mark.parametrize("name", devices)
def test_hollow_is_what_the_device_cannot_run_and_the_ring_is_the_best(name):
    picture = FRONT(device=name)
    found = {model: estimate_of(costs, devices[name], how) for model, (_, costs, how) in MODELS.items()}
    hollow = [
        model for model, point in zip(MODELS, picture._plot.points, strict=True) if point.get_fillstyle() == "none"
    ]
    assert hollow == [model for model, one in found.items() if reasons_against(one, devices[name])]
    best = best_for(devices[name], {model: (MODELS[model][0], one) for model, one in found.items()})
    ring = list(picture._plot.ring.get_xdata())
    assert ring == ([1e3 * found[best].latency_s] if best else [])
    assert (f"can run is {best} " if best else "can run none of them") in picture.description


def test_where_no_model_fits_there_is_no_ring():
    heavy = {"huge": (0.9, layers(2048), "float32")}
    picture = Picture(partial(FrontPlot, models=heavy), figsize=(7.5, 4.2), device="watch")
    assert not len(picture._plot.ring.get_xdata()) and "it can run none of them" in picture.description


def test_the_day_draws_each_moment_once():
    picture = DAY(ambient_c=30, gap_c=1.0)
    moments = day(TIMES, devices["phone"], ambient_c=30, gap_c=1.0)
    drawn = np.concatenate([band.get_xdata() for band in picture._plot.bands])
    assert sorted(drawn) == [moment.hour for moment in moments]
    assert f"changes {switches(moments)} times a day" in picture.description
    assert f"full {answered(moments)['full']:.0%}" in picture.description


@pytest.mark.parametrize(
    "make, there",
    [
        (partial(FRONT, device="watch"), {"device": "tablet"}),
        (partial(DAY, ambient_c=25, gap_c=3.0), {"ambient_c": 33, "gap_c": 0.0}),
    ],
)
def test_moving_back_gives_the_first_picture_again(make, there):
    picture = make()
    first, words = picture.png(), picture.description
    back = {name: make.keywords[name] for name in there}
    picture.move(**there)
    assert picture.png() != first
    assert picture.move(**back) == words and picture.png() == first
