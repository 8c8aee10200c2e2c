"""Networks layer by layer, and blocks against each other: where the costs sit, how long, how well.

Each class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np
from matplotlib.ticker import MaxNLocator

from edukit.networks.costs import KINDS
from edukit.plots.networks.blocks import short
from edukit.plots.style import BLUE, GREEN, INK, KEPT, LIMIT, MUTED, ORANGE, dark, guess_line, house

COLORS = dict(zip(KINDS, (GREEN, ORANGE, BLUE, MUTED), strict=True))
WORDS = dict(zip(KINDS, ("standard", "depthwise", "1×1", "linear"), strict=True))
TICKS = {"steps": [1, 2, 5, 10], "integer": True}


class LayersPlot:
    """Each layer of a network: its parameters, its MACs, and, as an estimate, its MACs for each byte that moves."""

    def __init__(self, fig, nets):
        """nets: {name: list of LayerCost}."""
        self.nets = nets
        with house():
            self.axes = fig.subplots(3, 1, sharex=True)
            self.bars = [{k: a.vlines([], 0, [], COLORS[k], linewidth=5) for k in KINDS} for a in self.axes[:2]]
            self.dots = {k: self.axes[2].plot([], [], "o", color=COLORS[k], markersize=5)[0] for k in KINDS}
            self.marks = [axes.axvline(1, color=LIMIT, linewidth=1.2, linestyle="--", zorder=0) for axes in self.axes]
            self.totals = [self._words(axes) for axes in self.axes]
            for axes, title in zip(self.axes, ("Parameters", "MACs", "MACs a byte (estimate)"), strict=True):
                axes.set_title(title)
            for axes in self.axes[:2]:
                axes.set_ylabel("of all, %")
                axes.yaxis.set_major_locator(MaxNLocator(3, **TICKS))
            self.axes[2].set(yscale="log", ylim=(0.1, 400), ylabel="MACs a byte", xlabel="layer")
            self.axes[2].set_yticks([0.1, 1, 10, 100], ["0.1", "1", "10", "100"])
            self.axes[2].minorticks_off()
            self.axes[2].xaxis.set_major_locator(MaxNLocator(8, **TICKS))
            self.axes[2].text(
                1.015, 0, "depthwise  0.44 to 11", transform=self.axes[2].transAxes, alpha=0
            )  # keeps room

    def _words(self, axes):
        """A line for each kind, to the right of the axes."""
        place = {"transform": axes.transAxes, "va": "top"}
        return {k: axes.text(1.015, 1.04 - 0.26 * i, "", color=dark(COLORS[k]), **place) for i, k in enumerate(KINDS)}

    def update(self, net, layer):
        """net: one of `nets`; layer: which one is described, from 1; beyond the end it is the last."""
        layers = self.nets[net]
        at = min(layer, len(layers)) - 1
        shares = [100 * np.array(v) / np.sum(v) for v in ([c.parameters for c in layers], [c.macs for c in layers])]
        intensity = np.array([c.macs_per_byte for c in layers])
        for kind in KINDS:
            where = np.array([i for i, c in enumerate(layers) if c.kind == kind], int)
            for bars, share, words in zip(self.bars, shares, self.totals, strict=False):
                bars[kind].set_segments([[(i + 1, 0), (i + 1, share[i])] for i in where])
                words[kind].set_text(f"{WORDS[kind]}  {share[where].sum():.1f} %" if len(where) else "")
            self.dots[kind].set_data(where + 1, intensity[where])
            ends = (
                sorted({f"{v:.2g}" for v in (intensity[where].min(), intensity[where].max())}, key=float)
                if len(where)
                else []
            )
            self.totals[2][kind].set_text(f"{WORDS[kind]}  {' to '.join(ends)}" if ends else "")
        for axes, share in zip(self.axes, shares, strict=False):
            axes.set_ylim(0, 1.1 * share.max())
        self.axes[0].set_xlim(0, len(layers) + 1)
        for mark in self.marks:
            mark.set_xdata([at + 1, at + 1])
        return self._sentence(net, layers, at, shares)

    @staticmethod
    def _sentence(net, layers, at, shares):
        cost = layers[at]
        what = "linear" if cost.kind == "linear" else f"{cost.kind} {cost.kernel[0]}x{cost.kernel[1]}"
        size = "" if cost.kind == "linear" else f" on {cost.made[0]}x{cost.made[1]}"
        return (
            f"{net}, layer {at + 1} of {len(layers)}, {what}, {cost.channels[0]} to {cost.channels[1]} channels{size}: "
            f"{short(cost.parameters)} parameters ({shares[0][at]:.1f} %), {short(cost.macs)} MACs "
            f"({shares[1][at]:.1f} %), an estimated {cost.macs_per_byte:.1f} MACs a byte."
        )


class TimesPlot:
    """How long each takes, as a multiple of the first: a dot for the median, a bar as wide as the middle half."""

    def __init__(self, fig, times, macs):
        """times: {name: Latency} · macs: {name: MACs}, nearly equal."""
        self.times = times
        rows = np.arange(len(times))
        base = next(iter(times.values())).median_s
        middle, spread = (np.array([getattr(t, k) / base for t in times.values()]) for k in ("median_s", "iqr_s"))
        with house():
            axes = fig.subplots()
            axes.axvline(1, color=MUTED, linewidth=1.2, linestyle="--")
            axes.hlines(rows, np.maximum(middle - spread / 2, 0), middle + spread / 2, KEPT, alpha=0.35, linewidth=6)
            axes.plot(middle, rows, "o", color=KEPT, markersize=9)
            for row, value in zip(rows, middle, strict=True):
                axes.text(
                    1.01, row, f"{value:.1f}", va="center", color=dark(KEPT), transform=axes.get_yaxis_transform()
                )
            labels = [f"{name} · {macs[name] / 1e6:.1f} M MACs" for name in times]
            axes.set(yticks=rows, yticklabels=labels, ylim=(len(rows) - 0.5, -0.5), xlim=(0, 1.25 * middle.max()))
            axes.set_xlabel("time, as a multiple of the first row's (dot: median; bar: as wide as the middle half)")
            axes.grid(False, axis="y")

    def update(self):
        base = next(iter(self.times.values())).median_s
        parts = [f"{name} {time.median_s / base:.1f}" for name, time in self.times.items()]
        return f"Time at equal MACs, as a multiple of the first: {', '.join(parts)}."


class AccuracyPlot:
    """Classifiers of equal MACs: a ring for each seed, a dot for their mean, a column for each budget."""

    def __init__(self, fig, found, ylabel="block"):
        """found: {budget: {name: [% of each seed]}}."""
        self.found = found
        with house():
            self.columns = columns = fig.subplots(1, len(found), sharey=True, squeeze=False)[0]
            for axes, (budget, rows) in zip(columns, found.items(), strict=True):
                places = np.arange(len(rows))
                means = np.array([np.mean(v) for v in rows.values()])
                for place, values in zip(places, rows.values(), strict=True):
                    axes.plot([min(values), max(values)], [place, place], color=KEPT, alpha=0.35, linewidth=5)
                    axes.plot(values, [place] * len(values), "o", color=INK, markersize=5, fillstyle="none")
                axes.plot(means, places, "o", color=KEPT, markersize=8)
                for place, mean in zip(places, means, strict=True):
                    axes.text(103, place, f"{mean:.0f}", color=dark(KEPT), va="center")
                low = min(min(v) for v in rows.values())
                axes.set(title=budget, xlabel="digits read, %", xlim=(max(0, 10 * (low // 10 - 1)), 112))
                axes.set_xticks([t for t in range(0, 101, 20) if t >= axes.get_xlim()[0]])
                axes.grid(False, axis="y")
            columns[0].set(yticks=places, yticklabels=list(rows), ylim=(len(rows) - 0.5, -0.5), ylabel=ylabel)

    def update(self):
        rows = [
            f"{budget}: {', '.join(f'{name} {np.mean(v):.0f} ({min(v):.0f} to {max(v):.0f})' for name, v in r.items())}"
            for budget, r in self.found.items()
        ]
        return f"Digits read in %, mean (worst to best). {'; '.join(rows)}."

    def mark(self, guess):
        """guess: a share of the digits, %."""
        rows = max(map(len, self.found.values()))
        self.columns[0].set_ylim(rows + 0.1, -0.5)  # room for the word below the last row
        for axes in self.columns:
            guess_line(axes, guess)
