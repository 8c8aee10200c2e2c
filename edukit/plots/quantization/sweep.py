"""Error against bits, where the bits of the scales count as well.

The class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np

from edukit.plots.style import BLUE, GREEN, INK, MUTED, ORANGE, dark, house
from edukit.quantization.grid.sweep import SHARINGS

COLORS = dict(zip(SHARINGS, (BLUE, ORANGE, GREEN), strict=True))
MARKERS = dict(zip(SHARINGS, "os^", strict=True))
DRAWN = dict(zip(SHARINGS, "●■▲", strict=True))  # the markers as letters
READ_AT = 4  # bits of the codes whose points the table and the sentence give


class SweepPlot:
    """For each sharing of scales: the bits stored for a weight and the error, for rows of one length at a time."""

    def __init__(self, fig, sweeps):
        """sweeps: {(group_size, scale_bits): the rows of error_sweep}, where each layer has rows of one length.

        A layer's name is its row length; the numbers of bits are the same everywhere and hold READ_AT.
        """
        self.curves = {key: _curves(found) for key, found in sweeps.items()}
        levels = np.array([y for curves in self.curves.values() for _, y in curves.values()])
        levels = levels[np.isfinite(levels)]  # infinite where nothing was lost
        bits = sorted({row.bits for row in next(iter(sweeps.values()))})
        self.at = bits.index(READ_AT)
        with house():
            self.axes = fig.subplots()
            self.lines = {
                sharing: self.axes.plot([], [], MARKERS[sharing], linestyle="-", color=color, markersize=5)[0]
                for sharing, color in COLORS.items()
            }
            self.rings = self.axes.plot([], [], "o", markersize=13, markerfacecolor="none", color=MUTED)[0]
            self.texts = self._table()
            self.axes.set(xlabel="bits stored for a weight, its share of the scales included", title=" ")
            self.axes.set(ylabel="signal over error (SQNR), dB", xlim=(bits[0] - 0.4, bits[-1] + 2.4))
            self.axes.set_ylim(min([0, *1.1 * levels]), 1.08 * max([1, *levels]))

    def _table(self):
        corner = {"transform": self.axes.transAxes, "ha": "right", "family": "DejaVu Sans Mono", "size": 9}
        self.axes.text(0.985, 0.28, f"codes of {READ_AT} bits   bits     dB", color=INK, **corner)
        heights = dict(zip(SHARINGS, (0.2, 0.12, 0.04), strict=True))
        return {s: self.axes.text(0.985, y, "", color=dark(COLORS[s]), **corner) for s, y in heights.items()}

    def update(self, row_length, group_size, scale_bits):
        """row_length: a layer's name; the others as in the sweeps."""
        said = []
        rings = []
        for sharing in SHARINGS:
            x, y = self.curves[group_size, scale_bits][row_length, sharing]
            self.lines[sharing].set_data(x, y)
            rings.append((x[self.at], y[self.at]))
            name = f"groups of {group_size}" if sharing == "per group" else sharing
            self.texts[sharing].set_text(f"{DRAWN[sharing]} {name:14s}{x[self.at]:6.2f}  {y[self.at]:5.1f}")
            said.append(f"{name} {x[self.at]:.2f} bits and {y[self.at]:.1f} dB")
        self.rings.set_data(*zip(*rings, strict=True))
        self.axes.set_title(f"Rows of {row_length} weights, scales of {scale_bits} bits")
        return f"Rows of {row_length} weights, codes of {READ_AT} bits, scales of {scale_bits} bits: {', '.join(said)}."


def _curves(rows):
    """{(layer, sharing): (bits stored for a weight, dB)}, each an array with an entry for each number of bits."""
    curves = {}
    for layer, sharing in {(row.layer, row.sharing): None for row in rows}:
        own = sorted((r for r in rows if (r.layer, r.sharing) == (layer, sharing)), key=lambda row: row.bits)
        curves[layer, sharing] = np.array([(r.bits_per_weight, r.sqnr_db) for r in own]).T
    return curves
