"""Post-training quantization in pictures: every method with its spread, and the rounding of one layer.

Each class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np
from matplotlib.ticker import MaxNLocator

from edukit.plots.style import FLOAT, INK, LIMIT, MUTED, QUANTIZED, dark, house
from edukit.quantization.grid.error import decibels


class MethodsPlot:
    """A row for each method: a ring for each network, a dot for their mean; the dotted line is float."""

    def __init__(self, fig, table, before, chance=0.1):
        """table: {method: {bits: [accuracy of each network]}} · before: in float · chance: of a blind guess."""
        self.table = table
        names = list(table)
        self.before = 100 * np.mean(before)
        heights = np.arange(len(names))
        with house():
            axes = fig.subplots()
            axes.axvline(self.before, color=FLOAT, linestyle=":")
            axes.axvline(100 * chance, color=MUTED, linewidth=1, linestyle="--")
            self.spans = axes.hlines(heights, 0 * heights, 0 * heights, QUANTIZED, alpha=0.35, linewidth=5)
            self.rings = axes.plot([], [], "o", color=INK, markerfacecolor="none", markersize=5, markeredgewidth=1)[0]
            self.means = axes.plot([], [], "o", color=QUANTIZED, markersize=8)[0]
            self.values = [axes.text(101.5, y, "", va="center", color=dark(QUANTIZED)) for y in heights]
            axes.text(self.before, -0.95, f"float {self.before:.1f}", ha="center", color=INK)
            axes.text(100 * chance, -0.95, "a blind guess", ha="center", color=INK)
            axes.set(xlabel="validation images answered correctly, %", xlim=(0, 110), ylim=(len(names) - 0.5, -0.6))
            axes.set(yticks=heights, yticklabels=names, xticks=range(0, 101, 20))

    def update(self, bits):
        """bits: a number that the table has."""
        reached = 100 * np.array([row[bits] for row in self.table.values()])
        heights = np.arange(len(reached))
        means = reached.mean(1)
        self.rings.set_data(reached.ravel(), np.repeat(heights, reached.shape[1]))
        self.means.set_data(means, heights)
        self.spans.set_segments([[(min(a), y), (max(a), y)] for y, a in zip(heights, reached, strict=True)])
        for text, mean in zip(self.values, means, strict=True):
            text.set_text(f"{mean:.1f}")
        rows = ", ".join(
            f"{name} {a.mean():.1f} ({a.min():.1f} to {a.max():.1f})"
            for name, a in zip(self.table, reached, strict=True)
        )
        return f"{bits} bits a weight, correct answers in %, mean (worst to best): {rows}; float {self.before:.1f}."


class RoundingPlot:
    """Left: how far each weight of a layer moved; the outermost bars hold what lies beyond. Right: what is left."""

    EDGES = np.linspace(-2, 2, 41)

    def __init__(self, fig, seen):
        """seen: {bits: {method: Rounding}}, "nearest" among the methods."""
        self.seen = seen
        heights = np.array([0.0, 1.0])
        with house():
            left, self.right = fig.subplots(1, 2, width_ratios=[3, 2])
            self.axes = left, self.right
            self.filled = left.stairs(0 * self.EDGES[1:], self.EDGES, fill=True, color=QUANTIZED, alpha=0.8)
            self.outline = left.stairs(0 * self.EDGES[1:], self.EDGES, color=FLOAT, linewidth=1.5)
            for half in (-0.5, 0.5):
                left.axvline(half, color=LIMIT, linewidth=1.2, linestyle="--")
            self.facts = left.text(0.02, 0.97, "", transform=left.transAxes, va="top", color=INK)
            self.facts.set_bbox({"color": "white", "pad": 1.5})
            left.set(title="How far each weight moved", xlabel="(ŵ − w) / S, steps", ylabel="weights, %")
            left.set(xlim=(-2, 2))
            sides = ((heights - 0.18, FLOAT), (heights + 0.18, QUANTIZED))
            self.bars = [self.right.barh(y, [0, 0], 0.34, color=color) for y, color in sides]
            self.labels = [[self.right.text(0, y, "", va="center", color=INK) for y in ys] for ys, _ in sides]
            self.right.set(title="What is left", xlabel="signal over error (SQNR), dB", ylim=(1.5, -0.5))
            self.right.set(yticks=heights, yticklabels=["weights", "output"])
            self.right.xaxis.set_major_locator(MaxNLocator(4, prune="upper"))  # a label at the edge would be cut off

    def update(self, bits, rounding):
        """bits: one of `seen` · rounding: a method; "nearest" is the grey outline and the grey bars."""
        near = self.seen[bits]["nearest"]
        chosen = self.seen[bits][rounding]
        for artist, rounded in ((self.outline, near), (self.filled, chosen)):
            moved = np.clip(0.9999 * np.asarray(rounded.moved), -1.99, 1.99)  # half a step exactly: still inside
            artist.set_data(100 * np.histogram(moved, self.EDGES)[0] / moved.size)
        share = 100 * np.mean(np.abs(np.asarray(chosen.moved) - np.asarray(near.moved)) > 0.5)
        self.axes[0].set_ylim(0, 1.4 * max(self.outline.get_data().values.max(), self.filled.get_data().values.max()))
        self.facts.set_text(f"grey: nearest, blue: {rounding}\n{share:.0f} % have another code")
        levels = [[decibels(c.weight_error), decibels(c.output_error)] for c in (near, chosen)]
        self.right.set_xlim(0, 1.45 * max(1.0, np.max(levels)))
        for bars, labels, values in zip(self.bars, self.labels, levels, strict=True):
            for bar, label, value in zip(bars, labels, values, strict=True):
                bar.set_width(max(0.0, value))
                label.set(x=max(0.0, value), text=f" {value:.1f} dB".replace("-", "−"))
        return (
            f"{bits} bits, {rounding}: {share:.0f} % of the weights have another code than the nearest. Signal over "
            f"error, the more the better: {levels[1][0]:.1f} dB of the weights (nearest {levels[0][0]:.1f}), "
            f"{levels[1][1]:.1f} dB of the output (nearest {levels[0][1]:.1f})."
        )
