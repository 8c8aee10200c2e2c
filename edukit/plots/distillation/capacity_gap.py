"""A tiny student of a large and of a middle teacher in pictures: what each adds to the labels, seed by seed.

The class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np

from edukit.plots.style import BLUE, GREEN, INK, MUTED, ORANGE, dark, house

WAYS = {  # of the table: name, colour
    "smoothed": ("smoothed labels, no teacher", MUTED),
    "large": ("the large teacher", ORANGE),
    "middle": ("the middle teacher", BLUE),
    "assistant": ("the middle one, taught by the large", GREEN),
}


class CapacityGapPlot:
    """Points more than the student alone: a ring for each seed, a dot for their mean, a row for each teacher."""

    def __init__(self, fig, table):
        """table: {(way, temperature): [rows with `test`, one for each seed]}, as `capacity_gap.measured` has it."""
        self.rows = [key for way in WAYS for key in _of(table, way)]
        alone = np.array([row.test for row in table["alone", None]])
        self.gains = {key: 100 * (np.array([row.test for row in table[key]]) - alone) for key in self.rows}
        self.alone = 100 * alone.mean()
        with house():
            axes = fig.subplots()
            axes.axvline(0, color=MUTED, linewidth=1.2)
            for place, key in enumerate(self.rows):
                gains, color = self.gains[key], WAYS[key[0]][1]
                axes.plot(gains, np.full(len(gains), place), "o", color=INK, fillstyle="none", markersize=5)
                axes.plot(gains.mean(), place, "o", color=color, markersize=9)
                ground = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}  # the line at 0 ends at the words
                style = dict(ha="center", va="bottom", color=INK, bbox=ground)
                axes.text(gains.mean(), place - 0.25, f"{gains.mean():+.1f}".replace("-", "−"), **style)
            axes.set_yticks(range(len(self.rows)), [_name(key) for key in self.rows])
            for tick, (way, _) in zip(axes.get_yticklabels(), self.rows, strict=True):
                tick.set_color(dark(WAYS[way][1]))
            axes.set(ylim=(len(self.rows) - 0.5, -0.8), xlabel="points (ring: a seed, dot: their mean)")
            axes.set_title(f"Points more than with labels alone, {self.alone:.1f} of 100 test digits")

    def update(self):
        """Nothing moves; the sentence says what each way added."""
        said = [
            f"{_name(key)} {gains.mean():+.1f} ({gains.min():+.1f} to {gains.max():+.1f})"
            for key, gains in self.gains.items()
        ]
        return f"Alone {self.alone:.1f} of 100; points more, mean (worst to best seed): {'; '.join(said)}."


def _of(table, way):
    return [key for key in table if key[0] == way]


def _name(key) -> str:
    way, temperature = key
    return WAYS[way][0] + ("" if temperature is None else f", T = {temperature:g}")
