"""Three grids of equally many bits, on three number lines: which codes they have, and where their values lie.

The class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np

from edukit.plots.style import BLUE, INK, LIMIT, MUTED, dark, house
from edukit.quantization.grid.affine import choose_qparams, dequantize
from edukit.quantization.ptq.rewrite import all_codes

LOW = np.float32(-0.8)
HIGH = np.float32(1)
GRIDS = {
    "symmetric, the lowest code left out": lambda bits: choose_qparams(LOW, HIGH, bits, symmetric=True),
    "symmetric, all codes": lambda bits: all_codes(LOW, HIGH, bits),
    "asymmetric": lambda bits: choose_qparams(LOW, HIGH, bits),
}
REACH = 1.6


class ConventionsPlot:
    """One range, three grids: a dot for each value, its code below."""

    def __init__(self, fig):
        with house():
            self.axes = fig.subplots(len(GRIDS), 1, sharex=True)
            self.dots = [ax.plot([], [], "o", color=BLUE, markersize=7, zorder=3)[0] for ax in self.axes]
            self.zeros = [ax.plot([0], [0], "o", color=LIMIT, markersize=7, zorder=4)[0] for ax in self.axes]
            self.codes = [_texts(ax, 16) for ax in self.axes]
            for ax in self.axes:
                _as_number_line(ax)
            for x, name in ((LOW, "smallest weight"), (HIGH, "largest weight"), (0, "the code Z")):
                self.axes[0].text(x, 0.75, name, ha="center", va="bottom", color=dark(LIMIT), size=9)
            self.axes[-1].set(xlabel="weight", xticks=np.arange(-1.5, 1.6, 0.5))

    def update(self, bits):
        """bits 2 to 4."""
        said = []
        for ax, dots, texts, (name, choose) in zip(self.axes, self.dots, self.codes, GRIDS.items(), strict=True):
            grid = choose(bits)
            codes = np.arange(grid.qmin, grid.qmax + 1)
            values = dequantize(codes, grid)
            dots.set_data(values, np.zeros(len(values)))
            _show(texts, values, codes)
            step = f"S = {float(grid.scale):.2f}"
            ax.set_title(f"{name}: {len(codes)} codes, {step}, Z = {grid.zero_point:d}".replace("-", "−"), pad=14)
            said.append(f"{name}, {len(codes)} codes from {codes[0]} to {codes[-1]}, {step}")
        return f"{bits} bits for weights from {LOW:g} to {HIGH:g}, three grids: {'; '.join(said)}."


def _as_number_line(ax):
    ax.set(xlim=(-REACH, REACH), ylim=(-1, 1), yticks=[])
    ax.spines[:].set_visible(False)
    ax.grid(False)
    ax.tick_params(axis="x", length=0)
    ax.axhline(0, color=MUTED, linewidth=1, zorder=1)
    for end in (LOW, HIGH):
        ax.axvline(end, ymin=0.5, ymax=0.85, color=LIMIT, linewidth=1.2, linestyle="--", zorder=0)


def _texts(ax, most):
    return [ax.text(0, -0.25, "", ha="center", va="top", color=INK, size=9) for _ in range(most)]


def _show(texts, values, codes):
    for number, text in enumerate(texts):
        if number < len(codes):
            text.set(x=values[number], text=str(codes[number]).replace("-", "−"))
        text.set_visible(number < len(codes))
