"""The panels of the lesson on the device: which models it can run, and which one answers in the course of a day."""

from collections.abc import Mapping
from functools import partial

from edukit.deployment.device.profiles import devices
from edukit.panels.panel import Panel
from edukit.plots.deployment.day import DayPlot
from edukit.plots.deployment.front import FrontPlot


def front(models: Mapping[str, tuple], still: dict | None = None) -> Panel:
    """The models that a device can run, by estimate, and the best of them.

    models   {name: (accuracy, layers as `layer_costs` counts them, "float32" or "int8")}
    """
    return Panel(partial(FrontPlot, models=models), device=list(devices), figsize=(7.5, 4.2), still=still)


def phone_day(latencies_s: Mapping[str, float], still: dict | None = None) -> Panel:
    """A day of a phone: how warm the air is, and how far the phone must cool before the better model comes back.

    latencies_s   {name: seconds}, the best model first; three at most
    """
    plot = partial(DayPlot, latencies_s=latencies_s, device=devices["phone"])
    return Panel(plot, ambient_c=(15, 35, 25), gap_c=(0.0, 6.0, 3.0), figsize=(7.5, 5.2), still=still)
