"""Training with the rounding in place, seen three ways: one weight, one step size, and what whole networks recover.

Each class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence. What the
pictures train, a single number each, is trained before they open.
"""

import numpy as np
from matplotlib.ticker import NullLocator

from edukit.plots.style import BLUE, CUT, FAINT, FLOAT, GREEN, INK, LIMIT, MUTED, ORANGE, QUANTIZED, dark, house
from edukit.quantization.grid.affine import QParams, fake_quantize

STEP = 0.5
TARGET = 0.7
START = -1.1
UPDATES = 60
GRID = QParams(np.float32(STEP), np.int32(0), -4, 3)
W = np.linspace(-1.5, 1.5, 601, dtype=np.float32)
GRADIENTS, RATES = ["true", "straight-through"], [0.05, 0.2]


class LatentWeightPlot:
    """Left: what one weight becomes, and its loss (x̂ - 0.7)². Right: the way it takes, and the codes it stands for."""

    def __init__(self, fig):
        self.paths = {(name, rate): _descend(name, rate) for name in GRADIENTS for rate in RATES}
        with house():
            axes = fig.subplot_mosaic([["stairs", "path"], ["loss", "path"]], width_ratios=[4, 5])
            self.stairs, self.loss, self.path = axes["stairs"], axes["loss"], axes["path"]
            self.stairs.plot(W, fake_quantize(W, GRID), color=QUANTIZED)
            self.loss.plot(W, _loss(W), color=QUANTIZED)
            self.slope = self.stairs.plot([], [], color=LIMIT, linewidth=2)[0]
            self.descent = self.loss.plot([], [], color=LIMIT, linewidth=2)[0]
            self.points = [ax.plot([], [], "o", color=INK, zorder=3)[0] for ax in (self.stairs, self.loss)]
            self.path.hlines(np.arange(-2.5, 3) * STEP, -1, UPDATES + 1, CUT, linewidth=1, linestyles="--", zorder=1)
            self.path.axhline(TARGET, color=GREEN, linewidth=1)
            self.path.text(0, 1.12, "the best value, 0.7", color=dark(GREEN))
            self.codes = self.path.step([], [], color=QUANTIZED, where="post")[0]
            self.latent = self.path.plot([], [], color=FLOAT)[0]
            ground = {"facecolor": self.path.get_facecolor(), "edgecolor": "none", "pad": 1}
            self.stored_name = self.path.text(0, 0, "stored", color=dark(QUANTIZED), va="center", bbox=ground)
            self.latent_name = self.path.text(0, 0, "latent", color=dark(FLOAT), va="center", bbox=ground)
            note = {"color": LIMIT, "transform": self.stairs.transAxes, "ha": "right"}
            self.stairs.text(0.98, 0.06, "the slope that\ntraining uses", **note)
            self.stairs.set(title="What the weight becomes", ylabel="stored value", ylim=(-1.9, 1.6))
            self.loss.set(
                title="Its loss", xlabel="the weight itself", ylabel="loss", ylim=(-0.6, 6), xticks=[-1, 0, 1]
            )
            self.path.set(title="Along the way; dashed: rounding changes", xlabel="update", ylabel="value")
            self.path.set(xlim=(-1, UPDATES + 12), ylim=(-1.5, 1.25), xticks=range(0, UPDATES + 1, 10))

    def update(self, update, gradient, learning_rate):
        """update 0 to 60; gradient "true" or "straight-through"; learning_rate 0.05 or 0.2."""
        latent = self.paths[gradient, learning_rate]
        stored = fake_quantize(latent, GRID)
        w = latent[update]
        y = stored[update]
        self.codes.set_data(np.arange(update + 1), stored[: update + 1])
        self.latent.set_data(np.arange(update + 1), latent[: update + 1])
        half = max(abs(w - y) / 2, 0.07) * (1 if w >= y else -1)  # the names never lie on each other
        self.latent_name.set_position((update + 1, (w + y) / 2 + half))
        self.stored_name.set_position((update + 1, (w + y) / 2 - half))
        for point, height in zip(self.points, (y, _loss(w)), strict=True):
            point.set_data([w], [height])
        near = np.float32([-0.35, 0.35])
        through = float(gradient != "true")
        self.slope.set_data(w + near, y + through * near)
        self.descent.set_data(w + near, _loss(w) + through * 2 * (y - TARGET) * near)
        changes = int((np.diff(stored[: update + 1]) != 0).sum())
        late = stored[max(0, update - 19) : update + 1].mean()
        average = f", {late:.2f} on average over the last 20 updates" if update >= 40 else ""
        return (
            f"Update {update}, {gradient} gradient: the weight is {w:.2f} and stands for {y:.1f}{average}; "
            f"that changed {changes} times."
        )


