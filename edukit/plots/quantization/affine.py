"""Quantization seen four ways: a staircase, real weights on their grid, channel by channel, and against the bits.

Each class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np

from edukit.plots.style import (
    BLUE,
    CUT,
    FAINT,
    FLOAT,
    GREEN,
    INK,
    KEPT,
    LIMIT,
    MUTED,
    ORANGE,
    QUANTIZED,
    dark,
    guess_line,
    house,
)
from edukit.quantization.grid.affine import choose_qparams, dequantize, fake_quantize, quantize
from edukit.quantization.grid.calibrate import min_max

LOW = -1.0
X = np.linspace(-1.6, 3.6, 1041, dtype=np.float32)


class StaircasePlot:
    """Above: what a real number becomes. Below: the error, its bound S/2, and what happens outside the range."""

    def __init__(self, fig):
        with house():
            self.top, self.bottom = fig.subplots(2, 1, sharex=True, height_ratios=[3, 2])
            self.shades = [ax.axvspan(0, 1, color=FAINT, zorder=0) for ax in (self.top, self.bottom) for _ in "<>"]
            self.top.plot(X, X, color=FLOAT, linewidth=1)
            self.stairs = self.top.plot(X, X, color=QUANTIZED)[0]
            self.facts = self.top.text(0.02, 0.95, "", transform=self.top.transAxes, va="top", color=INK)
            self.saturated = self.top.text(X[-1], -1.8, "saturates ", color=INK, ha="right")
            self.top.set(title="What x becomes", ylabel="S (q − Z)", ylim=(-2, 4), xlim=(X[0], X[-1]))
            self.error = self.bottom.plot(X, X, color=QUANTIZED)[0]
            self.bounds = [self.bottom.axhline(0, color=LIMIT, linewidth=1.2, linestyle="--") for _ in "+-"]
            self.bound_label = self.bottom.text(LOW, 0, "", color=LIMIT, va="bottom")
            self.bottom.set(title="Its error", xlabel="real value x", ylabel="x − S (q − Z)")

    def update(self, bits, symmetric, high):
        """bits 2 to 8; symmetric True or False; high: the range is [-1, high]."""
        g = choose_qparams(np.float32(LOW), np.float32(high), bits, symmetric=symmetric)
        values = dequantize(np.arange(g.qmin, g.qmax + 1), g)
        half = float(g.scale) / 2
        y = fake_quantize(X, g)
        self.stairs.set_ydata(y)
        self.error.set_ydata(X - y)
        self.facts.set_text(f"{len(values)} codes\nS = {g.scale:.3f}\nZ = {g.zero_point}")
        self._show_bound(half)
        self._shade(values[0] - half, values[-1] + half)
        return (
            f"{bits} bits: {len(values)} codes from {values[0]:.2f} to {values[-1]:.2f}, step {g.scale:.3f}. "
            f"The error stays within {half:.3f} there and grows outside."
        )

    def _show_bound(self, half):
        for line, sign in zip(self.bounds, (1, -1), strict=True):
            line.set_ydata([sign * half] * 2)
        self.bound_label.set(text=f"S/2 = {half:.3f}", y=1.1 * half)
        self.bottom.set_ylim(-2.4 * half, 2.4 * half)

    def _shade(self, low, high):
        """Grey outside the range: there every x gets the first or the last code."""
        for left, right in zip(self.shades[::2], self.shades[1::2], strict=True):
            left.set(x=X[0], width=max(0, low - X[0]))
            right.set(x=high, width=max(0, X[-1] - high))
        self.saturated.set_visible(bool(high < X[-1] - 0.8))


class WeightHistogramPlot:
    """Above: the weights of a layer, one of them stretched. Below: the values they are stored as."""

    def __init__(self, fig, weights):
        """weights: any shape, numpy or torch; all share one symmetric scale."""
        self.weights = np.asarray(weights, np.float32).ravel()
        self.largest = np.abs(self.weights).argmax()
        with house():
            self.top, self.bottom = fig.subplots(2, 1, sharex=True)
            self.floats = self.top.stairs([0], [0, 1], fill=True, color=FLOAT)
            self.stored = self.bottom.stairs([0], [0, 1], fill=True, color=QUANTIZED)
            self.outlier = self.top.plot([], [], "v", color=LIMIT, markersize=8, clip_on=False)[0]
            corner = {"x": 0.02, "y": 0.95, "va": "top"}
            self.top.text(s="▼ the stretched weight", transform=self.top.transAxes, color=LIMIT, **corner)
            self.facts = self.bottom.text(s="", transform=self.bottom.transAxes, color=INK, **corner)
            self.top.set(title="Float weights", ylabel="weights, %")
            self.bottom.set(title="As stored", xlabel="weight", ylabel="weights, %")
            for axes in (self.top, self.bottom):
                axes.yaxis.set_label_coords(-0.085, 0.5)  # where "100" has room, whichever numbers come first

    def update(self, bits, outlier_times):
        """bits 2 to 8; outlier_times: the largest weight is multiplied by it."""
        w = self.weights.copy()
        w[self.largest] *= outlier_times
        limit = np.abs(w).max()
        g = choose_qparams(-limit, limit, bits, symmetric=True)
        q = quantize(w, g)
        self._show(w, q, g, limit)
        codes = g.qmax - g.qmin + 1
        used = len(np.unique(q))
        zeros = np.mean(q == 0)
        error = np.linalg.norm(w - dequantize(q, g)) / np.linalg.norm(self.weights)
        self.facts.set_text(f"{used} of {codes} codes used\n{zeros:.0%} became 0\nrelative error {error:.1%}")
        return (
            f"{bits} bits, largest weight times {outlier_times}: {used} of {codes} codes are used, "
            f"{zeros:.0%} of the weights became 0, the relative error is {error:.1%}."
        )

    def _show(self, w, q, g, limit):
        share, edges = np.histogram(w, 100, (-limit, limit), weights=np.full(w.size, 100 / w.size))
        self.floats.set_data(share, edges)
        self.top.set(xlim=(-1.05 * limit, 1.05 * limit), ylim=(0, 1.25 * share.max()))
        share = np.bincount(q - g.qmin, minlength=g.qmax - g.qmin + 1) * 100 / w.size
        self.stored.set_data(share, (np.arange(g.qmin, g.qmax + 2) - 0.5 - g.zero_point) * g.scale)
        self.bottom.set_ylim(0, 1.25 * share.max())
        self.outlier.set_data([w[self.largest]], [0.06 * self.top.get_ylim()[1]])


class ChannelsPlot:
    """Above: the range of each channel, and what is too small for the step. Below: each channel's error."""

    def __init__(self, fig, weights):
        """weights: (channels, …), numpy or torch; the channels are shown from the smallest range to the largest."""
        w = np.asarray(weights, np.float32).reshape(len(weights), -1)
        self.weights = w[np.abs(w).max(1).argsort()]
        C = len(w)
        limit = 1.1 * np.abs(w).max()
        with house():
            self.top, self.bottom = fig.subplots(2, 1, sharex=True, height_ratios=[3, 2])
            self.band = self.top.stairs([0], [0, 1], baseline=0, fill=True, color=CUT, alpha=0.5)
            self.ranges = self.top.vlines(np.arange(C), self.weights.min(1), self.weights.max(1), KEPT, linewidth=4)
            self.facts = self.top.text(0.02, 0.95, "", transform=self.top.transAxes, va="top", color=INK)
            self.top.text(0.02, 0.05, "in the band: becomes 0", transform=self.top.transAxes, color=dark(CUT))
            self.top.set(title="Range of each channel", ylabel="weight", ylim=(-limit, limit), xlim=(-0.7, C - 0.3))
            self.errors = self.bottom.stairs([0], [0, 1], fill=True, color=QUANTIZED)
            self.bottom.set(title="Its relative error", xlabel="channel, by size", ylabel="error, %", ylim=(0, 105))

    def update(self, bits, scales):
        """bits 2 to 8; scales: "per tensor" or "per channel"."""
        w = self.weights
        edges = np.arange(len(self.weights) + 1) - 0.5
        low, high = min_max(w, axis=0 if scales == "per channel" else None)
        g = choose_qparams(low, high, bits, symmetric=True)
        y = fake_quantize(w, g)
        half = np.broadcast_to(g.scale / 2, (len(w), 1)).ravel()
        size = np.linalg.norm(w, axis=1)
        errors = 100 * np.linalg.norm(w - y, axis=1) / np.where(size > 0, size, 1)
        dead = ~y.any(1)
        self.band.set_data(half, edges, -half)
        self.ranges.set_color(np.where(dead, dark(CUT), KEPT))
        self.errors.set_data(errors, edges)
        self.facts.set_text(f"{dead.sum()} of {len(w)} channels become 0")
        return (
            f"{bits} bits, one scale {scales}: {dead.sum()} of {len(w)} channels become 0, "
            f"the relative error of a channel is {errors.mean():.0f}% on average and {errors.max():.0f}% at worst."
        )


