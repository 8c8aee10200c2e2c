"""One large number among many, as it is and rotated, and what four bits leave of both.

The class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np

from edukit.plots.style import FLOAT, INK, LIMIT, QUANTIZED, house
from edukit.quantization.lowbit.blocks import MXFP4, Block
from edukit.quantization.lowbit.formats import INT4
from edukit.quantization.lowbit.patterns import as_numpy
from edukit.quantization.lowbit.rotation import rotate
from edukit.quantization.lowbit.two_level import NVFP4


class RotationPlot:
    """Left: the inputs of a layer for one token, one channel stretched. Right: the same, rotated."""

    def __init__(self, fig, inputs):
        """inputs: (tokens, channels); the channel with the largest numbers is stretched."""
        self.x = as_numpy(inputs).astype(np.float32)
        if self.x.ndim != 2 or 0 in self.x.shape:
            raise ValueError(f"inputs must have the shape (tokens, channels), got {self.x.shape}")
        self.channel = int(np.abs(self.x).sum(0).argmax())
        rows = self.x.shape[1]
        self.formats = {f"INT4, a scale for {rows}": Block(INT4, rows), "MXFP4, for 32": MXFP4, "NVFP4, for 16": NVFP4}
        with house():
            self.axes = fig.subplots(1, 2)
            places = np.arange(rows)
            self.bars = []
            self.dots = []
            self.facts = []
            for axes in self.axes:
                self.bars.append(axes.vlines(places, 0, 0, FLOAT, linewidth=2))
                self.dots.append(axes.plot(places, 0 * places, "o", color=QUANTIZED, markersize=3)[0])
                self.facts.append(axes.text(0.98, 0.97, "", transform=axes.transAxes, ha="right", va="top", color=INK))
                axes.axhline(0, color=LIMIT, linewidth=0.6, zorder=0.5)
                axes.set(xlabel="channel", ylabel="share of the largest", ylim=(-1.15, 1.45))
            self.axes[0].set_title("Inputs as they are")
            self.axes[1].set_title("The same inputs, rotated")

    def update(self, times, format):
        """times: 1 to 100, how much the largest channel is stretched; format: one of three with 4 bits."""
        block = self.formats[format]
        x = self.x.copy()
        x[:, self.channel] *= times
        found = [self._draw(at, values, block.round(values)) for at, values in enumerate((x, rotate(x)))]
        return (
            f"{format}, one channel stretched {times} times: signal over error in the other channels {found[0]:.1f} dB "
            f"as they are, {found[1]:.1f} dB rotated."
        )

    def _draw(self, at, values, stored) -> float:
        """Values and what is stored of them into one of the two pictures; returns the SQNR of the other channels."""
        most = np.abs(values[0]).max() or 1.0
        self.bars[at].set_segments([((i, 0), (i, v)) for i, v in enumerate(values[0] / most)])
        self.dots[at].set_ydata(stored[0] / most)
        if at:
            values, stored = rotate(values), rotate(stored)  # back again
        others = np.arange(values.shape[1]) != self.channel
        found = _sqnr_db(values[:, others], stored[:, others])
        self.facts[at].set_text(f"other channels: {found:.1f} dB")
        return found


def _sqnr_db(x, stored) -> float:
    error = np.square(x - stored).sum()
    return float(10 * np.log10(np.square(x).sum() / error)) if error else np.inf