class StepSizePlot:
    """Above: the error of real weights against the step. Below: how it changes, truly and by LSQ's gradient."""

    def __init__(self, fig, weights):
        """weights: any shape, numpy or torch; all share one step."""
        self.weights = np.asarray(weights, np.float32).ravel()
        self.weights = self.weights / np.abs(self.weights).max()
        self.steps = np.geomspace(0.004, 1.2, 160).astype(np.float32)
        self.curves = {bits: _curves(self.weights, self.steps, bits) for bits in range(2, 9)}
        self.paths = {bits: _learn_step(self.weights, bits) for bits in range(2, 9)}
        self.errors = {
            bits: 100 * np.sqrt([_error(self.weights, s, bits) for s in path]) for bits, path in self.paths.items()
        }
        with house():
            self.top, self.bottom = fig.subplots(2, 1, sharex=True)
            self.error = self.top.plot(self.steps, self.steps, color=QUANTIZED)[0]
            self.path = self.top.plot([], [], ".", color=ORANGE, markersize=5)[0]
            self.now = self.top.plot([], [], "o", color=LIMIT, markersize=8, zorder=3)[0]
            self.facts = self.top.text(0.02, 0.86, "", transform=self.top.transAxes, color=INK)
            self.top.set(title="Error of the weights", ylabel="relative, %", yscale="log", ylim=(0.3, 600))
            self.top.set_yticks([1, 10, 100], ["1", "10", "100"])
            self.true = self.bottom.plot(self.steps, self.steps, color=FLOAT, linewidth=1.2)[0]
            self.learned = self.bottom.plot(self.steps, self.steps, color=ORANGE)[0]
            self.bottom.axhline(0, color=MUTED, linewidth=1)
            self.line = self.bottom.axvline(1, color=LIMIT, linewidth=1.2, linestyle="--")
            words = {"color": dark(ORANGE), "va": "top", "transform": self.bottom.transAxes}
            words["bbox"] = {"facecolor": self.bottom.get_facecolor(), "edgecolor": "none", "pad": 1}
            self.bottom.text(0.02, 0.94, "LSQ's gradient", **words)
            self.bottom.text(0.22, 0.94, "true slope", **words | {"color": dark(FLOAT)})
            self.bottom.set(
                title="Which way the step should go", ylabel="% of error for 1 % of S", xscale="log", ylim=(-6, 9.5)
            )
            ticks = [0.01, 0.03, 0.1, 0.3, 1]
            self.bottom.set_xticks(ticks, [f"{t:g}" for t in ticks])
            for axis in (self.top.yaxis, self.bottom.xaxis):
                axis.set_minor_locator(NullLocator())  # unlabelled ticks cost a third of the time of drawing
            self.bottom.set(xlabel="step S, as a share of the largest weight", xlim=(self.steps[0], self.steps[-1]))

    def update(self, bits, update):
        """bits 2 to 8; update 0 to 40: how often the step has followed LSQ's gradient."""
        error, true, learned = self.curves[bits]
        path, errors = self.paths[bits], self.errors[bits]
        self.error.set_ydata(100 * np.sqrt(error))
        self.true.set_ydata(np.clip(true, -6, 6))
        self.learned.set_ydata(learned)
        self.path.set_data(path[: update + 1], errors[: update + 1])
        self.now.set_data([path[update]], [errors[update]])
        self.line.set_xdata([path[update]] * 2)
        best = 100 * np.sqrt(error.min())
        self.facts.set_text(f"S = {path[update]:.3f}: error {errors[update]:.1f} %, the smallest is {best:.1f} %")
        return (
            f"{bits} bits, after {update} updates the step is {path[update]:.3f} of the largest weight and the "
            f"error {errors[update]:.1f}%; the smallest possible is {best:.1f}%."
        )


