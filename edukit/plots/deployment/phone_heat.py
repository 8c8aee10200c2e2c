"""How much longer a run takes while a phone gets warm: a line for each phone that ran a file for a minute.

line = medians over time / the first of them      1: as fast as at the start
"""

import numpy as np

from edukit.deployment.phone.compared import spread
from edukit.plots.deployment.phone_board import colors_of
from edukit.plots.style import INK, house

NOBODY = "No phone has run a file for a minute yet."
LEAST = 3  # medians that make a line


def warmed(rows) -> list:
    """The rows of phones that ran a file for a while."""
    return [row for row in rows if len(row.posted.heat) >= LEAST]


class PhoneHeatPlot:
    """Seconds to the right, the time of a run upwards; the number of the phone stands at the end of its line."""

    def __init__(self, fig, rows, models):
        """rows: of a PhoneBoard; models: its entries."""
        self.rows = warmed(rows)
        colors = colors_of(models)
        with house():
            self.axes = fig.subplots()
            self.axes.axhline(1, color=INK, linewidth=1)
            for row in self.rows:
                seconds, slower = _curve(row)
                self.axes.plot(seconds, slower, color=colors[row.posted.model], linewidth=1.5)
                self.axes.text(seconds[-1], slower[-1], f" {row.number}", color=INK, va="center", fontsize=9)
            for name in dict.fromkeys(row.posted.model for row in self.rows):
                self.axes.plot([], [], color=colors[name], label=name)
            top = max((float(_curve(row)[1].max()) for row in self.rows), default=1.0)
            last = max((row.posted.heat[-1][0] for row in self.rows), default=60.0)
            self.axes.set(xlim=(0, 1.05 * last), ylim=(0, 1.15 * top), xlabel="seconds without a pause")
            self.axes.set_ylabel("a run takes, × the first")
            if self.rows:
                self.axes.legend(loc="lower left", frameon=False, ncols=len(colors))

    def update(self):
        """Nothing moves; the sentence names no phone."""
        if not self.rows:
            return NOBODY
        ends = [float(_curve(row)[1][-LEAST:].mean()) for row in self.rows]
        low, middle, high = (f"{value:.2f}" for value in spread(ends))
        count = len({row.number for row in self.rows})
        where = "" if len(ends) == 1 else f" in the median, from {low} to {high}"
        return (
            f"{count} phone{'s' if count > 1 else ''} ran without a pause: "
            f"at the end a run takes {middle} times as long as at the start{where}."
        )


def _curve(row) -> tuple[np.ndarray, np.ndarray]:
    seconds, medians = np.array(row.posted.heat).T
    return seconds, medians / medians[0]
