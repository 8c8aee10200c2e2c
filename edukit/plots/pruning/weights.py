"""Single weights that go: what a network still reads without them, and which ones they are.

Each class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.ticker import MaxNLocator

from edukit.plots.style import BLUE, CUT, GREEN, INK, KEPT, LIMIT, ORANGE, dark, house

COLORS = (BLUE, GREEN, ORANGE)
BINS = 60
ROWS, COLUMNS = 16, 144  # of a weight, as many as can still be told apart


class CurvesPlot:
    """Left: what networks still name right as more and more weights go, by rule. Right: how much the weights changed.

    The dots are measured; the lines between them are only lines.
    """

    def __init__(self, fig, found, changed):
        """found, changed: {rule: {sparsity in %: [% of each seed]}}, at most three rules."""
        self.curves = [_means(found), _means(changed)]  # of accuracies, of changes
        self.rules = list(found)
        with house():
            fig.get_layout_engine().set(wspace=0.06)
            self.axes = fig.subplots(1, 2)
            self.marks = [axes.axvline(0, color=LIMIT, linewidth=1.2, linestyle="--", zorder=0) for axes in self.axes]
            for axes, rows in zip(self.axes, (found, changed), strict=True):
                for color, values in zip(COLORS, rows.values(), strict=False):
                    xs = list(values)
                    ys = list(values.values())
                    axes.fill_between(xs, np.min(ys, 1), np.max(ys, 1), color=color, alpha=0.25, linewidth=0)
                    axes.plot(xs, np.mean(ys, 1), "o-", color=color, markersize=4)
                axes.set(ylim=(0, 104), xlim=(-2, 83), xlabel="weights that are zero, %")
            self.axes[0].set(title="Named right (band: best to worst)", ylabel="of the shapes, %")
            self.axes[1].set(title="Change of the weights", ylabel="‖w − m w‖ / ‖w‖, %")
            self.labels = [self._label(row, color) for row, color in zip(range(len(found)), COLORS, strict=False)]

    def _label(self, row, color):
        """A rule with its two values, to the right of both axes; "100" keeps room."""
        place = {"transform": self.axes[1].transAxes, "va": "top", "color": dark(color)}
        return self.axes[1].text(1.04, 0.98 - 0.3 * row, f"{self.rules[row]}\n  right  100 %\n  change 100 %", **place)

    def update(self, sparsity_percent):
        """sparsity_percent: 0 to 80; a rule that was measured no further keeps its last value."""
        for mark in self.marks:
            mark.set_xdata([sparsity_percent] * 2)
        said = []
        for rule, label in zip(self.rules, self.labels, strict=True):
            right, change = (float(np.interp(sparsity_percent, *curves[rule])) for curves in self.curves)
            label.set_text(f"{rule}\n  right   {right:.0f} %\n  change {change:.0f} %")
            said.append(f"{rule} {right:.0f} % named right, weights changed by {change:.0f} %")
        return f"At {sparsity_percent} % zeros, read off the lines: {'; '.join(said)}."


class PassesPlot:
    """Accuracy pass by pass while weights go: a line for each schedule, a picture for each kind of network."""

    def __init__(self, fig, found):
        """found: {kind: {schedule: [[% of each seed] before pass 1, after pass 1, …]}}, at most three schedules."""
        self.found = found
        with house():
            self.axes = fig.subplots(1, len(found), sharex=True, sharey=True, squeeze=False)[0]
            for axes, (kind, rows) in zip(self.axes, found.items(), strict=True):
                for color, (name, passes) in zip(COLORS, rows.items(), strict=False):
                    axes.fill_between(
                        range(len(passes)), np.min(passes, 1), np.max(passes, 1), color=color, alpha=0.25, linewidth=0
                    )
                    axes.plot(np.mean(passes, 1), "o-", color=color, markersize=3, label=name)
                axes.set(title=kind, xlabel="pass over the images", ylim=(0, 104))
                axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
            self.axes[0].set_ylabel("digits read, %")
            self.axes[-1].legend(loc="lower right", frameon=False)

    def update(self):
        """Nothing moves; the sentence says where each line ends, and the pass that cost it most."""
        said = []
        for kind, rows in self.found.items():
            parts = []
            for name, passes in rows.items():
                means = np.mean(passes, 1)
                worst = int(np.argmin(np.diff(means)))
                parts.append(f"{name} {means[-1]:.0f}, largest fall {-np.diff(means)[worst]:.0f} in pass {worst + 1}")
            said.append(f"{kind}: {'; '.join(parts)}")
        return f"Digits read in % after the last pass. {'. '.join(said)}."


class RemovedPlot:
    """Left: the weights of a layer by size, and which of them go. Right: where they sat, a row for each filter."""

    def __init__(self, fig, layers):
        """layers: {name: weight (filters, …)}."""
        self.layers = {name: Ranked(w) for name, w in layers.items()}
        self.sizes = np.sort(np.abs(np.concatenate([np.ravel(w) for w in layers.values()])))
        with house():
            self.axes = left, right = fig.subplots(1, 2, width_ratios=[1, 1.25])
            self.cut = left.stairs(np.ones(BINS), np.arange(BINS + 1), fill=True, color=CUT)
            self.kept = left.stairs(np.ones(BINS), np.arange(BINS + 1), baseline=np.zeros(BINS), fill=True, color=KEPT)
            self.lines = [left.axvline(0, color=LIMIT, linewidth=1.2, linestyle="--") for _ in range(2)]
            left.set(xlabel="weight", ylabel="of the weights in a bin, %", title="Orange goes, blue stays")
            left.xaxis.set_major_locator(MaxNLocator(5))
            left.yaxis.set_major_locator(MaxNLocator(4))
            self.image = right.imshow(
                [[0, 1]], cmap=ListedColormap([CUT, KEPT]), vmin=0, vmax=1, aspect="auto", interpolation="nearest"
            )
            right.set(xlabel="weight of the filter, counted from 0", ylabel="filter")
            right.grid(False)
            for axis in (right.xaxis, right.yaxis):
                axis.set_major_locator(MaxNLocator(4, integer=True))
            self.share = left.text(0.98, 0.96, "", transform=left.transAxes, ha="right", va="top", color=INK)

    def update(self, layer, sparsity_percent, scope):
        """layer: one of `layers`; scope: "layer" takes that share of it, "global" that share of all layers together."""
        found = self.layers[layer]
        w, edges, everything = found.w, found.edges, found.everything
        stays = self._stays(found, sparsity_percent / 100, scope)
        gone = found.shares(~stays)
        self.cut.set_data(gone, edges, 0)
        self.kept.set_data(everything, edges, gone)
        self.axes[0].set(xlim=(edges[0], edges[-1]), ylim=(0, 1.25 * everything.max()))
        size = float(abs(w[~stays]).max(initial=0))
        for line, at in zip(self.lines, (-size, size), strict=True):
            line.set_xdata([at, at])
        self._show(stays)
        self.share.set_text(f"{100 * (~stays).mean():.0f} % go")
        return (
            f"{layer}, {w.size:,} weights, {sparsity_percent} % of {'it' if scope == 'layer' else 'all layers'} zero: "
            f"{(~stays).sum():,} go, {100 * (~stays).mean():.0f} %, the largest of them {size:.3f}; "
            f"{(~stays).all(1).sum()} of {len(w)} filters are empty."
        )

    def _stays(self, found, sparsity, scope):
        if scope == "layer":
            return found.ranks >= round(sparsity * found.w.size)
        return np.abs(found.w) >= self.sizes[round(sparsity * self.sizes.size)]

    def _show(self, stays):
        shown = stays[:ROWS, :COLUMNS]
        rows, columns = shown.shape
        self.image.set_data(shown)
        self.image.set_extent((-0.5, columns - 0.5, rows - 0.5, -0.5))
        part = "" if shown.size == stays.size else f", first {rows} of {len(stays)}"
        self.axes[1].set_title(f"Filters{part}" + ("" if columns == stays.shape[1] else f", first {columns} weights"))


class Ranked:
    """A weight as rows of filters, with what never changes: its ranking by size, and its bins."""

    def __init__(self, w):
        self.w = np.asarray(w).reshape(len(w), -1)
        self.ranks = np.abs(self.w).argsort(None, kind="stable").argsort().reshape(self.w.shape)
        self.edges = np.linspace(-abs(self.w).max(), abs(self.w).max(), BINS + 1)
        self.bins = np.clip(np.searchsorted(self.edges, self.w, "right") - 1, 0, BINS - 1)
        self.everything = self.shares(self.ranks >= 0)

    def shares(self, chosen):
        """The chosen weights of each bin, in % of all weights."""
        return 100 * np.bincount(self.bins[chosen], minlength=BINS) / self.w.size


def _means(rows):
    """{rule: (xs, means)}"""
    return {rule: (list(values), [np.mean(v) for v in values.values()]) for rule, values in rows.items()}
