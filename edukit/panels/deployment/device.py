"""The panels of the lesson on the device: what a model costs there, which one it can run, and which one answers."""

from collections.abc import Mapping
from functools import partial

from edukit.deployment.device.profiles import devices
from edukit.panels.panel import Panel
from edukit.plots import Picture
from edukit.plots.deployment.day import DayPlot
from edukit.plots.deployment.estimates import PRECISIONS, EstimatesPlot, LayerTimesPlot
from edukit.plots.deployment.front import FrontPlot
from edukit.plots.deployment.heat import HeatPlot
from edukit.plots.drawings.deployment.model_memory import REQUESTS, ModelMemoryPlot
from edukit.plots.drawings.deployment.shards import LAYERS, ShardsPlot


def layer_times(costs, name: str) -> Panel:
    """What each layer of a network waits for, and how long it takes, by estimate, on each device.

    costs   layers as `layer_costs` counts them
    """
    plot = partial(LayerTimesPlot, costs=costs, name=name)
    return Panel(plot, device=list(devices), precision=list(PRECISIONS), figsize=(8.5, 3.4))


def front(models: Mapping[str, tuple], still: dict | None = None) -> Panel:
    """The models that a device can run, by estimate, and the best of them.

    models   {name: (accuracy, layers as `layer_costs` counts them, "float32" or "int8")}
    """
    return Panel(partial(FrontPlot, models=models), device=list(devices), figsize=(7.5, 4.2), still=still)


def heat() -> Panel:
    """Temperature and speed of each device, by estimate, over an hour in which one core never rests.

    >>> heat().description[:60]
    'The watch takes 0.6 W where the case gives off 0.5 W: after '
    """
    return Panel(HeatPlot, device=list(devices), figsize=(7.5, 3.6))


def estimates(rows) -> Picture:
    """Estimate and measurement of many networks: `experiments.deployment.device_estimates.rows()`.

    >>> from edukit.experiments.deployment.device_estimates import rows
    >>> estimates(rows()).description[:28]
    '17 networks on one computer,'
    """
    return Picture(partial(EstimatesPlot, rows=rows), figsize=(6.0, 4.4))


def memory() -> Panel:
    """Files on disk and models in memory, request by request, under a budget of bytes.

    >>> memory().description[:29]
    'Request 1, model a: there is '
    """
    return Panel(ModelMemoryPlot, request=(1, len(REQUESTS), 1), pin_a=False, still={"request": 4}, play="request")


def shards() -> Panel:
    """What a file in two shards can answer when.

    >>> shards().description[:40]
    'The first shard holds 3 of 25 layers: it'
    """
    return Panel(ShardsPlot, layers=(1, LAYERS - 1, 3))


def phone_day(latencies_s: Mapping[str, float], still: dict | None = None) -> Panel:
    """A day of a phone: how warm the air is, and how far the phone must cool before the better model comes back.

    latencies_s   {name: seconds}, the best model first; three at most
    """
    plot = partial(DayPlot, latencies_s=latencies_s, device=devices["phone"])
    return Panel(plot, ambient_c=(15, 35, 25), gap_c=(0.0, 6.0, 3.0), figsize=(7.5, 5.2), still=still)