class RecoveryPlot:
    """Accuracy against the bits of the weights: a dot for each network, a line for their mean, and a mark."""

    def __init__(self, fig, results, reference):
        """results: {way: {bits: [% of each network]}}, at most three ways; reference: [% of each float network]."""
        self.results = results
        bits = sorted(next(iter(results.values())))
        with house():
            axes = fig.subplots()
            axes.axhspan(min(reference), max(reference), color=FAINT, zorder=0)
            axes.text(bits[-1] + 0.45, np.mean(reference), "float", color=dark(MUTED), va="center")
            self.mark = axes.axvline(bits[0], color=LIMIT, linewidth=1.2, linestyle="--")
            self.means = []
            for (name, points), color, marker in zip(results.items(), (ORANGE, BLUE, GREEN), "os^", strict=False):
                for b in bits:
                    axes.plot([b] * len(points[b]), points[b], marker, color=color, alpha=0.5, markersize=5)
                means = [np.mean(points[b]) for b in bits]
                self.means += axes.plot(bits, means, color=color, label=name)
            low = min(min(v) for points in results.values() for v in points.values())
            axes.set(
                title="A dot is one network, a line their mean", xlabel="bits of a weight", ylabel="digits read, %"
            )
            axes.set(xticks=bits, xlim=(bits[0] - 0.3, bits[-1] + 0.4), ylim=(max(0, low - 8), 102))
            axes.legend(loc="lower right", frameon=True, edgecolor=FAINT)

    def update(self, bits):
        """bits: a number that the results have."""
        self.mark.set_xdata([bits, bits])
        texts = [f"{name} {_spread(points[bits])}" for name, points in self.results.items()]
        return f"Digits read with {bits} bits a weight: {'; '.join(texts)}."


def _spread(values):
    return f"{np.mean(values):.1f}% ({min(values):.1f} to {max(values):.1f})"


def _loss(w):
    return (fake_quantize(np.float32(w), GRID) - TARGET) ** 2


def _descend(gradient, rate):
    """The latent weight after each update: true gradients of a staircase are 0, so it never moves."""
    w = [np.float32(START)]
    for _ in range(UPDATES):
        slope = 0.0 if gradient == "true" else 2 * (fake_quantize(w[-1], GRID) - TARGET)
        w.append(np.float32(w[-1] - rate * slope))
    return np.array(w)


def _parts(w, step, bits):
    qmax = 2 ** (bits - 1) - 1
    code = np.round(w / step)
    inside = (code >= -qmax - 1) & (code <= qmax)
    stored = step * np.clip(code, -qmax - 1, qmax)
    return stored - w, stored, inside


def _error(w, step, bits):
    return float((_parts(w, step, bits)[0] ** 2).sum() / (w**2).sum())


def _slopes(w, step, bits):
    """Percent of error for a percent of step: the true derivative, and LSQ's, which puts x̂ - x for x̂ inside."""
    e, stored, inside = _parts(w, step, bits)
    energy = (e**2).sum()
    return 2 * (e * stored).sum() / energy, 2 * (e * np.where(inside, e, stored)).sum() / energy


def _curves(w, steps, bits):
    slopes = np.array([_slopes(w, s, bits) for s in steps])
    return np.array([_error(w, s, bits) for s in steps]), slopes[:, 0], slopes[:, 1]


def _learn_step(w, bits, updates=40, rate=0.1):
    """From LSQ's start, 2 mean|w| / sqrt(qmax), along its gradient; each update moves the step by percents."""
    steps = [2 * np.abs(w).mean() / np.sqrt(2 ** (bits - 1) - 1)]
    for _ in range(updates):
        slope = np.clip(_slopes(w, steps[-1], bits)[1], -2, 2)
        steps.append(steps[-1] * np.exp(-rate * slope))
    return np.array(steps, np.float32)
