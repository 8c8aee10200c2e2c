"""Heat, drawn: the curve is the estimate, ends at the limit, and the speed falls when it gets there."""

import math

import pytest

from edukit.deployment.device.profiles import devices
from edukit.deployment.device.thermal import seconds_until_limit, sustained
from edukit.plots import Picture
from edukit.plots.deployment.heat import HeatPlot


@pytest.mark.parametrize("name", devices)
def test_the_curves_are_the_estimate_of_the_device(name):
    picture = Picture(HeatPlot, figsize=(7.5, 3.6), device=name)
    plot, device = picture._plot, devices[name]
    temperatures, speeds = sustained(device, 60 * plot.minutes)
    assert (plot.curve.get_ydata() == temperatures).all() and (plot.rate.get_ydata() == 100 * speeds).all()
    assert max(plot.curve.get_ydata()) <= device["limit_c"] == plot.limit.get_ydata()[0]
    until = seconds_until_limit(device, device["busy_w"])
    assert ("keeps its speed" in picture.description) == math.isinf(until)
    assert "estimate" in picture.description and "estimate" in plot.warmth.get_ylabel()