class AgainstBitsPlot:
    """A measure against the number of bits, a line for each way to quantize; a mark at the chosen number."""

    def __init__(self, fig, curves, *, ylabel, reference=None):
        """curves: {name: {bits: value}}, at most three, of equal bits; reference: (name, {bits: value}), dotted.

        A value may be several, one for each network: the line is their mean, a bar behind it their spread.
        """
        self.curves = {name: {b: float(np.mean(v)) for b, v in curve.items()} for name, curve in curves.items()}
        self.ylabel = ylabel
        several = max(np.size(value) for curve in curves.values() for value in curve.values())
        self.spread = (
            f" Lines: the mean of {several} networks; bars: from the worst to the best." if several > 1 else ""
        )
        bits = list(next(iter(curves.values())))
        with house():
            self.axes = axes = fig.subplots()
            self.chosen = axes.axvline(bits[0], color=LIMIT, linewidth=1.2, linestyle="--")
            self.names = {}
            ways = zip(self.curves.items(), curves.values(), (BLUE, ORANGE, GREEN), ("o●", "s■", "^▲"), strict=False)
            for (name, means), curve, color, (marker, drawn) in ways:
                axes.plot(*zip(*means.items(), strict=True), marker, linestyle="-", color=color)
                ends = np.array([(np.min(v), np.max(v)) for v in curve.values()]).T
                axes.vlines(bits, *ends, color=color, alpha=0.35, linewidth=5)
                self.names[name] = self._line_of_table(axes, len(self.names), f"{drawn} {name}", color)
            if reference:
                axes.plot(*zip(*reference[1].items(), strict=True), color=MUTED, linestyle=":")
                level = set(reference[1].values())
                shown = f"{level.pop():6.1f}" if len(level) == 1 else " " * 6
                self._line_of_table(axes, len(self.names), f"┄ {reference[0]:14s}{shown}", MUTED)
            axes.margins(y=0.12)
            axes.set(xlabel="bits of a weight", ylabel=ylabel, xticks=bits, xlim=(bits[0] - 0.3, bits[-1] + 0.3))

    def _line_of_table(self, axes, number, name, color):
        corner = {"transform": axes.transAxes, "ha": "right", "family": "DejaVu Sans Mono", "size": 10}
        return axes.text(0.985, 0.3 - 0.09 * number, name, color=dark(color), **corner)

    def update(self, bits):
        """bits: a number that the curves have."""
        self.chosen.set_xdata([bits, bits])
        values = {name: f"{name} {curve[bits]:.1f}" for name, curve in self.curves.items()}
        for name, text in self.names.items():
            text.set_text(f"{text.get_text()[0]} {name:14s}{self.curves[name][bits]:6.1f}")
        return f"{self.ylabel}, at {bits} bits: {', '.join(values.values())}.{self.spread}"

    def mark(self, guess):
        """guess: a value of the measure."""
        guess_line(self.axes, guess, level=True)
