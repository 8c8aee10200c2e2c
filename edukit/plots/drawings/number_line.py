"""A line of real numbers: ticks with words below, shaded ends, and a value that moves to the nearest tick.

    at(value) = x + width (value - low) / (high - low)

Words below ticks are thinned out until neighbours do not touch: every second, every fourth, and so on.

Assumes   axes from `sheet`
"""

import numpy as np
from matplotlib.collections import LineCollection, PolyCollection

from edukit.plots.drawings.shapes import Arrow, Bracket
from edukit.plots.drawings.sheet import ACCENT, QUIET, inside, width_of, write
from edukit.plots.style import INK, LIMIT, dark

SHADE = "#e1e5ea"
RISE = 50  # pixels from the line up to the value


class NumberLine:
    """A level line from `low` to `high`; (x, y) is its left end.

    >>> from matplotlib.figure import Figure
    >>> from edukit.plots.drawings.sheet import sheet
    >>> line = NumberLine(sheet(Figure()), 50, 100, 600, low=-1, high=1)
    >>> float(line.at(0.5))
    500.0
    """

    def __init__(self, axes, x, y, width, *, low, high):
        self.axes = axes
        self.y = y
        self.ends = x, x + width
        self.low = low
        self.high = high
        self.shades = axes.add_collection(PolyCollection([], facecolors=SHADE, zorder=0.5))
        axes.plot(self.ends, [y, y], color=INK, linewidth=1.1, solid_capstyle="round")
        self.ticks = axes.add_collection(LineCollection([], colors=INK, linewidths=1.1))
        self.rows = {}
        self.guides = axes.add_collection(LineCollection([], colors=QUIET, linewidths=0.9, linestyles=":"))
        self.arrow = Arrow(axes, [(x, y), (x, y - 1)], color=ACCENT)
        self.gap = Bracket(axes, y - RISE - 12, above=True, color=dark(LIMIT))
        self.value = axes.plot([], [], "o", color=ACCENT, markersize=7, zorder=3)[0]
        self.target = axes.plot([], [], "D", color="white", markeredgecolor=ACCENT, markersize=7, zorder=3)[0]
        self.name = write(axes, x, y, color=dark(ACCENT), weight="bold")

    def at(self, value):
        """The x of a value, or of many."""
        return self.ends[0] + (self.ends[1] - self.ends[0]) * (np.asarray(value) - self.low) / (self.high - self.low)

    def tick(self, values, anchor: int = 0) -> None:
        """A short mark at each value, a longer one at the value with the index `anchor`."""
        places = self.at(values)
        heights = np.where(np.arange(len(places)) == anchor, 9, 5)
        self.ticks.set_segments([[(x, self.y - h), (x, self.y + h)] for x, h in zip(places, heights, strict=True)])
        self.ticks.set_linewidth(min(1.1, abs(places[1] - places[0]) / 4) if len(places) > 1 else 1.1)

    def label(self, y, values, words, keep) -> None:
        """Words below the ticks at height y; those with the indices `keep` come first, the very first is marked."""
        places = self.at(values)
        room = max(width_of(word) for word in words) + 7
        shown = []
        for index in [*keep, *_thinned(places, room, keep[-1])]:
            if all(abs(places[index] - places[other]) >= room for other in shown):
                shown.append(index)
        row = self.rows.setdefault(y, [])
        row += [write(self.axes, 0, y) for _ in range(len(shown) - len(row))]
        for text in row[len(shown) :]:
            text.set_text("")
        for text, index in zip(row, shown, strict=False):
            text.set(text=words[index], x=places[index])
        row[0].set(color=dark(ACCENT), weight="bold")

    def shade(self, low, high) -> None:
        """A darker ground below `low` and above `high`."""
        top = self.y - 14
        spans = [(self.ends[0], self.at(low)), (self.at(high), self.ends[1])]
        rectangles = [[(a, top), (b, top), (b, self.y + 14), (a, self.y + 14)] for a, b in spans if b > a]
        self.shades.set_verts(rectangles)

    def snap(self, value: float, to: float, name: str, gap: str) -> None:
        """A dot for the value, its name, an arrow down to where it goes, and a bracket over the distance."""
        x = float(self.at(value))
        target = float(self.at(to))
        top = self.y - RISE
        self.value.set_data([x], [top])
        self.target.set_data([target], [self.y])
        self.guides.set_segments([[(x, top), (x, self.y)], [(target, top - 7), (target, self.y)]])
        self.arrow.move([(x, top + 6), (target, self.y - 6)])
        self.gap.move(*sorted([x, target]), gap)
        side = 1 if target < x else -1  # the name stands on the side that the arrow does not take
        middle = x + side * (width_of(name, weight="bold") / 2 + 12)
        self.name.set(text=name, position=(inside(middle, name), top))


def _thinned(places, room, anchor) -> range:
    """Every index, every second, every fourth, and so on, with the anchor among them, so that `room` is left."""
    every = 1
    while len(places) > 1 and every * abs(places[1] - places[0]) < room:
        every *= 2
    return range(anchor % every, len(places), every)
