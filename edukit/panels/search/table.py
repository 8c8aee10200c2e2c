"""Panels of a search space trained to its last architecture: the space, regret, the front under a limit, latency."""

from collections.abc import Mapping
from functools import partial

import numpy as np

from edukit.experiments.search.search_table import SPACE, CompleteTable
from edukit.panels.panel import Panel
from edukit.plots import Picture
from edukit.plots.search.front import TableFrontPlot
from edukit.plots.search.latency import PredictedPlot
from edukit.plots.search.regret import RegretPlot
from edukit.plots.search.space import TableSpacePlot


def space(table: CompleteTable) -> Panel:
    """The choices of the space and the network that they make."""
    controls = {choice.name: list(choice.options) for choice in SPACE.choices}
    return Panel(partial(TableSpacePlot, table=table), figsize=(8.0, 3.2), **controls)


def regret(scores: Mapping[str, np.ndarray], best: float) -> Panel:
    """How far each strategy is behind: {strategy: (runs, evaluations)} of shares of 0 to 1."""
    plot = partial(RegretPlot, scores=scores, best=best)
    return Panel(plot, strategy=list(scores), still={"strategy": list(scores)[-1]}, figsize=(8.0, 3.6))


def front(table: CompleteTable) -> Panel:
    """Accuracy against measured latency, with a limit to move."""
    entries = {}
    for architecture in SPACE.enumerate():
        name = " ".join(map(str, architecture.values()))
        entries[name] = table.cost(architecture)["latency_us"], table.score(architecture)
    costs = [cost for cost, _ in entries.values()]
    ends = float(np.floor(min(costs))), float(np.ceil(max(costs)))
    middle = float(round(np.median(costs)))
    plot = partial(TableFrontPlot, entries=entries, cost="µs in ONNX Runtime")
    return Panel(plot, limit=(*ends, middle), figsize=(8.0, 3.6))


def latency(predicted_us, measured_us) -> Picture:
    """What a latency table says against what was measured."""
    return Picture(partial(PredictedPlot, predicted_us=predicted_us, measured_us=measured_us), figsize=(6.0, 3.6))
