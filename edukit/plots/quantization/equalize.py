"""Equalization seen: two layers share each channel's size, and what that does to their rounding errors."""

import numpy as np

from edukit.plots.style import BLUE, INK, ORANGE, dark, house
from edukit.quantization.grid.affine import choose_qparams, fake_quantize
from edukit.quantization.ptq.equalize import equalizing_scales

COLORS = BLUE, ORANGE  # of the layer that makes the channels, and of the one that reads them


class EqualizePlot:
    """Above: the range of each channel in the layer that makes it and in the one that reads it. Below: their errors."""

    def __init__(self, fig, first, second):
        """first, second (channels, …): the weights that make each channel, and those that read it; numpy or torch."""
        both = [np.asarray(w, np.float32).reshape(len(w), -1) for w in (first, second)]
        r1, r2 = (np.abs(w).max(1) for w in both)
        order = np.argsort(r1 * np.where(r2 > 0, 1 / np.maximum(r2, 1e-30), 1))
        self.weights = [w[order] for w in both]
        self.scales = equalizing_scales(r1, r2)[order]
        ranges = np.concatenate([r for t in (0, 1) for r in map(_range, self._shared(t))])
        with house():
            self.top, self.bottom = fig.subplots(2, 1, sharex=True, height_ratios=[3, 2])
            self.ranges = self._dots(self.top)
            self.floors = [self.top.axhline(1, color=color, linewidth=1.2, linestyle="--") for color in COLORS]
            self.top.set(yscale="log", ylabel="largest |weight|", title="Range of each channel")
            self.top.set_ylim(0.2 * ranges[ranges > 0].min(), 9 * ranges.max())
            self.top.minorticks_off()  # each tick costs time in every picture
            self.errors = self._dots(self.bottom)
            self.bottom.set(ylabel="error, %", ylim=(-6, 109), xlabel="channel, by first range over second")
            self.bottom.set_xlim(-0.7, len(order) - 0.3)
            self._note(self.top, 0.98, "below its dashed line: all 0", INK, ha="right")
            self._note(self.top, 0.02, "● first layer", dark(BLUE))
            self._note(self.top, 0.2, "■ second layer", dark(ORANGE))

    def update(self, strength_percent, bits):
        """strength_percent 0 as trained to 100 equalized; bits 2 to 8."""
        shared = self._shared(strength_percent / 100)
        means, spreads = [], []
        for w, dots, floor, errors in zip(shared, self.ranges, self.floors, self.errors, strict=True):
            limit = np.abs(w).max()
            size = np.linalg.norm(w, axis=1)
            g = choose_qparams(-limit, limit, bits, symmetric=True)
            error = 100 * np.linalg.norm(w - fake_quantize(w, g), axis=1) / np.where(size > 0, size, 1)
            dots.set_ydata(np.where(_range(w) > 0, _range(w), np.nan))
            floor.set_ydata([g.scale / 2] * 2)
            errors.set_ydata(error)
            means.append(error.mean())
            spreads.append(_range(w).max() / _range(w)[_range(w) > 0].min())
        self.bottom.set_title(f"Its relative error, one scale for each layer: {means[0]:.1f} % and {means[1]:.1f} %")
        return (
            f"{strength_percent} % equalized, {bits} bits: the largest channel range is {spreads[0]:,.1f} times the "
            f"smallest in the first layer and {spreads[1]:,.1f} times in the second; a channel's relative error is "
            f"{means[0]:.1f} % and {means[1]:.1f} % on average."
        )

    def _shared(self, strength):
        s = self.scales[:, None] ** np.float32(strength)
        return self.weights[0] / s, self.weights[1] * s

    def _dots(self, axes):
        x = np.arange(len(self.scales))
        looks = zip(COLORS, "os", (8, 4), strict=True)
        return [axes.plot(x, 0 * x + 1.0, look, color=color, markersize=size)[0] for color, look, size in looks]

    def _note(self, axes, x, text, color, **options):
        return axes.text(x, 0.96, text, transform=axes.transAxes, va="top", color=color, **options)


def _range(w):
    return np.abs(w).max(1)
