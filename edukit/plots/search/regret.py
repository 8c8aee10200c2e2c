"""Regret against evaluations: a line for each strategy, and the band of one.

Each class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

from collections.abc import Mapping

import numpy as np

from edukit.plots.style import BLUE, GREEN, MUTED, ORANGE, RED, house
from edukit.search.regret import bands, evaluations_to, regret

COLORS = (MUTED, ORANGE, BLUE, GREEN, RED)


class RegretPlot:
    """The median of many runs for each strategy; of the chosen one, the band of the middle half as well."""

    def __init__(self, fig, scores: Mapping[str, np.ndarray], best: float):
        """scores: {strategy: (runs, evaluations)}, shares of 0 to 1; best: the best share of the table."""
        self.curves = {name: 100 * regret(found, best) for name, found in scores.items()}
        self.needed = {name: [evaluations_to(run, best) for run in found] for name, found in scores.items()}
        count = next(iter(scores.values())).shape[1]
        self.steps = np.arange(1, count + 1)
        with house():
            self.axes = fig.subplots()
            self.axes.set(xlabel="evaluations", ylabel="regret, points of accuracy", xlim=(1, count))
            self._draw_lines()
            self.band = self.axes.fill_between(self.steps, 0, 0, alpha=0.25, linewidth=0)
            self.axes.set_ylim(0, 1.05 * max(bands(curve)[1][min(2, count - 1)] for curve in self.curves.values()))

    def _draw_lines(self):
        ends = []
        self.lines = {}
        for (name, curve), color in zip(self.curves.items(), COLORS, strict=False):
            middle = bands(curve)[1]
            (self.lines[name],) = self.axes.plot(self.steps, middle, color=color)
            ends.append((middle[len(middle) // 3], name))
        names = [name for _, name in sorted(ends, reverse=True)]
        handles = [self.lines[name] for name in names]
        self.axes.legend(handles, names, frameon=False, loc="upper right")

    def update(self, strategy):
        """strategy: one of the names."""
        if strategy not in self.curves:
            raise ValueError(f"strategy must be one of {', '.join(self.curves)}, got {strategy!r}")
        low, _, high = bands(self.curves[strategy])
        color = self.lines[strategy].get_color()
        self.band.set_data(self.steps, low, high)
        self.band.set_facecolor(color)
        for name, line in self.lines.items():
            line.set(linewidth=3 if name == strategy else 1.4, zorder=4 if name == strategy else 3)
        runs = len(self.curves[strategy])
        self.axes.set_title(f"{strategy}: the middle half of {runs} runs")
        needed = "; ".join(f"{name} {_said(np.median(found))}" for name, found in self.needed.items())
        return (
            f"Evaluations until the best of the table is found, the median of {runs} runs: {needed}. "
            f"The band is the middle half of the runs of {strategy}."
        )


def _said(count: float) -> str:
    return f"{count:g}" if np.isfinite(count) else "more than were made"
