"""What a processor gives that adds two products in 16 bits, beside what it should give, for a real layer.

The class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np

from edukit.plots.style import FLOAT, INK, LIMIT, QUANTIZED, dark, house
from edukit.quantization.grid.affine import choose_qparams, quantize
from edukit.quantization.grid.calibrate import min_max
from edukit.quantization.integer.layers import accumulate_linear
from edukit.quantization.integer.saturation import lost_by_pairs


class SaturationPlot:
    """Each point is one output, of the float layer and of uint8 times int8 in pairs; red where a pair was cut off."""

    def __init__(self, fig, x, weights):
        """x (rows, in): inputs of the layer, none negative; weights (out, in)."""
        self.x, self.w = (np.asarray(v, np.float32) for v in (x, weights))
        self.exact = self.x @ self.w.T
        self.grid = choose_qparams(*min_max(self.x), signed=False)
        self.q_x = quantize(self.x, self.grid)
        low, high = self.exact.min(), self.exact.max()
        room = 0.05 * (high - low) or 1.0
        with house():
            axes = fig.subplots()
            axes.plot([low, high], [low, high], color=FLOAT, linewidth=1)
            self.whole = axes.plot([], [], ".", color=QUANTIZED, markersize=3)[0]
            self.cut = axes.plot([], [], ".", color=LIMIT, markersize=3)[0]
            corner = {"transform": axes.transAxes, "va": "top"}
            axes.text(0.02, 0.97, "● every pair fits into 16 bits", color=dark(QUANTIZED), **corner)
            axes.text(0.02, 0.89, "● some pair was cut off", color=dark(LIMIT), **corner)
            self.facts = axes.text(0.98, 0.05, "", transform=axes.transAxes, ha="right", color=INK)
            axes.set(xlabel="output of the float layer", ylabel="output in integers")
            axes.set(xlim=(low - room, high + room), ylim=(low - room, high + room))

    def update(self, weight_bits, scales):
        """weight_bits 4 to 8; scales "per tensor" or "per channel"."""
        grid = choose_qparams(*min_max(self.w, 0 if scales == "per channel" else None), weight_bits, symmetric=True)
        q_w = quantize(self.w, grid)
        unit = self.grid.scale * np.broadcast_to(grid.scale, (len(self.w), 1)).ravel()
        sums = accumulate_linear(self.q_x, q_w, self.grid.zero_point)
        lost = lost_by_pairs(self.q_x, q_w)
        y = (sums - lost) * unit
        cut = lost != 0
        self.whole.set_data(self.exact[~cut], y[~cut])
        self.cut.set_data(self.exact[cut], y[cut])
        errors = [100 * np.linalg.norm(v - self.exact) / np.linalg.norm(self.exact) for v in (y, sums * unit)]
        facts = f"{100 * cut.mean():.1f}% of the outputs cut, error {errors[0]:.1f}% ({errors[1]:.1f}% in 32 bits)"
        self.facts.set_text(facts.replace(", ", "\n").replace(" (", "\n("))
        return f"Weights of {weight_bits} bits, {scales}: {facts}."
