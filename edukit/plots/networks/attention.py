"""Attention in pictures: where a place of an image looks, what a sequence costs, how much weight one key gets.

Each class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np
import torch
from matplotlib.patches import Rectangle
from matplotlib.ticker import NullLocator

from edukit.experiments.networks.attention_cost import crossing, meeting, multiply_adds
from edukit.networks.attention import linear_weights, softmax_weights
from edukit.networks.attention.recall import recalled_weight
from edukit.networks.token_classifier import queries_and_keys
from edukit.plots.layers import STILL
from edukit.plots.style import BLUE, FAINT, GREEN, INK, LIMIT, MUTED, ORANGE, dark, house

COLORS = {"softmax": BLUE, "softmax, fused": GREEN, "linear": ORANGE}
MARKERS = {"softmax": "o", "softmax, fused": "^", "linear": "s"}
SHORTEST = 16  # positions
SEEN_BYTES = 8e6  # smaller growths of a process drown in what else it does
LENGTHS = [8 * 2**i for i in range(8)]
SHARPNESS = range(1, 9)
FEATURES = [8, 16, 64]


class WhereItLooksPlot:
    """An image with one place marked, and the weights it lays on all others: by softmax, and by φ = elu + 1."""

    def __init__(self, fig, encoder, images, layer=1):
        """encoder: a trained EncoderClassifier; images (B, C, H, W), 0 to 1; layer: 0 or 1."""
        images = torch.as_tensor(images)
        q, k = queries_and_keys(encoder, images, layer=layer)
        self.maps = [100 * weights(q, k).numpy() for weights in (softmax_weights, linear_weights)]
        self.images = images.permute(0, 2, 3, 1).numpy()
        self.side = int(q.shape[-2] ** 0.5)
        pixels = self.images.shape[1] / self.side
        with house():
            self.axes = fig.subplots(1, 3)
            self.image = self.axes[0].imshow(self.images[0], interpolation="nearest")
            blank = np.zeros((self.side, self.side))
            self.looks = [ax.imshow(blank, "Blues", vmin=0, vmax=100) for ax in self.axes[1:]]
            self.marks = [ax.add_patch(_mark(size)) for ax, size in zip(self.axes, (pixels, 1, 1), strict=True)]
            self.bar = fig.colorbar(self.looks[1], ax=self.axes[1:], shrink=0.8, label="weight, %")
            for ax in self.axes:
                ax.set(xticks=[], yticks=[])
                ax.grid(False)
                ax.spines[:].set_visible(True)
            for ax, name in zip(self.axes[1:], ("Softmax", "Linear"), strict=True):
                ax.set_title(f"{name} looks at", gid=STILL)
                ax.set_xlabel("largest\nlike")

    def update(self, image, row, column, head):
        """image 1 to B; row and column of the place, 1 to 8 from the top left; head 1 to 4."""
        place = (row - 1) * self.side + column - 1
        rows = [maps[image - 1, head - 1, place] for maps in self.maps]
        self.image.set_data(self.images[image - 1])
        for look, weights in zip(self.looks, rows, strict=True):
            look.set_data(weights.reshape(self.side, self.side))
            look.set_clim(0, rows[0].max())
        for mark in self.marks:
            size = mark.get_width()
            mark.set_xy(((column - 1) * size - 0.5, (row - 1) * size - 0.5))
        like = [1 / np.square(weights / 100).sum() for weights in rows]
        self.axes[0].set_title(f"Image {image}: who asks")
        for ax, weights, n in zip(self.axes[1:], rows, like, strict=True):
            ax.set_xlabel(f"largest {weights.max():.0f}%\nlike {n:.0f} of {self.side**2} places")
        return (
            f"Image {image}, row {row}, column {column}, head {head}: softmax lays {rows[0].max():.0f}% on one place "
            f"and looks at {like[0]:.0f} of {self.side**2}; linear lays {rows[1].max():.0f}% on one and looks at "
            f"{like[1]:.0f}."
        )


class CostPlot:
    """Multiply-adds by the formula, times and memory as measured, all against the length of the sequence."""

    def __init__(self, fig, costs, d=64):
        """costs: {kind: {N: Cost}} as `measure_cost` gives; d: features of a query, a key and a value."""
        self.costs, self.d = costs, d
        self.N = np.array(sorted(next(iter(costs.values()))))
        self.times = {kind: {n: 1e3 * c.latency.median_s for n, c in of.items()} for kind, of in costs.items()}
        with house():
            self.axes = fig.subplots(1, 3)
            self._draw_counts(self.axes[0])
            self._draw_times(self.axes[1])
            self._draw_memory(self.axes[2])
            for ax in self.axes:
                ax.set(xscale="log", yscale="log", xlabel="N", xlim=(self.N[0] / 1.3, self.N[-1] * 1.3))
                low, high = ax.get_ylim()
                ticks = [10.0**power for power in (-2, 0, 2, 4) if low <= 10.0**power <= high]
                ax.set_yticks(ticks, [f"{tick:,g}" for tick in ticks])  # few and plain: text is slow to draw
                ax.set_xticks([16, 128, 1024, 8192], ["16", "128", "1,024", "8,192"])
                for axis in (ax.xaxis, ax.yaxis):
                    axis.set_minor_locator(NullLocator())
            self.lines = [ax.axvline(1, color=LIMIT, linewidth=1.2, linestyle="--") for ax in self.axes]
            handles = [self.axes[1].plot([], [], MARKERS[k], color=COLORS[k], label=k)[0] for k in costs]
            fig.legend(handles=handles, loc="outside upper center", ncols=3, frameon=False)

    def update(self, doublings):
        """doublings: of 16 positions."""
        N = SHORTEST * 2**doublings
        for line in self.lines:
            line.set_xdata([N, N])
        counts = multiply_adds(N, self.d, self.d)
        said = [f"{kind} {count:,} multiply-adds" for kind, count in counts.items()]
        times = [f"{kind} {_ms(times[N])}" for kind, times in self.times.items() if N in times]
        return f"N = {N:,}: {' and '.join(said)} (formula); measured: {'; '.join(times)}."

    def _draw_counts(self, ax):
        counts = [multiply_adds(int(n), self.d, self.d) for n in self.N]
        for kind in counts[0]:
            ax.plot(self.N, [1e-6 * c[kind] for c in counts], color=COLORS[kind])
        meet = crossing(self.d, self.d)
        height = 1e-6 * multiply_adds(meet, self.d, self.d)["softmax"]
        ax.plot([meet], [height], "o", color=INK, zorder=3)
        ax.text(meet * 1.25, height / 1.6, f"N = {meet:.0f}", color=INK, va="top")
        ax.set(title="Multiply-adds (formula)", ylabel="millions")

    def _draw_times(self, ax):
        for kind, of in self.costs.items():
            median = np.array([of[n].latency.median_s for n in self.N]) * 1e3
            spread = np.array([of[n].latency.iqr_s for n in self.N]) * 1e3 / 2
            low = np.maximum(median - spread, median / 3)
            ax.vlines(self.N, low, median + spread, COLORS[kind], linewidth=4, alpha=0.35)
            ax.plot(self.N, median, MARKERS[kind], linestyle="-", color=COLORS[kind], linewidth=1, markersize=5)
        self.meet = meeting(self.times["softmax"], self.times["linear"])
        if self.meet:
            height = np.exp(np.interp(np.log(self.meet), np.log(self.N), np.log(list(self.times["linear"].values()))))
            ax.plot([self.meet], [height], "o", color=INK, zorder=3)
            ax.text(self.meet * 1.25, height / 1.6, f"N ≈ {self.meet:.0f}", color=INK, va="top")
        ax.set(title="Time (measured)", ylabel="ms, median and spread")

    def _draw_memory(self, ax):
        numbers = {"softmax": 2.0 * self.N**2, "linear": 3.0 * self.d * self.N}
        for kind, count in numbers.items():
            ax.plot(self.N, 4e-6 * count, color=COLORS[kind], linewidth=1, linestyle=":")
        for kind, of in self.costs.items():
            seen = [n for n in self.N if of[n].peak_bytes >= SEEN_BYTES]
            ax.plot(seen, [of[n].peak_bytes / 1e6 for n in seen], MARKERS[kind], color=COLORS[kind], markersize=5)
        ax.axhspan(1e-3, SEEN_BYTES / 1e6, color=FAINT, zorder=0, linewidth=0)
        ax.text(self.N[-1], 0.013, "too little to see", color=dark(MUTED), ha="right", size=9)
        ax.set(title="Memory (dots measured)", ylabel="MB, dotted: estimate", ylim=(0.01, 2000))


class RecallPlot:
    """The weight that a query lays on the one key it means, against the number of keys, and the bound d / N."""

    def __init__(self, fig):
        self.kinds = {"softmax": softmax_weights, "linear": linear_weights}
        self.curves = {
            (kind, d, s): np.array([100 * recalled_weight(N, d, float(s), weights) for N in LENGTHS])
            for kind, weights in self.kinds.items()
            for d in FEATURES
            for s in SHARPNESS
        }
        with house():
            ax = fig.subplots()
            self.bound = ax.plot(LENGTHS, LENGTHS, color=LIMIT, linestyle="--", linewidth=1.2)[0]
            style = {"linestyle": "-", "markersize": 6}
            self.lines = {k: ax.plot(LENGTHS, LENGTHS, MARKERS[k], color=COLORS[k], **style)[0] for k in self.kinds}
            self.texts = {k: ax.text(LENGTHS[-1] * 1.15, 0, k, color=dark(COLORS[k]), va="center") for k in self.kinds}
            self.texts["bound"] = ax.text(LENGTHS[-1] * 1.15, 0, "bound, d / N", color=dark(LIMIT), va="center")
            ax.set_title("Each query means one key. Dashed: no linear attention gets above it")
            ax.set(xscale="log", yscale="log", xlabel="keys, N", ylabel="weight on the key that is meant, %")
            ax.set_xticks(LENGTHS, [f"{n:,}" for n in LENGTHS])
            ax.set_yticks([0.1, 1, 10, 100], ["0.1", "1", "10", "100"])
            for axis in (ax.xaxis, ax.yaxis):
                axis.set_minor_locator(NullLocator())
            ax.set(xlim=(LENGTHS[0] / 1.2, LENGTHS[-1] * 3), ylim=(0.08, 160))

    def update(self, sharpness, features):
        """sharpness 1 to 8: how clearly a query asks; features d of a query and a key: 8, 16 or 64."""
        bound = 100 * np.minimum(1, features / np.array(LENGTHS))
        self.bound.set_ydata(bound)
        found = {kind: self.curves[kind, features, sharpness] for kind in self.kinds}
        for kind, line in self.lines.items():
            line.set_ydata(found[kind])
        ends = {"bound": bound[-1]} | {kind: curve[-1] for kind, curve in found.items()}
        height = 0
        for name in sorted(ends, key=ends.get):  # names that would touch move up
            height = max(ends[name], 1.7 * height)
            self.texts[name].set_y(height)
        return (
            f"Sharpness {sharpness}, {features} features: among {LENGTHS[-1]:,} keys softmax lays "
            f"{found['softmax'][-1]:.0f}% on the one it means, linear {found['linear'][-1]:.1f}%, and {bound[-1]:.1f}% "
            "is the most that linear can."
        )


def _mark(size):
    """A frame around one place."""
    return Rectangle((0, 0), size, size, fill=False, edgecolor=LIMIT, linewidth=2)


def _ms(value):
    return f"{value:,.0f} ms" if value >= 10 else f"{value:.2g} ms"
