"""Single layers in pictures: the error of each, the bits each gets under a budget, and a diagnosis.

Each class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import math

import numpy as np

from edukit.plots.style import BLUE, CUT, FLOAT, GREEN, INK, KEPT, LIMIT, MUTED, ORANGE, QUANTIZED, dark, house
from edukit.quantization.debug.mixed import allocate_bits, weight_bytes
from edukit.quantization.grid.error import decibels

KINDS = {"weights": (BLUE, "o"), "activations": (ORANGE, "^"), "both": (GREEN, "x"), "accumulated": (MUTED, "s")}
APART = (-0.27, -0.09, 0.09, 0.27)  # rows of one layer: marks of equal errors would hide each other


class LayerErrorsPlot:
    """What is left of each layer's output: after its weights, its input and both were rounded, and at this depth."""

    def __init__(self, fig, errors):
        """errors: {bits: {layer: LayerError}}, the layers from the first to the last."""
        self.errors = errors
        self.names = list(next(iter(errors.values())))
        values = [[getattr(e, kind) for e in rows.values()] for rows in errors.values() for kind in KINDS]
        self.floor = np.array(values)[np.array(values) > 0].min() / 3
        rows = np.arange(len(self.names))
        with house():
            axes = fig.subplots()
            self.dots = {
                kind: axes.plot([], [], marker, color=color, label=kind, markersize=6, fillstyle="none", mew=2)[0]
                for kind, (color, marker) in KINDS.items()
            }
            axes.set(xlabel="signal over error of the layer's output (SQNR), dB")
            low = min(0.0, decibels(np.max(values)))
            axes.set(xlim=(low - 3, decibels(self.floor) + 3), ylim=(len(rows) - 0.5, -0.5))
            axes.set(yticks=rows, yticklabels=self.names, ylabel="layer")
            axes.axvline(0, color=LIMIT, linewidth=1.2, linestyle="--")
            fig.legend(handles=list(self.dots.values()), loc="outside upper right", ncols=4, frameon=False)

    def update(self, bits):
        """bits of the weights, for which there are errors."""
        rows = self.errors[bits]
        for apart, (kind, dots) in zip(APART, self.dots.items(), strict=True):
            left = [decibels(max(getattr(e, kind), self.floor)) for e in rows.values()]
            dots.set_data(left, np.arange(len(rows)) + apart)
        own = max(rows, key=lambda name: rows[name].both)
        last = self.names[-1]
        by = "weights" if sum(e.weights > e.activations for e in rows.values()) > len(rows) / 2 else "activations"
        alone, deep = decibels(max(rows[own].both, self.floor)), decibels(max(rows[last].accumulated, self.floor))
        return (
            f"{bits} bits: most of the error comes from the {by}. Alone, {own} suffers most, {alone:.1f} dB are left; "
            f"with all layers before it rounded as well, {last} has {deep:.1f} dB."
        )


