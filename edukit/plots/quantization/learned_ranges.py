"""Training with the rounding in place in a picture: accuracy against passes, by who sets the steps.

The class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np

from edukit.plots.style import BLUE, FAINT, GREEN, INK, MUTED, ORANGE, dark, house

WAYS = {"observed ranges": (ORANGE, "o"), "learned clips": (GREEN, "^"), "learned steps": (BLUE, "s")}
APART = 5.5  # points between two names at the ends of lines


class LearnedRangesPlot:
    """A line for each way, through the means of its networks; a small mark is one network."""

    def __init__(self, fig, table, reference):
        """table: {way: {(weight bits, activation bits): {passes: [% of each network]}}}; reference: % of float."""
        self.table = table
        passes = sorted({n for way in WAYS for found in table.get(way, {}).values() for n in found})
        self.places = {n: place for place, n in enumerate([0, *passes])}
        with house():
            self.axes = axes = fig.subplots()
            axes.axhspan(min(reference), max(reference), color=FAINT, zorder=0)
            axes.text(0.08, min(reference) - 1.5, "float32", color=dark(MUTED), va="top")
            self.lines, self.dots, self.names = {}, {}, {}
            for way, (color, marker) in WAYS.items():
                self.lines[way] = axes.plot([], [], color=color)[0]
                self.dots[way] = axes.plot([], [], marker, color=color, alpha=0.5, markersize=5)[0]
                self.names[way] = axes.text(0, 0, way, color=dark(color), va="center")
            self.start = axes.plot([], [], "D", color=INK, fillstyle="none", markersize=5, linestyle="none")[0]
            self.rounded = axes.text(0.08, 0, "rounded, not trained", color=INK, va="top")
            axes.set(xticks=list(self.places.values()), xticklabels=[str(n) for n in self.places], ylim=(0, 109))
            axes.set(xlim=(-0.2, len(passes) + 1.1), xlabel="passes over the training images")
            axes.set(ylabel="digits read, of 100", title="A small mark is one network, a line their mean")

    def update(self, activation_bits):
        """activation_bits: with weights of 2 bits, a pair that the table has."""
        bits = 2, activation_bits
        before = self.table["rounded"][bits][0]
        self.start.set_data([0] * len(before), before)
        self.rounded.set_y(min(before) - 9)
        said = [f"rounded {np.mean(before):.0f}"]
        ends = {}
        for way in WAYS:
            found = self.table.get(way, {}).get(bits, {})
            means = {n: np.mean(values) for n, values in found.items()}
            self.lines[way].set_data([0, *(self.places[n] for n in means)], [np.mean(before), *means.values()])
            dots = [(self.places[n], value) for n, values in found.items() for value in values]
            self.dots[way].set_data(*zip(*dots, strict=True) if dots else ([], []))
            self.names[way].set_visible(bool(found))
            if found:
                ends[way] = (self.places[max(means)] + 0.08, means[max(means)])
                said.append(f"{way} " + ", ".join(f"{mean:.0f} after {n}" for n, mean in means.items()))
                said[-1] = said[-1].replace(f"after {min(means)}", f"after {min(means)} passes", 1)
        self._write_names(ends)
        return f"2 bits for weights and {activation_bits} for activations: {'; '.join(said)}."

    def _write_names(self, ends):
        """Names at the ends of their lines, from the lowest up, so far apart that they can be read."""
        least = -np.inf
        for way, (x, y) in sorted(ends.items(), key=lambda item: item[1][1]):
            least = max(y, least + APART)
            self.names[way].set_position((x, least))
