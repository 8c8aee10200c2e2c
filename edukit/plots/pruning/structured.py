"""Structure and time: what a sparse product takes, what a number of channels takes, what half of the MACs took.

Each class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np

from edukit.plots.style import CUT, GREEN, INK, KEPT, LIMIT, MUTED, dark, house


class SparsePlot:
    """Time of a product with a sparse matrix, as a share of the dense one, against the share of zeros."""

    def __init__(self, fig, times):
        """times: from `matmul_latencies`: "dense", and "zeros 50%" and "csr 50%" at each sparsity."""
        dense = times["dense"].median_s
        self.share = {
            kind: {int(name.split()[1][:-1]): t.median_s / dense for name, t in times.items() if name.startswith(kind)}
            for kind in ("zeros", "csr")
        }
        with house():
            axes = fig.subplots()
            for kind, color, words in (
                ("zeros", MUTED, "zeros in a dense matrix"),
                ("csr", KEPT, "only the others (CSR)"),
            ):
                row = self.share[kind]
                axes.plot(list(row), list(row.values()), "o-", color=color)
                first = min(row)
                axes.text(first + 1, row[first] + 0.22, words, color=dark(color), va="bottom")
            axes.axhline(1, color=INK, linewidth=1, linestyle="--")
            top = max(max(row.values()) for row in self.share.values())
            axes.set(xlabel="weights that are zero, %", ylabel="time, times dense", ylim=(0, 1.35 * top + 0.3))
            axes.set(xlim=(48, 101))

    def update(self):
        """Nothing moves."""
        parts = [f"{s} % zeros {z:.2f}, as CSR {self.share['csr'][s]:.2f}" for s, z in self.share["zeros"].items()]
        return f"Time as a multiple of the dense product: {'; '.join(parts)}."


class ChannelTimesPlot:
    """Time of a network of equal layers against its number of channels, beside what the MACs promise."""

    def __init__(self, fig, times):
        """times: {channels: Latency}, in order; the largest number is what all others are compared with."""
        self.channels = np.array(list(times))
        self.times = np.array([1e6 * t.median_s for t in times.values()])
        full = self.channels[-1]
        self.promise = self.times[-1] * (self.channels / full) ** 2
        fours = self.channels % 4 == 0
        with house():
            axes = fig.subplots()
            axes.plot(self.channels, self.promise, color=MUTED, linestyle="--", linewidth=1.2)
            axes.text(full, self.promise[-1] * 0.55, "what the MACs promise", color=dark(MUTED), ha="right", va="top")
            for these, color, mark in ((~fours, CUT, "s"), (fours, KEPT, "o")):
                axes.plot(self.channels[these], self.times[these], mark, color=color, markersize=6)
            self.mark = axes.plot([], [], "o", markersize=14, fillstyle="none", color=LIMIT, markeredgewidth=2)[0]
            axes.set(xlabel="channels left in each layer", ylabel="time of one image, µs")
            axes.set(xlim=(self.channels[0] - 1, full + 1), ylim=(0, 1.3 * self.times.max()))
            for x, words, color in ((0.02, "● multiples of 4", KEPT), (0.3, "■ others", CUT)):
                axes.text(x, 0.95, words, transform=axes.transAxes, color=dark(color), va="top")

    def update(self, channels):
        """channels: the nearest number that was measured is marked."""
        at = int(np.argmin(np.abs(self.channels - channels)))
        self.mark.set_data([self.channels[at]], [self.times[at]])
        macs = (self.channels[at] / self.channels[-1]) ** 2
        time = self.times[at] / self.times[-1]
        return (
            f"{self.channels[at]} channels: {macs:.2f} of the MACs of {self.channels[-1]} channels, "
            f"and {time:.2f} of the time, {self.times[at]:.0f} µs."
        )


class HalfTheMacsPlot:
    """Half of the MACs: how many times faster each network then is, with channels as they come and in multiples."""

    kinds = {
        1: (CUT, "s", "as they come"),
        4: (GREEN, "^", "in fours"),
        8: (MUTED, "D", "in eights"),
        16: (KEPT, "o", "in sixteens"),
    }

    def __init__(self, fig, rows):
        """rows: those of `edukit.experiments.pruning.half_the_macs.measured`."""
        self.names = list(dict.fromkeys(row.network for row in rows))
        self.rows = rows
        self.several = {row.network for row in rows if row.seed}
        with house():
            axes = fig.subplots()
            for place, (multiple, (color, mark, words)) in enumerate(self.kinds.items()):
                these = [row for row in rows if row.multiple == multiple]
                heights = [self._height(row) for row in these]
                axes.hlines(heights, [r.low for r in these], [r.high for r in these], color, linewidth=2, alpha=0.5)
                axes.plot([row.speedup for row in these], heights, mark, color=color, markersize=6)
                axes.text(0.27 * place, 1.02, f"{'■▲◆●'[place]} channels {words}", color=dark(color),
                          transform=axes.transAxes, va="bottom")  # fmt: skip
            for at, words in ((1, "no faster"), (1 / 0.5, "what the MACs promise")):
                axes.axvline(at, color=INK, linewidth=1, linestyle="--")
                axes.text(at, len(self.names) - 0.42, words, ha="center", va="top", color=INK, fontsize=8.5).set_bbox(
                    {"color": "white", "pad": 1.5}
                )
            axes.set(yticks=range(len(self.names)), yticklabels=self.names, ylim=(len(self.names) - 0.1, -0.6))
            axes.set(xlabel="times faster than before, ONNX Runtime, one image, one thread")
            axes.set(xlim=(0.4, max(2.7, 1.05 * max(row.high for row in rows))))
            axes.grid(False, axis="y")

    def _height(self, row):
        """Seeds of one network side by side, or its multiples."""
        order = row.seed - 1 if row.network in self.several else list(self.kinds).index(row.multiple) - 1.5
        return self.names.index(row.network) + 0.16 * order

    def update(self):
        """Nothing moves."""
        parts = []
        for name in self.names:
            found = {}
            for row in self.rows:
                if row.network == name:
                    found.setdefault(row.multiple, []).append(row.speedup)
            speeds = ", ".join(
                f"{np.median(v):.2f} in multiples of {multiple}" for multiple, v in sorted(found.items())
            )
            parts.append(f"{name} {speeds}")
        return f"Times faster with half of the MACs: {'; '.join(parts)}."
