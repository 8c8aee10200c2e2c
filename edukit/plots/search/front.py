"""Every architecture of a table: accuracy against a cost, the front, and the best within a limit.

Each class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

from collections.abc import Mapping

import numpy as np

from edukit.deployment.tradeoff import pareto_front
from edukit.plots.style import FAINT, KEPT, LIMIT, MUTED, house


class TableFrontPlot:
    """A dot for each architecture, grey where it breaks the limit; a ring around the best that keeps it."""

    def __init__(self, fig, entries: Mapping[str, tuple[float, float]], cost: str = "measured µs"):
        """entries: {name of an architecture: (cost, accuracy of 0 to 1)}; cost: what the first is, with its unit."""
        self.names = list(entries)
        self.costs, accuracies = np.array(list(entries.values())).T
        self.accuracies = 100 * accuracies
        self.unit = cost
        with house():
            self.axes = fig.subplots()
            span = np.ptp(self.costs)
            self.axes.set(xlabel=cost, ylabel="validation accuracy, %")
            self.axes.set_xlim(self.costs.min() - 0.05 * span, self.costs.max() + 0.05 * span)
            self.beyond = self.axes.axvspan(0, 1, color=FAINT, zorder=0)
            self.limit = self.axes.axvline(0, color=LIMIT, linewidth=1.5, linestyle="--", zorder=1)
            front = sorted(pareto_front(self.costs, self.accuracies), key=lambda i: self.costs[i])
            steps = np.repeat(self.costs[front], 2)[1:], np.repeat(self.accuracies[front], 2)[:-1]
            self.axes.plot(*steps, color=MUTED, linewidth=1, zorder=2)
            self.dots = self.axes.scatter(self.costs, self.accuracies, s=26, zorder=3)
            self.ring = self.axes.plot([], [], "o", markersize=16, fillstyle="none", color=LIMIT, zorder=4)[0]

    def update(self, limit):
        """limit: the most that an architecture may cost."""
        inside = self.costs <= limit
        self.dots.set_color([KEPT if kept else MUTED for kept in inside])
        self.dots.set_alpha([1.0 if kept else 0.35 for kept in inside])
        self.limit.set_xdata([limit, limit])
        high = self.axes.get_xlim()[1]
        self.beyond.set(x=limit, width=max(0, high - limit))
        self.ring.set_data([], [])
        if not inside.any():
            return f"No architecture keeps a limit of {limit:g} {self.unit}; the smallest needs {self.costs.min():.3g}."
        best = int(np.flatnonzero(inside)[np.lexsort((self.costs[inside], -self.accuracies[inside]))[0]])
        self.ring.set_data([self.costs[best]], [self.accuracies[best]])
        return (
            f"{inside.sum()} of {len(inside)} architectures keep {limit:g} {self.unit}. The best of them: "
            f"{self.names[best]}, {self.accuracies[best]:.1f} % at {self.costs[best]:.3g}."
        )
