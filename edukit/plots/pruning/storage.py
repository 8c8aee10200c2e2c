"""What zeros weigh: the bytes of a layer in four formats, as more and more of its weights become zero.

Drawn once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np

from edukit.plots.pruning.weights import Ranked
from edukit.plots.style import BLUE, GREEN, LIMIT, MUTED, ORANGE, dark, house
from edukit.pruning.weights.storage import stored_bytes

FORMATS = {"dense": MUTED, "csr": ORANGE, "bitmask": BLUE}
TYPES = {32: np.float32, 16: np.float16, 8: np.int8}
SPARSITIES = (0, 15, 30, 45, 60, 75, 95)  # the curves are straight between them


class StoragePlot:
    """Bytes of a layer, as a share of its dense bytes: what is stored is the layer itself, in every format."""

    def __init__(self, fig, layers):
        """layers: {name: weight (filters, …)}."""
        self.layers = {name: Ranked(w).ranks for name, w in layers.items()}
        self.curves = {(name, bits): self._curves(name, bits) for name in layers for bits in TYPES}
        with house():
            axes = fig.subplots()
            self.lines = {name: axes.plot([], [], color=color)[0] for name, color in FORMATS.items()}
            self.dots = {name: axes.plot([], [], "o", color=color)[0] for name, color in FORMATS.items()}
            self.two_four = axes.plot([50], [0], "D", color=GREEN, markersize=8)[0]
            self.mark = axes.axvline(0, color=LIMIT, linewidth=1.2, linestyle="--", zorder=0)
            place = {"transform": axes.transAxes, "va": "top"}
            self.labels = {
                name: axes.text(1.02, 0.98 - 0.19 * row, f"{name}: 1,000,000 bytes, 200 %", color=dark(color), **place)
                for row, (name, color) in enumerate({**FORMATS, "2:4": GREEN}.items())
            }
            self.axes = axes
            axes.set(xlim=(-2, 97), xlabel="weights that are zero, %", ylabel="bytes, % of dense")
            axes.set_title("Below the grey line, the zeros have saved something")

    def _curves(self, name, bits):
        return {f: [self._share(name, bits, s / 100, f) for s in SPARSITIES] for f in FORMATS}

    def _share(self, name, bits, sparsity, format):
        return 100 * self._bytes(name, bits, sparsity, format) / (self.layers[name].size * bits // 8)

    def _bytes(self, name, bits, sparsity, format):
        """Which weights are zero decides about the bytes, not the numbers: so ones will do."""
        ranks = self.layers[name]
        return stored_bytes((ranks >= round(sparsity * ranks.size)).astype(TYPES[bits]), format)

    def update(self, layer, value_bits, sparsity_percent):
        """layer: one of `layers`; value_bits: 32, 16 or 8; sparsity_percent: 0 to 95."""
        dense = self.layers[layer].size * value_bits // 8
        weighed = {f: self._bytes(layer, value_bits, sparsity_percent / 100, f) for f in FORMATS}
        for name, line in self.lines.items():
            line.set_data(SPARSITIES, self.curves[layer, value_bits][name])
            self.dots[name].set_data([sparsity_percent], [100 * weighed[name] / dense])
        self.axes.set_ylim(0, 1.08 * self.curves[layer, value_bits]["csr"][0])
        self.mark.set_xdata([sparsity_percent] * 2)
        weighed["2:4"] = dense // 2 + self.layers[layer].size // 8  # two of four values, and two places of 2 bits
        self.two_four.set_ydata([100 * weighed["2:4"] / dense])
        for name, label in self.labels.items():
            at = " (at 50 %)" if name == "2:4" else ""
            label.set_text(f"{name}{at}: {100 * weighed[name] / dense:.0f} %\n  {weighed[name]:,} bytes")
        said = ", ".join(f"{name} {100 * weighed[name] / dense:.0f} %" for name in ("csr", "bitmask"))
        smallest = min(FORMATS, key=weighed.get)
        return (
            f"{layer}, {value_bits} bits a value, {sparsity_percent} % zeros: of {dense:,} dense bytes {said}; "
            f"the smallest is {smallest} with {weighed[smallest]:,} bytes. 2:4 takes "
            f"{100 * weighed['2:4'] / dense:.1f} %."
        )
