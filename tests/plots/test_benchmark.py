"""What the pictures say is what was measured, and names can be read however close the points lie."""

from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.colors import to_rgba
from pictures import assert_nothing_is_cut_off

from edukit.deployment.tradeoff import cheapest_within, pareto_front
from edukit.plots import Picture
from edukit.plots.benchmark import PAY_IN, CallsPlot, ChoicePlot, LatencyPlot, SizePlot
from edukit.plots.style import FLOAT, QUANTIZED


def stage(name, size_bytes, accuracy, median_s, operator="Conv"):
    latency = SimpleNamespace(median_s=median_s, p90_s=1.1 * median_s)
    costs = {"size_bytes": size_bytes, "latency": latency, "energy_j": size_bytes * 1.6e-10}
    return SimpleNamespace(name=name, accuracy=accuracy, operators={operator: 14}, **costs)


RUN = [
    stage("teacher", 4_912_441, 0.990, 167e-6),
    stage("student", 292_052, 0.992, 26e-6),
    stage("fewer channels", 169_604, 0.992, 22e-6),
    stage("INT8", 64_206, 0.992, 30e-6, "QLinearConv"),
]
STAGES = [*RUN, stage("tiny", 9_000, 0.83, 19e-6)]
CALLS_S = [106e-6, 33e-6, 25e-6, *np.full(296, 21e-6), 321e-6]
CHOICE = partial(ChoicePlot, stages=STAGES, images=500)
PICTURES = {
    "size": partial(Picture, SizePlot, figsize=(7.2, 3.4), stages=RUN),
    "latency": partial(Picture, LatencyPlot, figsize=(7.2, 3.4), stages=RUN),
    "calls": partial(Picture, partial(CallsPlot, times_s=CALLS_S), figsize=(7.5, 3), warmup=10),
    "choice": partial(Picture, CHOICE, figsize=(7.5, 4.2), may_lose_points=2.0, pay_in="file"),
}


@pytest.mark.parametrize("name", PICTURES)
def test_nothing_is_cut_off_and_every_axis_is_named(name):
    picture = PICTURES[name]()
    assert_nothing_is_cut_off(picture)
    assert picture.axes[0].get_xlabel() and (name == "latency" or picture.axes[0].get_ylabel())


def test_size_says_first_and_last():
    picture = PICTURES["size"]()
    assert "From teacher to INT8 the file becomes 77 times smaller" in picture.description
    assert "from 99.0% to 99.2%" in picture.description
    assert list(picture._plot.line.get_xdata()) == [stage.size_bytes / 1e3 for stage in RUN]
    assert all(tick <= 100 for tick in picture.axes[0].get_yticks())


def test_latency_draws_a_bar_as_long_as_the_median_and_integers_in_blue():
    bars = PICTURES["latency"]().axes[0].patches
    assert [bar.get_width() for bar in bars] == pytest.approx([167, 26, 22, 30])
    colors = [bar.get_facecolor() for bar in bars]
    assert colors == [to_rgba(FLOAT)] * 3 + [to_rgba(QUANTIZED)]


def test_calls_tell_mean_from_median_and_count_what_lies_above():
    picture = PICTURES["calls"]()
    kept = np.array(CALLS_S[10:])
    mean, median = 1e6 * kept.mean(), 1e6 * np.median(kept)
    assert f"the mean is {mean:,.1f} µs and the median {median:,.1f} µs." in picture.description
    assert picture.axes[0].get_title(loc="left").endswith("· 1 calls lie above")
    assert list(picture._plot.mean.get_ydata()) == [mean, mean]
    picture.move(warmup=0)
    assert f"the mean is {1e6 * np.mean(CALLS_S):,.1f} µs" in picture.description
    assert not len(picture._plot.warm.get_xdata())


@pytest.mark.parametrize("pay_in", PAY_IN)
@pytest.mark.parametrize("points", [0.0, 2.0, 20.0])
def test_the_ring_marks_the_cheapest_model_that_loses_little_enough(pay_in, points):
    picture = Picture(CHOICE, figsize=(7.5, 4.2), may_lose_points=points, pay_in=pay_in)
    costs, accuracies = [PAY_IN[pay_in][2](s) for s in STAGES], [s.accuracy for s in STAGES]
    chosen = cheapest_within(costs, accuracies, points)
    assert (picture._plot.ring.get_xdata()[0], picture._plot.ring.get_ydata()[0]) == (
        costs[chosen],
        100 * accuracies[chosen],
    )
    assert f"the cheapest is {STAGES[chosen].name}, " in picture.description
    hollow = [i for i, mark in enumerate(picture._plot.points) if mark.lines[0].get_fillstyle() == "none"]
    assert sorted(set(range(len(STAGES))) - set(hollow)) == pareto_front(costs, accuracies)


def test_moving_back_gives_the_first_picture_again():
    picture = PICTURES["choice"]()
    first, words = picture.png(), picture.description
    picture.move(may_lose_points=0.0, pay_in="latency")
    assert picture.png() != first
    assert picture.move(may_lose_points=2.0, pay_in="file") == words and picture.png() == first
