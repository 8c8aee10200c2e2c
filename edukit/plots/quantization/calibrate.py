"""Calibration seen four ways: one range and its two errors, more and more images, batches in time, several networks.

Each class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

from functools import partial

import numpy as np

from edukit.plots.style import BLUE, CUT, FLOAT, GREEN, INK, KEPT, LIMIT, ORANGE, QUANTIZED, dark, house
from edukit.quantization.grid.affine import choose_qparams, dequantize
from edukit.quantization.grid.calibrate import clipping_and_rounding, for_grid, min_max, moving_average, mse, percentile
from edukit.quantization.grid.entropy import kl

METHODS = {"min_max": min_max, "percentile": percentile, "mse": mse, "kl": kl, "moving_average": moving_average}
BITS = range(2, 9)
WHITE = {"color": "white", "pad": 1.5}  # behind words that a line may cross


class RangePlot:
    """Above: which values of a layer get a code of their own. Below: what clipping and rounding cost, by the range."""

    FRACTIONS = np.geomspace(0.05, 1, 40, dtype=np.float32)

    def __init__(self, fig, observer):
        """observer: has watched the layer; its sample is drawn, and its `range` is asked."""
        self.observer = observer
        self.sample = observer.sample
        self.energy = float(np.mean(self.sample**2)) or 1.0
        self.chosen = {(m, b): self._range(m, b) for m in METHODS if m != "percentile" for b in BITS}
        self.curves = {bits: self._curves(bits) for bits in BITS}
        low, high = min_max(self.sample)
        weights = np.full(self.sample.size, 100 / self.sample.size)
        self.shares, self.edges = np.histogram(self.sample, 120, weights=weights)
        margin = 0.03 * (high - low)
        with house():
            self.top, self.bottom = fig.subplots(2, 1, sharex=True)
            self._draw_values()
            self._draw_errors()
            ends = {"color": LIMIT, "linewidth": 1.2, "linestyle": "--"}
            self.ends = [[axes.axvline(0, **ends) for _ in "<>"] for axes in (self.top, self.bottom)]
            self.bottom.set_xlim(low - margin, high + margin)
            for axes in (self.top, self.bottom):
                axes.minorticks_off()

    def _draw_values(self):
        self.top.stairs(self.shares, self.edges, fill=True, color=CUT)
        self.kept = self.top.stairs(self.shares, self.edges, fill=True, color=KEPT)
        self.codes = self.top.plot([], [], "|", color=INK, markersize=8, markeredgewidth=1)[0]
        self.facts = self.top.text(0.93, 0.95, "", transform=self.top.transAxes, ha="right", va="top", color=INK)
        self.facts.set_bbox(WHITE)
        self.top.set(title="Values of the layer, and the codes", ylabel="values", yscale="log")
        self.top.set(ylim=(4 / self.sample.size, 6 * self.shares.max()))  # the codes lie below the smallest bar
        self.top.set_yticks([0.001, 0.1, 10], ["1 of 100,000", "1 of 1,000", "1 of 10"])

    def _draw_errors(self):
        self.lines = [self.bottom.plot([], [], color=color)[0] for color in (CUT, QUANTIZED, INK)]
        self.lines[-1].set_linestyle(":")
        names = zip(("clipping", "rounding", "⋯ together"), (CUT, QUANTIZED, INK), (0.5, 0.64, 0.78), strict=True)
        for name, color, x in names:
            self.bottom.text(x, 0.88, name, transform=self.bottom.transAxes, color=dark(color), bbox=WHITE)
        self.mark = self.bottom.plot([], [], "o", color=LIMIT, markersize=8, zorder=5)[0]
        self.whole = self.bottom.plot([], [], "o", color="none", markeredgecolor=LIMIT, markersize=8, zorder=4)[0]
        self.bottom.set(title="Squared error, if the range ends here", xlabel="value", ylabel="error, % of Σ x²")
        self.bottom.set(yscale="log", ylim=(1e-4, 1000))
        self.bottom.set_yticks([1e-4, 0.01, 1, 100], ["0.0001", "0.01", "1", "100"])

    def update(self, method, bits, percentile):
        """method: a name in METHODS · bits 2 to 8 · percentile: for the method of that name."""
        low, high = self.chosen.get((method, bits)) or self._range("percentile", bits, p=percentile)
        grid = choose_qparams(low, high, bits)
        clipping, rounding = (round(100 * part / self.energy, 7) for part in clipping_and_rounding(self.sample, grid))
        outside = 100 * np.mean((self.sample < low) | (self.sample > high))
        self.kept.set_data(np.where((self.edges[1:] > low) & (self.edges[:-1] < high), self.shares, 0), self.edges)
        levels = dequantize(np.arange(grid.qmin, grid.qmax + 1), grid)
        self.codes.set_data(levels, np.full(levels.size, 2.4 * self.top.get_ylim()[0]))
        for line, curve in zip(self.lines, self.curves[bits], strict=True):
            line.set_data(self.FRACTIONS * self.observer.range()[1], curve)
        self.mark.set_data([high], [clipping + rounding])
        self.whole.set_data([self.observer.range()[1]], [self.curves[bits][-1, -1]])
        for ends in self.ends:
            for line, end in zip(ends, (low, high), strict=True):
                line.set_xdata([end, end])
        self.facts.set_text(f"{low:.2f} to {high:.2f}, step {grid.scale:.3g}\n{outside:.2g} % outside")
        return (
            f"{method} at {bits} bits: {low:.2f} to {high:.2f}, step {grid.scale:.3g}, {outside:.2g} % of the values "
            f"saturate; clipping costs {clipping:.2g} % of the energy, rounding {rounding:.2g} %."
        )

    def _range(self, method, bits, **options):
        return self.observer.range(for_grid(partial(METHODS[method], **options), bits, False))

    def _curves(self, bits):
        """Clipping, rounding and their sum for smaller and smaller copies of the whole range, in % of the energy."""
        low, high = self.observer.range()
        grids = [choose_qparams(a * low, a * high, bits) for a in self.FRACTIONS]
        parts = np.array([clipping_and_rounding(self.sample, grid) for grid in grids]).T
        return 100 * np.array([*parts, parts.sum(0)]) / self.energy


class MoreImagesPlot:
    """The end of a range as more and more images are watched: a line for each way, a band for different draws."""

    def __init__(self, fig, ends):
        """ends: {way: {images: [end of the range, for each draw of that many images]}}, at most three ways."""
        self.ends = {way: {n: np.asarray(v, float) for n, v in row.items()} for way, row in ends.items()}
        self.images = list(next(iter(ends.values())))
        with house():
            axes = fig.subplots()
            self.mark = axes.axvline(self.images[0], color=LIMIT, linewidth=1.2, linestyle="--")
            largest = max(v.max() for row in self.ends.values() for v in row.values())
            rows = sorted(self.ends.items(), key=lambda row: -row[1][self.images[-1]].mean())
            name_y = np.inf
            for (way, row), color, marker in zip(rows, (BLUE, ORANGE, GREEN), "os^", strict=False):
                middle, low, high = (np.array([f(v) for v in row.values()]) for f in (np.mean, np.min, np.max))
                axes.fill_between(self.images, low, high, color=color, alpha=0.25, linewidth=0)
                axes.plot(self.images, middle, marker, linestyle="-", color=color)
                name_y = min(middle[-1], name_y - 0.09 * largest)  # names must not lie on each other
                axes.text(self.images[-1] * 1.1, name_y, way, color=dark(color), va="center")
            axes.set_xscale("log", base=2)
            axes.set_xticks(self.images, map(str, self.images))
            axes.set_xlim(self.images[0] / 1.2, self.images[-1] * 4)
            axes.set_ylim(0, 1.08 * largest)
            axes.set(xlabel="calibration images", ylabel="largest value with a code")

    def update(self, doublings):
        """doublings: how often the smallest number of images was doubled."""
        images = self.images[doublings]
        self.mark.set_xdata([images, images])
        ranges = ", ".join(
            f"{way} {row[images].mean():.1f} ({row[images].min():.1f} to {row[images].max():.1f})"
            for way, row in self.ends.items()
        )
        return f"{images} images, where the range ends on average (smallest to largest draw): {ranges}."


class MovingAveragePlot:
    """Smallest and largest value of each batch, and their moving average as it goes."""

    def __init__(self, fig, history):
        """history: (batches, 2), smallest and largest value of each batch, in time."""
        self.history = np.asarray(history, np.float32)
        steps = np.arange(1, len(history) + 1)
        with house():
            axes = fig.subplots()
            axes.vlines(steps, *self.history.T, color=FLOAT, linewidth=4, alpha=0.5)
            self.lines = [axes.plot(steps, steps, color=QUANTIZED)[0] for _ in "<>"]
            self.extremes = [
                axes.axhline(end, color=LIMIT, linewidth=1.2, linestyle="--") for end in min_max(self.history)
            ]
            axes.text(len(steps) + 0.8, self.history.max(), "min_max", color=dark(LIMIT), va="bottom")
            self.name = axes.text(len(steps) + 0.8, 0, "moving\naverage", color=dark(QUANTIZED), va="center")
            axes.set(xlabel="batch", ylabel="values of the batch", xlim=(0, 1.22 * len(steps)))
            axes.set_ylim(min(0, self.history.min()) - 0.05 * np.ptp(self.history), 1.12 * self.history.max())

    def update(self, momentum, start_at_zero):
        """momentum: what remains of the past, 0 to below 1; start_at_zero: the well-known mistake."""
        history = np.concatenate([[[0, 0]], self.history]) if start_at_zero else self.history
        past = range(1 + start_at_zero, len(history) + 1)
        averages = np.array([moving_average(history[:t], momentum=momentum) for t in past])
        for line, average in zip(self.lines, averages.T, strict=True):
            line.set_ydata(average)
        low, high = averages[-1]
        self.name.set_y(high)
        largest = self.history.max()
        start = "started at 0" if start_at_zero else "started with the first batch"
        return (
            f"Momentum {momentum:.2f}, {start}: after {len(averages)} batches the average range is {low:.2f} to "
            f"{high:.2f}, the largest value of all is {largest:.2f}."
        )


class SpreadPlot:
    """A row for each way: a ring for each network and a bar from the worst to the best; dotted is float."""

    def __init__(self, fig, table, before, measure="accuracy, %"):
        """table: {way: [accuracy of each network, in %]} · before: in float, of each network · measure: the axis."""
        self.measure = measure
        self.table = table
        self.before = np.mean(before)
        heights = np.arange(len(table))
        values = [np.sort(row) for row in table.values()]
        with house():
            axes = fig.subplots()
            axes.axvline(self.before, color=FLOAT, linestyle=":")
            name = axes.text(self.before, -0.75, f"float {self.before:.1f}", ha="center", color=INK)
            name.set_bbox(WHITE)
            axes.hlines(heights, [v[0] for v in values], [v[-1] for v in values], QUANTIZED, alpha=0.35, linewidth=6)
            rings = {"color": INK, "markerfacecolor": "none", "markersize": 6, "linestyle": "none", "marker": "o"}
            axes.plot(np.concatenate(values), np.repeat(heights, [len(v) for v in values]), **rings)
            lowest = min(self.before, *(v[0] for v in values))
            right = self.before + max(1, 0.22 * (self.before - lowest))
            for y, v in zip(heights, values, strict=True):
                axes.text(right, y, f"{v.mean():.1f}", va="center", ha="right", color=dark(QUANTIZED))
            axes.text(right, -0.75, "mean", ha="right", color=dark(QUANTIZED))
            axes.set(xlabel=measure, ylim=(len(table) - 0.5, -1.1), xlim=(lowest - 1, right))
            axes.set(yticks=heights, yticklabels=list(table), ylabel="")

    def update(self):
        """Nothing moves."""
        rows = ", ".join(f"{way} {np.mean(v):.1f} ({min(v):.1f} to {max(v):.1f})" for way, v in self.table.items())
        return f"{self.measure}, mean (worst to best network): {rows}; float {self.before:.1f}."
