"""Error against bits, where the bits of the scales count as well.

The class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np

from edukit.plots.style import BLUE, GREEN, INK, LIMIT, ORANGE, dark, house
from edukit.quantization.grid.sweep import SHARINGS

COLORS = dict(zip(SHARINGS, (BLUE, ORANGE, GREEN), strict=True))


class SweepPlot:
    """For each sharing of scales: the bits stored for a weight and what is left of it, of the middle layer and all."""

    def __init__(self, fig, sweeps):
        """sweeps: {(group_size, symmetric, scale_bits): the rows of error_sweep}, all of the same layers and bits."""
        self.curves = {key: _curves(rows) for key, rows in sweeps.items()}
        highest = max(y.max() for curves in self.curves.values() for _, y in curves.values())
        first = next(iter(self.curves.values()))
        self.bits = sorted({row.bits for row in next(iter(sweeps.values()))})
        with house():
            axes = fig.subplots()
            self.lines, self.spreads, self.marks = {}, {}, {}
            for sharing, (x, y) in first.items():
                color = COLORS[sharing]
                self.spreads[sharing] = axes.vlines(x, y[0], y[2], color=color, alpha=0.35, linewidth=5)
                self.lines[sharing] = axes.plot(x, y[1], "o-", color=color, markersize=4)[0]
                self.marks[sharing] = axes.plot([], [], "o", markersize=11, markeredgewidth=2, markerfacecolor="none")[
                    0
                ]
                self.marks[sharing].set_color(LIMIT)
            corner = {"transform": axes.transAxes, "va": "top", "family": "DejaVu Sans Mono", "size": 9}
            axes.text(0.015, 0.985, f"{'':12s} bits     dB  worst layer", color=INK, **corner)
            self.texts = {
                s: axes.text(0.015, 0.985 - 0.075 * i, "", color=dark(COLORS[s]), **corner)
                for i, s in enumerate(SHARINGS, 1)
            }
            axes.set_title("Lines: the middle layer. Bars: all layers")
            axes.set(
                xlabel="bits stored for a weight, its share of the scales included", ylabel="signal over error, dB"
            )
            axes.set(xlim=(self.bits[0] - 0.4, self.bits[-1] + 2.4), ylim=(-1, 1.12 * highest))

    def update(self, bits, group_size, scale_bits, symmetric):
        """bits of a code; the others as in the sweeps."""
        curves = self.curves[group_size, symmetric, scale_bits]
        at = self.bits.index(bits)
        said = []
        for sharing, (x, y) in curves.items():
            self.lines[sharing].set_data(x, y[1])
            self.spreads[sharing].set_segments(np.stack([np.stack([x, y[0]], 1), np.stack([x, y[2]], 1)], 1))
            self.marks[sharing].set_data(x[at : at + 1], y[1][at : at + 1])
            self.texts[sharing].set_text(f"{sharing:12s}{x[at]:5.2f}  {y[1][at]:5.1f}  {y[0][at]:5.1f}")
            said.append(f"{sharing} {x[at]:.2f} bits and {y[1][at]:.1f} dB (worst layer {y[0][at]:.1f})")
        kind = "symmetric" if symmetric else "asymmetric"
        sizes = f"groups of {group_size}, scales of {scale_bits} bits"
        return f"Codes of {bits} bits, {kind}, {sizes}: {', '.join(said)}."


def _curves(rows):
    """{sharing: (bits of a weight, (worst, middle, best) dB)}, over all layers, an entry for each number of bits."""
    curves = {}
    for sharing in SHARINGS:
        of_bits = [[r for r in rows if (r.sharing, r.bits) == (sharing, b)] for b in sorted({r.bits for r in rows})]
        x = [np.average([r.bits_per_weight for r in some], weights=[r.weights for r in some]) for some in of_bits]
        y = [np.percentile([r.sqnr_db for r in some], (0, 50, 100)) for some in of_bits]
        curves[sharing] = np.array(x), np.array(y).T
    return curves
