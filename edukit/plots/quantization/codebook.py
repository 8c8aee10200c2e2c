"""Codebooks seen twice: k-means step by step on weights, and the lengths of Huffman codes beside the shares.

Each class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

from functools import cache

import numpy as np

from edukit.plots.style import BLUE, FLOAT, GREEN, INK, LIMIT, MUTED, QUANTIZED, house
from edukit.quantization.lowbit.codebook import kmeans
from edukit.quantization.lowbit.huffman import code_lengths, entropy

STEPS = 20


class KMeansPlot:
    """Above: weights and the values that they share. Below: the error after each step."""

    def __init__(self, fig, weights):
        """weights: any shape, not empty."""
        self.w = np.asarray(weights, np.float64).ravel()
        self.book = cache(lambda bits, steps: kmeans(self.w, 2**bits, steps=steps))
        low, high = self.w.min(), self.w.max()
        with house():
            self.top, self.bottom = fig.subplots(2, 1, height_ratios=[3, 2])
            share = np.full(self.w.size, 100 / self.w.size)
            self.height = self.top.hist(self.w, 80, range=(low, high), weights=share, color=FLOAT)[0].max()
            self.values = self.top.vlines([0.0], 0, 1, QUANTIZED, linewidth=2)
            self.edges = self.top.vlines([0.0], 0, 1, MUTED, linewidth=0.8, linestyle=":")
            self.top.set(title="Weights, and the values they share", ylabel="weights, %", xlabel="weight")
            self.top.set(xlim=(low, high), ylim=(0, 1.15 * self.height))
            self.line = self.bottom.plot([], [], color=QUANTIZED)[0]
            self.dot = self.bottom.plot([], [], "o", color=LIMIT, markersize=9, zorder=3, clip_on=False)[0]
            self.bottom.set(
                xlabel="step of k-means", ylabel="relative error, %", xlim=(0, STEPS), xticks=range(0, 21, 2)
            )

    def update(self, step, bits):
        """step: 0 is the start, evenly from the least weight to the largest, to 20; bits of a code, 2 to 4."""
        book = self.book(bits, step)
        errors = [self._error(self.book(bits, n)) for n in range(STEPS + 1)]
        middles = (book.centroids[1:] + book.centroids[:-1]) / 2
        self.values.set_segments([((c, 0), (c, 1.05 * self.height)) for c in book.centroids])
        self.edges.set_segments([((m, 0), (m, 1.05 * self.height)) for m in middles])
        self.line.set_data(range(STEPS + 1), errors)
        self.dot.set_data([step], [errors[step]])
        self.bottom.set_ylim(0, 1.1 * max(errors))
        return (
            f"Step {step}, {2**bits} values: relative error {errors[step]:.1f} %, at the start {errors[0]:.1f} %, "
            f"after {STEPS} steps {errors[-1]:.1f} %."
        )

    def _error(self, book) -> float:
        return float(100 * np.linalg.norm(self.w - book.values) / (np.linalg.norm(self.w) or 1))


class HuffmanPlot:
    """Above: how often a symbol comes. Below: how many bits its Huffman code has. 99 % of the symbols are in view."""

    def __init__(self, fig, parts):
        """parts: {name: symbols}, whole numbers from 0 on."""
        self.parts = {name: np.asarray(symbols).ravel() for name, symbols in parts.items()}
        with house():
            self.top, self.bottom = fig.subplots(2, 1, sharex=True)
            self.shares = self.top.vlines([0.0], 0, 1, BLUE, linewidth=5)
            self.lengths = self.bottom.vlines([0.0], 0, 1, GREEN, linewidth=5)
            self.fixed = self.bottom.axhline(1, color=LIMIT, linestyle="--", linewidth=1.2)
            self.facts = self.top.text(0.99, 0.95, "", transform=self.top.transAxes, ha="right", va="top", color=INK)
            self.top.set(title="How often a symbol comes", ylabel="share, %")
            self.bottom.set(ylabel="bits")

    def update(self, part):
        """part: one of the names."""
        symbols = self.parts[part]
        counts = np.bincount(symbols)
        lengths = code_lengths(counts)
        used = np.flatnonzero(counts)
        share = 100 * counts / symbols.size
        fixed = max(1, int(counts.size - 1).bit_length())
        last = int(np.quantile(symbols, 0.99, method="higher"))
        mean = float((lengths * counts).sum() / symbols.size)
        least = entropy(symbols)
        self.shares.set_segments([((s, 0), (s, share[s])) for s in used])
        self.lengths.set_segments([((s, 0), (s, lengths[s])) for s in used])
        for lines in (self.shares, self.lengths):
            lines.set_linewidth(max(1.2, min(8.0, 240 / (last + 1))))
        self.fixed.set_ydata([fixed, fixed])
        self.bottom.set_title(f"Bits of its code (dashed: {fixed}, as packed codes have)")
        self.facts.set_text(f"{mean:.2f} bits a symbol, at least {least:.2f}")
        top = max(fixed, lengths.max())
        self.bottom.set(xlabel=f"symbol: {part}", ylim=(0, 1.3 * top), xlim=(used[0] - 1, last + 1))
        self.top.set_ylim(0, 1.25 * share.max())
        return (
            f"{part}: {symbols.size:,} symbols, the most frequent is {share.max():.0f} % of them; Huffman codes take "
            f"{mean:.2f} bits on average, {fixed} when packed, and no code for single symbols less than {least:.2f}."
        )
