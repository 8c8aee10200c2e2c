"""Names for points that lie close together: each name stands at the top of a vertical line from its point.

    top      leftmost ─┐                the leftmost point has the highest name, and every name begins at its own line,
             next ─────┼──┐             so no line crosses a name and no two names share a row
    bottom             ●  ●

Shapes    xs costs above 0, ys accuracies in percent, names strings: equally long
In production  adjustText moves names until they no longer overlap, a little differently each time
"""

import numpy as np
from matplotlib.ticker import MaxNLocator

from edukit.plots.style import INK, MUTED


class PointNames:
    """Names of points on axes whose x is logarithmic: `show` draws them, or moves them."""

    def __init__(self, axes):
        self.axes = axes
        self.names = []
        self.gap = 1.0
        axes.set_xscale("log")
        self.poles = axes.vlines([], [], [], color=MUTED, linewidth=0.8, zorder=1)

    def show(self, xs, ys, names, *, room=0.0, pale=()):
        """xs above 0, ys accuracies in percent; room below and above the points; pale: indices of grey names."""
        heights = self._set_limits(np.asarray(xs), np.asarray(ys), room)
        while len(self.names) < len(names):
            self.names.append(self.axes.text(0, 0, "", va="center", clip_on=False))
        order = np.argsort(xs, kind="stable")
        for height, i in zip(heights, order, strict=True):
            self.names[i].set(x=xs[i] * self.gap, y=height, text=names[i], color=MUTED if i in pale else INK)
        tops = dict(zip(order, heights, strict=True))
        self.poles.set_segments([[(x, y), (x, tops[i])] for i, (x, y) in enumerate(zip(xs, ys, strict=True))])

    def _set_limits(self, xs, ys, room):
        """The lower part of the axes for the points, a row above it for each name; returns the rows, downwards."""
        inches = 0.75 * self.axes.figure.get_figheight()  # about the height of the axes, before the layout is known
        row = 0.19 / inches  # one line of text
        low = ys.min() - room
        high = ys.max() + room
        spare = max(0, 1.5 - (high - low)) / 2 + 0.12 * (high - low)
        low = low - spare
        high = high + spare
        top = low + (high - low) / max(0.3, 1 - row * (len(ys) + 0.5))
        self.axes.set_ylim(low, top)
        ticks = MaxNLocator(5, steps=[1, 2, 5, 10]).tick_values(low, min(high, 100))
        self.axes.set_yticks([tick for tick in ticks if tick >= low])
        span = max(np.log(xs.max() / xs.min()), 0.7)
        self.axes.set_xticks(*log_ticks(xs.min(), xs.max()))
        self.axes.minorticks_off()
        self.gap = np.exp(0.008 * span)
        self.axes.set_xlim(xs.min() / np.exp(0.06 * span), xs.max() * np.exp(0.38 * span))
        return top - (top - low) * row * (0.7 + np.arange(len(xs)))


def log_ticks(low, high) -> tuple[list[float], list[str]]:
    """1, 3, 10, 30, … from low to high, as numbers and as text: few, for text is slow to draw.

    >>> log_ticks(0.5, 2000)
    ([1, 3, 10, 30, 100, 300, 1000], ['1', '3', '10', '30', '100', '300', '1,000'])
    """
    values = [step * 10**k for k in range(-3, 10) for step in (1, 3) if low <= step * 10**k <= high]
    values = values if len(values) > 1 else [low, high]
    return values, [f"{value:,.4g}" if value < 1000 else f"{value:,.0f}" for value in values]
