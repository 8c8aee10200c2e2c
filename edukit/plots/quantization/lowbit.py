"""Few bits seen three ways: a picture with few shades, formats beside real weights, accuracy for a budget.

Each class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np

from edukit.plots.style import BLUE, FLOAT, GREEN, INK, LIMIT, MUTED, ORANGE, QUANTIZED, dark, house
from edukit.quantization.grid.error import normalized_mse
from edukit.quantization.lowbit.blocks import Block
from edukit.quantization.lowbit.codebook import kmeans
from edukit.quantization.lowbit.formats import FP32, FloatFormat, IntFormat, NormalFloat
from edukit.quantization.lowbit.packing import pack

SIZE = 64
COLOURS = (BLUE, ORANGE, GREEN, INK)
SHAPES = "os^D"


def landscape(height: int = 150, width: int = 220) -> np.ndarray:
    """An evening over three hills, 0 dark to 1 bright, with the grain of a photograph: its sky shows missing shades.

    >>> picture = landscape()
    >>> picture.shape, bool(0 <= picture.min() < picture.max() <= 1)
    ((150, 220), True)
    """
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : width / height : width * 1j]
    sun = np.hypot(x - 1.05, y - 0.38)
    picture = 0.45 + 0.5 * y + 0.5 / (1 + 25 * sun**2)
    picture = np.where(sun < 0.06, 1.0, picture)
    for top, wave, shade in ((0.58, 4.0, 0.5), (0.7, 7.0, 0.32), (0.84, 3.0, 0.14)):
        ridge = top + 0.05 * np.sin(wave * x + 9 * top) + 0.015 * np.sin(6.1 * wave * x)
        picture = np.where(y > ridge, shade + 0.35 * (y - ridge) + 0.04 * np.cos(60 * x * y), picture)
    grain = np.random.default_rng(0).random((2, height, width))
    return np.clip(picture + 0.02 * (grain[0] - grain[1]), 0, 1)


class PixelsPlot:
    """Left the picture, right what is left of it: the nearest shade, or one of the two nearest at random."""

    def __init__(self, fig, image=None):
        """image: (H, W), 0 dark to 1 bright; None: a painted landscape."""
        self.image = landscape() if image is None else np.asarray(image)
        self.lot = np.random.default_rng(1).random(self.image.shape)
        with house():
            self.axes = fig.subplots(1, 2)
            self.shown = [ax.imshow(self.image, "gray", vmin=0, vmax=1, interpolation="nearest") for ax in self.axes]
            for ax in self.axes:
                ax.set(xticks=[], yticks=[])
                ax.grid(False)
            self.axes[0].set_title(f"8 bits a pixel: {self.image.size:,} bytes")

    def update(self, bits, dither):
        """bits 1 to 8; dither: False rounds each pixel, True draws at random, the nearer grey more often."""
        top = 2**bits - 1
        codes = np.floor(top * self.image + self.lot) if dither else np.rint(top * self.image)
        codes = np.clip(codes, 0, top).astype(np.uint8)
        self.shown[1].set_data(codes / top)
        size = pack(codes, bits).nbytes
        self.axes[1].set_title(f"{bits} bit{'s' * (bits > 1)} a pixel: {size:,} bytes")
        error = np.abs(codes / top - self.image)
        area = np.abs(_coarse(codes / top) - _coarse(self.image))
        return (
            f"{2**bits} shades, {'drawn at random' if dither else 'rounded'}: {size:,} bytes instead of "
            f"{self.image.size:,}. A pixel is off by {error.mean():.3f}, a patch of 10 by 10 by {area.mean():.3f}."
        )


class FormatsPlot:
    """Above: weights as a share of the largest of their block. Below: the levels of four formats, and their errors."""

    def __init__(self, fig, weights):
        """weights: any shape, 64 or more; at most 128 of their blocks are looked at, evenly chosen."""
        w = np.asarray(weights, np.float32).ravel()
        blocks = w[: w.size // SIZE * SIZE].reshape(-1, SIZE)
        self.weights = blocks[:: max(1, len(blocks) // 128)].ravel()
        blocks = self.weights.reshape(-1, SIZE)
        self.largest = np.abs(blocks).max(1, keepdims=True)
        self.shares = blocks / np.where(self.largest > 0, self.largest, 1)
        self.codebooks = {bits: kmeans(self.shares, 2**bits) for bits in range(2, 9)}
        with house():
            self.top, self.bottom = fig.subplots(2, 1, sharex=True, height_ratios=[2, 3])
            counts, edges = np.histogram(self.shares, 141, (-1.4, 1.4))
            self.top.stairs(100 * counts / self.weights.size, edges, fill=True, color=FLOAT)
            self.top.set(title="The weights", ylabel="weights, %")
            self.rows = [self.bottom.vlines([0], 0, 1, QUANTIZED, linewidth=1.4) for _ in range(4)]
            self.errors = [self.bottom.text(1.44, row, "", va="center", color=INK) for row in range(4)]
            self.bottom.text(1.44, -0.75, "error", color=MUTED, va="center")
            self.bottom.set(title="The levels", xlabel=f"weight ÷ largest of its {SIZE}", xlim=(-1.4, 1.4))
            self.bottom.set(ylim=(3.6, -0.6), yticks=range(4), ylabel="format")
            self.bottom.grid(False)

    def update(self, bits, exponent_bits):
        """bits 2 to 8; exponent_bits: how many of them the float format spends on its exponent, at most bits - 1."""
        exponent_bits = min(exponent_bits, bits - 1)
        minifloat = FloatFormat(exponent_bits, bits - 1 - exponent_bits, "none")
        formats = {
            f"INT{bits}": IntFormat(bits),
            f"E{exponent_bits}M{minifloat.mantissa_bits}": minifloat,
            f"NF{bits}": NormalFloat(bits),
        }
        rows = {name: (f.levels / f.reach, Block(f, SIZE, FP32).round(self.weights)) for name, f in formats.items()}
        book = self.codebooks[bits]
        rows["k-means"] = book.centroids, (book.values * self.largest).ravel()
        errors = {name: 100 * np.sqrt(normalized_mse(self.weights, stored)) for name, (_, stored) in rows.items()}
        for row, (name, (levels, _)) in enumerate(rows.items()):
            self.rows[row].set_segments([((x, row - 0.3), (x, row + 0.3)) for x in levels])
            self.rows[row].set_linewidth(1.6 if bits < 6 else 0.6)
            self.errors[row].set_text(f"{errors[name]:.1f}%")
        self.bottom.set_yticklabels(rows)
        return f"{bits} bits, relative error: " + ", ".join(f"{name} {e:.1f}%" for name, e in errors.items()) + "."


class BudgetPlot:
    """Accuracy against bits a weight, scales counted: a line for each kind of format; what a budget buys is marked."""

    def __init__(self, fig, curves, *, reference):
        """curves: {name: {bits a weight: [accuracy of each network, %]}}, at most four; reference: that of float32."""
        self.points = [(bits, name, *_spread(seen)) for name, curve in curves.items() for bits, seen in curve.items()]
        with house():
            axes = fig.subplots()
            axes.axhline(reference, color=MUTED, linestyle=":")
            for (name, curve), color, marker in zip(curves.items(), COLOURS, SHAPES, strict=False):
                bits = sorted(curve)
                mean, low, high = zip(*(_spread(curve[b]) for b in bits), strict=True)
                axes.vlines(bits, low, high, color, linewidth=1.2, alpha=0.6)
                axes.plot(bits, mean, marker, linestyle="-", color=color, label=name, linewidth=1.2, markersize=5)
            self.budget = axes.axvline(1, color=LIMIT, linewidth=1.2, linestyle="--")
            self.best = axes.plot([], [], "o", markersize=13, markerfacecolor="none", markeredgecolor=LIMIT)[0]
            self.facts = axes.text(0.98, 0.5, "", transform=axes.transAxes, ha="right", va="center", color=dark(LIMIT))
            axes.set(xlabel="bits a weight, scales and tables counted", ylabel="images recognised, %", ylim=(0, 104))
            axes.text(0.02, reference + 0.8, "float32", transform=axes.get_yaxis_transform(), color=MUTED, va="bottom")
            axes.legend(loc="lower right", frameon=False, ncols=2)

    def update(self, budget):
        """budget: bits a weight that may be spent."""
        self.budget.set_xdata([budget, budget])
        within = [point for point in self.points if point[0] <= budget]
        if not within:
            self.best.set_data([], [])
            self.facts.set_text("")
            return f"With {budget:.2f} bits a weight, none of these formats fits."
        bits, name, mean, low, high = max(within, key=lambda point: point[2])
        self.best.set_data([bits], [mean])
        self.facts.set_text(f"best: {name}, {bits:.2f} bits\n{mean:.1f}% ({low:.1f} to {high:.1f})")
        return (
            f"With {budget:.2f} bits a weight the best is {name} at {bits:.2f}: {mean:.1f}% on average, "
            f"{low:.1f} to {high:.1f} over the networks."
        )


def _spread(accuracies):
    return float(np.mean(accuracies)), float(np.min(accuracies)), float(np.max(accuracies))


def _coarse(image):
    """The mean of each patch of 10 by 10 pixels."""
    height, width = (side // 10 * 10 for side in image.shape)
    return image[:height, :width].reshape(height // 10, 10, width // 10, 10).mean((1, 3))
