"""One bit seen two ways: what two or three values make of a layer's weights, and how a step can be trained."""

import numpy as np

from edukit.plots.style import CUT, FAINT, FLOAT, GREEN, INK, KEPT, LIMIT, MUTED, QUANTIZED, dark, house
from edukit.quantization.lowbit.binary import binarize, sign, sign_gradient, ternarize

THRESHOLDS = np.round(np.arange(0, 2.501, 0.05), 2)


class BinaryLevelsPlot:
    """Above: the weights of a layer, and the two or three values that replace them. Below: the error, by threshold."""

    def __init__(self, fig, weights):
        """weights: any shape, numpy or torch; all share one α. The axis ends where 99.5 % of them do."""
        self.w = np.asarray(weights, np.float32).reshape(1, -1)
        self.mean = float(binarize(self.w)[0].item())
        self.errors = np.array([self._error(*ternarize(self.w, threshold=t)) for t in THRESHOLDS])
        self.best = THRESHOLDS[self.errors.argmin()]
        limit = max(float(np.quantile(np.abs(self.w), 0.995)), 1.05 * self.mean) or 1.0
        with house():
            self.top, self.bottom = fig.subplots(2, 1, height_ratios=[3, 2])
            share, edges = np.histogram(self.w, 80, (-limit, limit), weights=np.full(self.w.shape, 100 / self.w.size))
            self.zeroed = self.top.axvspan(-1, 1, color=CUT, alpha=0.35, zorder=0, linewidth=0)
            self.top.stairs(share, edges, fill=True, color=FLOAT)
            self.levels = [self.top.axvline(0, color=QUANTIZED, linewidth=3) for _ in range(3)]
            self.facts = self.top.text(1, 1.03, "", transform=self.top.transAxes, ha="right", color=INK)
            self.top.set(title="Weights, and what replaces them", ylabel="weights, %", xlabel="weight")
            self.top.set(xlim=(-limit, limit), ylim=(0, 1.1 * share.max()))
            self._draw_errors()

    def update(self, threshold):
        """threshold: 0 to 2.5, in units of mean |w|; 0 is binary, as no weight is exactly 0."""
        alpha, t = binarize(self.w) if threshold == 0 else ternarize(self.w, threshold=threshold)
        error = self._error(alpha, t)
        zeros = np.mean(t == 0)
        alpha = alpha.item()
        edge = threshold * self.mean
        self.zeroed.set(x=-edge, width=2 * edge)
        for line, level in zip(self.levels, (-alpha, 0, alpha), strict=True):
            line.set_xdata([level, level])
        self.levels[1].set_visible(bool(threshold > 0))
        self.dot.set_data([threshold], [error])
        self.facts.set_text(f"α = {alpha:.3g} · {zeros:.0%} become 0 · error {error:.0f}%")
        name = "Binary" if threshold == 0 else f"Threshold {threshold:.2f} mean |w|"
        return (
            f"{name}: α is {alpha:.3g}, {zeros:.0%} of the weights become 0, the relative error is {error:.1f}%; "
            f"the lowest is {self.errors.min():.1f}%, at {self.best:.2f}."
        )

    def _draw_errors(self):
        self.bottom.plot(THRESHOLDS, self.errors, color=QUANTIZED)
        self.bottom.plot(self.best, self.errors.min(), "v", color=GREEN, markersize=9, zorder=3)
        self.bottom.axvline(0.7, color=MUTED, linestyle=":")
        top = min(105, 1.15 * self.errors.max()) or 1
        self.bottom.text(0.72, 0.96 * top, "rule: 0.7", color=dark(MUTED), va="top")
        self.bottom.text(self.best + 0.02, 0.8 * self.errors.min(), "lowest", color=dark(GREEN), va="top")
        self.dot = self.bottom.plot([], [], "o", color=LIMIT, markersize=9, zorder=4, clip_on=False)[0]
        self.bottom.set(xlabel="threshold, times mean |w|", ylabel="relative error, %")
        self.bottom.set(xlim=(0, THRESHOLDS[-1]), ylim=(0, top))

    def _error(self, alpha, t) -> float:
        """|w - α t| over |w|, in %; 0 for weights that are all 0."""
        return float(100 * np.linalg.norm(self.w - alpha * t) / (np.linalg.norm(self.w) or 1))


class SignGradientPlot:
    """Above: the sign of a latent weight that should become -1. Below: the gradient that moves it, true and surrogate.

    Each training step moves the latent weight by RATE times the gradient of (sign(x) + 1)² / 2.
    """

    RATE = 0.05
    X = np.linspace(-2, 2, 801)

    def __init__(self, fig):
        with house():
            self.top, self.bottom = fig.subplots(2, 1, sharex=True, height_ratios=[3, 2])
            self._draw_curves()
            ring = {"marker": "o", "linestyle": "", "fillstyle": "none", "markersize": 15, "markeredgewidth": 2}
            self.stuck = [axes.plot([], [], color=LIMIT, **ring)[0] for axes in (self.top, self.bottom)]
            self.moves = [axes.plot([], [], "o", color=KEPT, markersize=9)[0] for axes in (self.top, self.bottom)]
            self.top.text(-1.95, 0.65, "○ moved by the true gradient", color=dark(LIMIT))
            self.top.text(-1.95, 0.25, "● moved straight through", color=KEPT)

    def update(self, steps, start):
        """steps 0 to 15 of training; start: the latent weight before, -2 to 2."""
        x = self._moved(steps, start)
        for (upper, lower), value, slope in ((self.stuck, start, 0.0), (self.moves, x, sign_gradient(x, 1.0))):
            upper.set_data([value], [sign(np.float64(value))])
            lower.set_data([value], [slope])
        return (
            f"After {steps} steps from {start:.2f}: with the true gradient the weight is still {start:.2f}, sign "
            f"{sign(np.float64(start)):+.0f}; straight through it is {x:.2f}, sign {sign(np.float64(x)):+.0f}."
        )

    def _moved(self, steps, x):
        for _ in range(steps):
            x -= self.RATE * float(sign_gradient(x, sign(np.float64(x)) + 1))
        return x

    def _draw_curves(self):
        self.top.plot(self.X, np.clip(self.X, -1, 1), color=KEPT, linewidth=1)
        self.top.text(0.25, 0, "clip(x, −1, 1), whose gradient is borrowed", color=KEPT)
        for half in (self.X[self.X < 0], self.X[self.X >= 0]):
            self.top.plot(half, sign(half), color=INK)
        self.top.set(
            title="A weight whose sign should become −1", ylabel="sign(x)", ylim=(-1.4, 1.4), yticks=[-1, 0, 1]
        )
        self.bottom.plot(self.X, 0 * self.X, color=LIMIT, linewidth=2)
        self.bottom.stairs([1], [-1, 1], color=KEPT, linewidth=2, baseline=0)
        self.bottom.axvspan(-1, 1, color=FAINT, zorder=0)
        self.bottom.text(0, 0.5, "straight through: 1 where |x| ≤ 1", color=KEPT, ha="center", va="center")
        self.bottom.text(1.98, 0.1, "true: 0", color=dark(LIMIT), ha="right")
        self.bottom.set(title="Its gradient", xlabel="latent weight x", ylabel="gradient")
        self.bottom.set(ylim=(-0.25, 1.35), xlim=(-2, 2), yticks=[0, 1])