class BudgetPlot:
    """Left: the bits of each layer. Right: what they cost, against the same bits everywhere, at equal size."""

    def __init__(self, fig, costs, shapes, measured=None, ylabel="accuracy, %"):
        """costs {layer: {bits: cost}} · shapes {layer: shape} · measured {name: {mean bits: value}}, two curves."""
        self.costs = costs
        self.shapes = shapes
        self.measured = measured or {}
        self.ylabel = ylabel
        self.names = list(shapes)
        self.choices = sorted(set.intersection(*(set(row) for row in costs.values())))
        self.choices = [b for b in self.choices if b <= 8]
        share = np.array([math.prod(shape) for shape in shapes.values()])
        labels = [f"{name} · {part:.1%}" for name, part in zip(shapes, share / share.sum(), strict=True)]
        with house():
            left, *right = fig.subplot_mosaic("ab\nac" if measured else "ab", width_ratios=[1, 1]).values()
            self.bars = left.barh(labels, [1.0] * len(labels), color=QUANTIZED)
            left.set(title="Bits of each layer", xlabel="bits of a weight", ylabel="layer · share of the weights")
            left.set(xlim=(0, max(max(row) for row in costs.values()) + 0.5), ylim=(len(labels) - 0.4, -0.6))
            self.marks = [axes.axvline(0, color=LIMIT, linewidth=1.2, linestyle="--") for axes in (left, *right)]
            self._draw_predicted(right[0])
            if measured:
                self._draw_measured(right[1])
            right[-1].set_xlabel("size, as so many bits everywhere")

    def update(self, mean_bits):
        """mean_bits: the budget is the size of so many bits in every layer."""
        bits, budget = self._allocated(mean_bits), self._budget(mean_bits)
        for bar, b in zip(self.bars, bits.values(), strict=True):
            bar.set_width(b)
        for mark in self.marks:
            mark.set_xdata([mean_bits, mean_bits])
        most, least = (choose(bits, key=bits.get) for choose in (max, min))
        who = f"{most} gets {bits[most]} bits and {least} {bits[least]}"
        who = f"every layer gets {bits[most]} bits" if bits[most] == bits[least] else who
        size = f"At {budget / 1000:.1f} kB, the size of {mean_bits:.1f} bits everywhere"
        return f"{size}, {who}; the summed cost is {self._cost(bits):.2g}{self._beside(mean_bits)}."

    def _draw_predicted(self, axes):
        low = self.choices[0]
        high = self.choices[-1]
        grid = np.linspace(low, high, 4 * (high - low) + 1)
        mixed = [self._cost(self._allocated(m)) for m in grid]
        uniform = [sum(row[b] for row in self.costs.values()) for b in self.choices]
        axes.plot(grid, mixed, color=KEPT, label="mixed")
        axes.plot(self.choices, uniform, "o", color=dark(CUT), label="the same everywhere")
        axes.set(title="Summed cost, predicted", yscale="log", ylabel="summed cost", xlim=(low - 0.2, high + 0.2))
        axes.figure.legend(loc="outside upper right", ncols=2, frameon=False)

    def _draw_measured(self, axes):
        for (name, curve), (color, marker) in zip(self.measured.items(), ((KEPT, "D"), (dark(CUT), "o")), strict=False):
            axes.plot(*zip(*sorted(curve.items()), strict=True), marker, color=color, linestyle="-", label=name)
        axes.set(title="Measured", ylabel=self.ylabel, xlim=(self.choices[0] - 0.2, self.choices[-1] + 0.2))
        axes.margins(y=0.15)

    def _allocated(self, mean_bits):
        return allocate_bits(self.costs, self.shapes, self._budget(mean_bits))

    def _budget(self, mean_bits):
        below, above = (weight_bytes(self.shapes, int(b)) for b in (math.floor(mean_bits), math.ceil(mean_bits)))
        return below + (above - below) * (mean_bits % 1)

    def _cost(self, bits):
        return sum(self.costs[name][b] for name, b in bits.items())

    def _beside(self, mean_bits):
        uniform = {b: sum(row[b] for row in self.costs.values()) for b in self.choices}
        at = round(mean_bits, 3)
        return f", {uniform[at]:.2g} with {at:.0f} bits everywhere" if at in uniform else ""


class DiagnosisPlot:
    """What evaluate said of each variant, or how close it came, between the float network and the quantized one."""

    def __init__(self, fig, diagnosis, ylabel="accuracy"):
        """diagnosis: as `diagnose` returns it."""
        scores = diagnosis.closeness or diagnosis.scores
        self.scores = {"variants": scores, "layers restored": diagnosis.restored}
        self.exact = scores["float"]
        self.rounded = scores["quantized"]
        with house():
            self.axes = fig.subplots()
            self.axes.axvline(self.exact, color=FLOAT, linewidth=2)
            self.axes.axvline(self.rounded, color=LIMIT, linewidth=1.2, linestyle="--")
            self.lines = self.axes.hlines([0], [0], [1], color=QUANTIZED, linewidth=4)
            self.dots = self.axes.plot([], [], "o", color=INK, markersize=5)[0]
            values = [*scores.values(), *diagnosis.restored.values()]
            span = max(values) - min(values) or 1.0
            xlabel = "closeness to the float answers" if diagnosis.closeness else ylabel
            self.axes.set(xlabel=xlabel, xlim=(min(values) - 0.05 * span, max(values) + 0.05 * span))
            self.axes.set_title("From the quantized network (dashed) towards the float one (grey)")

    def update(self, show):
        """show: "variants" or "layers restored"."""
        rows = {name: score for name, score in self.scores[show].items() if name not in ("model", "float", "quantized")}
        names = list(rows)
        y = np.arange(len(rows))
        self.lines.set_segments([[(self.rounded, i), (score, i)] for i, score in enumerate(rows.values())])
        self.dots.set_data(list(rows.values()), y)
        self.axes.set(yticks=y, yticklabels=names, ylim=(len(rows) - 0.5, -0.5), ylabel=show)
        best = max(rows, key=rows.get)
        return (
            f"Float {self.exact:.3f}, quantized {self.rounded:.3f}; of the {show}, {best} comes closest to float with "
            f"{rows[best]:.3f}."
        )
