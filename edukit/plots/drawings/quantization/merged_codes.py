"""Entropy calibration, drawn: a histogram, a window of its bins, what the codes still know of it, and what that costs.

    values in each bin ─ window ─> P  each bin, and all beyond the window in the last one
                                   Q  each code's sum, shared out to its filled bins       KL(P || Q) for each window

The class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np
from matplotlib.collections import PolyCollection

from edukit.plots.drawings.cells import Cells, level_rows
from edukit.plots.drawings.shapes import Bracket
from edukit.plots.drawings.sheet import NORMAL, QUIET, SMALL, sheet, write
from edukit.plots.style import CUT, INK, KEPT, LIMIT, MUTED, dark, house
from edukit.quantization.grid.entropy import divergence
from edukit.refuse import check_whole

COUNTS = (50, 20, 11, 7, 4, 3, 2, 1, 1, 0, 0, 1)
CODES = 4
LEFT = 40
SIZE = 31  # pixels of a cell, and of a bin
FLOOR = 122  # on which the bars stand
TALL = 70
ROW_P = 155
ROW_Q = 211
CURVE = (470, 660)  # x of the narrowest and of the widest window
CURVE_FLOOR = 214
CURVE_TALL = 140


class MergedCodesPlot:
    """A histogram of 100 values in 12 bins, and four codes for the first bins of it."""

    def __init__(self, fig, counts=COUNTS, codes: int = CODES):
        """counts: values in each of at most 12 bins, 100 in all; codes: how many, fewer than bins."""
        self.counts = np.asarray(counts)
        self.codes = codes
        self.windows = np.arange(codes, len(self.counts) + 1)
        self.losses = np.array([divergence(self.counts, 0, int(bins), codes) for bins in self.windows])
        with house():
            axes = sheet(fig)
            self.bars = axes.add_collection(PolyCollection(self._bars(), linewidths=0))
            heads = ((20, "100 values in 12 bins"), (ROW_P - 12, "P: what is there, beyond the window clipped"))
            for y, words in (*heads, (ROW_Q - 12, "Q: what the codes know, a frame for each code")):
                write(axes, LEFT, y, words, ha="left", color=INK if y < 30 else QUIET)
            for y, words in ((ROW_P, "P"), (ROW_Q, "Q")):
                write(axes, LEFT - 16, y + SIZE / 2, words, size=NORMAL, weight="bold")
            self.above = [write(axes, *place) for place in self._tops()]
            rows = (level_rows(LEFT, y, 1, len(self.counts), SIZE) for y in (ROW_P, ROW_Q))
            self.p, self.q = (Cells(axes, corners, SIZE) for corners in rows)
            self.window = Bracket(axes, ROW_Q + SIZE + 10, above=False)
            self._draw_curve(axes)

    def update(self, window):
        """window: how many bins the codes cover, from as many as there are codes to all of them."""
        window = check_whole(window, "window", self.codes, len(self.counts))
        P, Q, groups = merged(self.counts, window, self.codes)
        inside = np.arange(len(self.counts)) < window
        self.bars.set_facecolors([KEPT if kept else CUT for kept in inside])
        for text, count in zip(self.above, self.counts, strict=True):
            text.set_text(str(count))
        for cells, row in ((self.p, P), (self.q, Q)):
            shown = np.append(row, np.full(len(self.counts) - window, np.nan))[None]
            words = ["" if np.isnan(v) else f"{v:.3g}" for v in shown[0]]
            cells.show(np.sqrt(shown / self.counts.max()).clip(0, 1), words)
        ends = [np.flatnonzero(groups == code)[[0, -1]] for code in range(self.codes)]
        self.q.frame([((0, int(first)), (0, int(last))) for first, last in ends])
        self.window.move(LEFT, LEFT + SIZE * window, f"the window: {window} bins for {self.codes} codes")
        loss = self.losses[window - self.codes]
        clipped = int(self.counts[window:].sum())
        self.mark.set_data([self._across(window)], [self._up(loss)])
        self.said.set_text(f"{window} bins: KL = {loss:.3f}")
        return (
            f"A window of {window} bins for {self.codes} codes clips {clipped} of {self.counts.sum()} values; "
            f"the codes lose KL = {loss:.3f}."
        )

    def _bars(self):
        heights = TALL * self.counts / self.counts.max()
        lefts = LEFT + SIZE * np.arange(len(self.counts)) + 2
        corners = zip(lefts, heights, strict=True)
        return [[(x, FLOOR), (x, FLOOR - h), (x + SIZE - 4, FLOOR - h), (x + SIZE - 4, FLOOR)] for x, h in corners]

    def _tops(self):
        heights = TALL * self.counts / self.counts.max()
        return [(LEFT + SIZE * (i + 0.5), FLOOR - h - 8) for i, h in enumerate(heights)]

    def _across(self, bins):
        first, last = self.windows[[0, -1]]
        return CURVE[0] + (CURVE[1] - CURVE[0]) * (np.asarray(bins) - first) / (last - first)

    def _up(self, loss):
        return CURVE_FLOOR - CURVE_TALL * np.asarray(loss) / self.losses.max()

    def _draw_curve(self, axes):
        middle = sum(CURVE) / 2
        write(axes, middle, 24, "what the codes lose")
        axes.plot(CURVE, [CURVE_FLOOR] * 2, color=MUTED, linewidth=0.9)
        axes.plot(self._across(self.windows), self._up(self.losses), "o-", color=MUTED, markersize=5, linewidth=1.2)
        for bins in self.windows:
            write(axes, self._across(bins), CURVE_FLOOR + 12, str(bins), size=SMALL, color=QUIET)
        write(axes, middle, CURVE_FLOOR + 32, "bins in the window", color=QUIET)
        self.mark = axes.plot([], [], "o", color=LIMIT, markersize=9, zorder=3)[0]
        self.said = write(axes, middle, 46, color=dark(LIMIT), weight="bold")


def merged(counts, window: int, codes: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """P and Q of the first `window` bins, as numbers of values, and the code of each bin.

    >>> P, Q, groups = merged(np.array([4, 2, 1, 0, 1]), 4, 2)
    >>> P.tolist(), Q.tolist(), groups.tolist()
    ([4.0, 2.0, 1.0, 1.0], [3.0, 3.0, 0.5, 0.5], [0, 0, 1, 1])
    """
    P = counts[:window].astype(float)
    P[-1] += counts[window:].sum()
    groups = np.arange(window) * codes // window
    filled = P > 0
    sums = np.maximum(np.bincount(groups, counts[:window]), 0.5)  # a code without a value, as `divergence` counts it
    return P, filled * sums[groups] / np.bincount(groups, filled)[groups], groups
