"""The panels of lesson 13: what a runtime makes of a file, where its time goes, and what the machine allows."""

from functools import partial

from edukit.deployment.explain.explained import Explanation
from edukit.deployment.explain.fusion import Fusion
from edukit.panels.panel import Panel
from edukit.plots import Picture
from edukit.plots.deployment.explain import OperatorsPlot, RooflinePlot
from edukit.plots.deployment.fusion import ROWS, FusionPlot
from edukit.plots.deployment.runtimes import LOOKS, FilesPlot, RuntimesPlot
from edukit.table import Table


def fused(found: Fusion) -> Panel:
    """The operators of a file, left, and the one that is executed for them, right; the slider goes through the file."""
    last = max(2, len(found.fused) - ROWS + 1)
    return Panel(partial(FusionPlot, fusion=found), first=(1, last, 1), figsize=(8.5, 3.6))


def operator_times(explained: dict[str, Explanation]) -> Panel:
    """Where the time of each of several files goes, {name: Explanation}; the still shows the last one."""
    plot = partial(FilesPlot, plot=OperatorsPlot, values={name: {"explanation": e} for name, e in explained.items()})
    return Panel(plot, file=list(explained), still={"file": list(explained)[-1]}, figsize=(8.5, 3.2))


def roofline(explained: dict[str, Explanation]) -> Panel:
    """The layers of each of several files under the roofline of this machine: {name: Explanation}."""
    machine = next(iter(explained.values())).machine
    values = {name: {"profile": e.profile} for name, e in explained.items()}
    plot = partial(FilesPlot, plot=partial(RooflinePlot, machine=machine), values=values)
    return Panel(plot, file=list(explained), still={"file": list(explained)[-1]}, figsize=(8.5, 3.8))


def agreement(rows) -> Table:
    """In how many rows each runtime gives the codes of numpy's integers; rows as for `faster`.

    >>> from edukit.experiments.deployment.runtimes_table import measured
    >>> agreement(measured()).rows[0]
    ('digits, 78 k', '64 of 64', '64 of 64', '64 of 64', '64 of 64')
    """
    found = {}
    for row in rows:
        apart = f", {row.steps} step{'s' * (row.steps > 1)} apart" if row.steps else ""
        found.setdefault(row.network, {})[row.runtime] = f"{row.equal} of {row.rows}{apart}"
    heads = "equal rows", *(name for name, _, _ in LOOKS.values())
    return Table(heads, [(name, *(cells.get(runtime, "") for runtime in LOOKS)) for name, cells in found.items()])


def faster(rows) -> Picture:
    """How many times faster INT8 is: rows as `edukit.experiments.deployment.runtimes_table.measured` has them.

    >>> from edukit.experiments.deployment.runtimes_table import measured
    >>> faster(measured()).description[:44]
    'INT8 is so many times as fast as FP32 in ONN'
    """
    return Picture(partial(RuntimesPlot, rows=rows), figsize=(8.5, 3.4))
