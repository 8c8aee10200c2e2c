"""A supernet in pictures: all of its networks with one of them marked, and what bits add to the choice.

Each class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

from collections.abc import Sequence

import numpy as np

from edukit.deployment.tradeoff import pareto_front
from edukit.experiments.search.supernet import NAMES, Row
from edukit.plots.style import BLUE, FAINT, LIMIT, MUTED, ORANGE, dark, house
from edukit.search.operators_and_bits import best_within, one_after_the_other, together

IMAGES = 500  # of validation
WAYS = {"one after the other": (one_after_the_other, ORANGE), "together": (together, BLUE)}


class SubNetworksPlot:
    """A point for each network of the supernet; a ring around the one that is chosen, a line through the front."""

    def __init__(self, fig, rows: Sequence[Row]):
        """rows: those of `edukit.experiments.search.supernet.measured()`; the ones in float are shown."""
        self.rows = {tuple(row.choice.values()): row for row in rows if row.bits1 == 32}
        macs = np.array([row.macs / 1e6 for row in self.rows.values()])
        shares = np.array([100 * row.validation for row in self.rows.values()])
        kept = sorted(pareto_front(macs, shares), key=lambda i: macs[i])
        with house():
            axes = fig.subplots()
            axes.plot(macs, shares, "o", color=MUTED, alpha=0.45, markersize=5)
            axes.step(macs[kept], shares[kept], where="post", color=BLUE, linewidth=1.5)
            axes.text(macs[kept[-1]], shares[kept[-1]], "the best so far ", color=dark(BLUE), ha="right", va="bottom")
            self.ring = axes.plot([], [], "o", markersize=13, fillstyle="none", color=LIMIT, markeredgewidth=2)[0]
            axes.set(xlabel="MACs for one image, millions", ylabel="validation accuracy, %")
            axes.set(xlim=(0.9 * macs.min(), 1.03 * macs.max()), ylim=(shares.min() - 1, shares.max() + 2))

    def update(self, kernel1, width1, depth1, kernel2, width2, depth2):
        """As the supernet takes them; ValueError for a network that the rows do not hold."""
        choice = kernel1, width1, depth1, kernel2, width2, depth2
        if choice not in self.rows:
            raise ValueError(f"choice must be {', '.join(NAMES)} of a network of the supernet, got {choice}")
        row = self.rows[choice]
        place = row.macs / 1e6, 100 * row.validation
        self.ring.set_data([place[0]], [place[1]])
        best = max(100 * other.validation for other in self.rows.values() if other.macs <= row.macs)
        gap = f"the best with at most as many MACs has {best:.1f} %" if best > place[1] else "none of its MACs has more"
        return (
            f"Stage 1: kernel {kernel1}, width {width1}, depth {depth1}; stage 2: kernel {kernel2}, width {width2}, "
            f"depth {depth2}: {place[0]:.2f} M MACs, {row.size_bytes / 1000:.1f} kB in float, {place[1]:.1f} % of "
            f"{IMAGES} validation images; {gap}."
        )


class OperatorsAndBitsPlot:
    """Two fronts, accuracy against bytes: networks and bits chosen together, and one after the other."""

    def __init__(self, fig, rows: Sequence[Row]):
        """rows: those of `edukit.experiments.search.supernet.measured()`."""
        self.tests = {(row.candidate.choice, row.candidate.bits): row.test for row in rows}
        candidates = [row.candidate for row in rows]
        self.fronts = {name: search(candidates) for name, (search, _) in WAYS.items()}
        with house():
            axes = fig.subplots()
            all_bits = [c for c in candidates if c.bits is not None]
            axes.plot(_kilobytes(all_bits), _percent(all_bits), ".", color=FAINT, zorder=1)
            self.rings = {}
            for (name, (_, color)), height in zip(WAYS.items(), (0.22, 0.1), strict=True):
                kept = self.fronts[name]
                axes.step(_kilobytes(kept), _percent(kept), where="post", color=color)
                style = dict(markersize=11, fillstyle="none", color=color, markeredgewidth=2)
                self.rings[name] = axes.plot([], [], "o", **style)[0]
                axes.text(0.98, height, name, color=dark(color), ha="right", transform=axes.transAxes)
            self.limit = axes.axvline(1, color=LIMIT, linewidth=1.5, linestyle="--")
            lows = [kept[0].accuracy for kept in self.fronts.values()]
            axes.set(xlabel="bytes of the file, thousands", ylabel="validation accuracy, %")
            axes.set(ylim=(100 * min(lows) - 3, 100), xlim=(0, 1.05 * max(_kilobytes(self.fronts["together"]))))

    def update(self, limit_kb):
        """limit_kb: thousands of bytes that the file may have; ValueError where no candidate is so small."""
        self.limit.set_xdata([limit_kb, limit_kb])
        words = []
        for name, kept in self.fronts.items():
            best = best_within(kept, 1000 * limit_kb)
            self.rings[name].set_data([best.size_bytes / 1000], [100 * best.accuracy])
            test = self.tests[best.choice, best.bits]
            words.append(
                f"{name} {100 * best.accuracy:.1f} % of the validation images that choose, {100 * test:.1f} % of the "
                f"test images (bits {best.bits[0]} and {best.bits[1]})"
            )
        return f"Within {limit_kb:g} kB: {'; '.join(words)}."


def _kilobytes(candidates):
    return [c.size_bytes / 1000 for c in candidates]


def _percent(candidates):
    return [100 * c.accuracy for c in candidates]
