"""The panels of lesson 13: what a runtime makes of a file, where its time goes, and what the machine allows."""

from functools import partial

from edukit.deployment.explain.explained import Explanation
from edukit.deployment.explain.fusion import Fusion
from edukit.panels.panel import Panel
from edukit.plots import Picture
from edukit.plots.deployment.explain import OperatorsPlot, RooflinePlot
from edukit.plots.deployment.fusion import ROWS, FusionPlot
from edukit.plots.deployment.runtimes import FilesPlot, RuntimesPlot


def fused(found: Fusion) -> Panel:
    """The operators of a file, left, and the one that is executed for them, right; the slider goes through the file."""
    last = max(2, len(found.fused) - ROWS + 1)
    return Panel(partial(FusionPlot, fusion=found), first=(1, last, 1), figsize=(8.5, 3.6))


def operator_times(explained: dict[str, Explanation]) -> Panel:
    """Where the time of each of several files goes: {name: Explanation}."""
    plot = partial(FilesPlot, plot=OperatorsPlot, values={name: {"explanation": e} for name, e in explained.items()})
    return Panel(plot, file=list(explained), figsize=(8.5, 3.2))


def roofline(explained: dict[str, Explanation]) -> Panel:
    """The layers of each of several files under the roofline of this machine: {name: Explanation}."""
    machine = next(iter(explained.values())).machine
    values = {name: {"profile": e.profile} for name, e in explained.items()}
    plot = partial(FilesPlot, plot=partial(RooflinePlot, machine=machine), values=values)
    return Panel(plot, file=list(explained), figsize=(8.5, 3.8))


def faster(rows) -> Picture:
    """How many times faster INT8 is: rows as `edukit.experiments.runtimes_table.measured` has them.

    >>> from edukit.experiments.runtimes_table import measured
    >>> faster(measured()).description[:44]
    'INT8 is so many times as fast as FP32 in ONN'
    """
    return Picture(partial(RuntimesPlot, rows=rows), figsize=(8.5, 3.4))
