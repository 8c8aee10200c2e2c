"""Digits that a model writes, pixel by pixel, and what its cache keeps meanwhile.

The class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np
from matplotlib.patches import Rectangle

from edukit.networks.writer import PIXELS, Writer
from edukit.plots.style import BLUE, FAINT, LIMIT, house

SIDE = 8


class WrittenPlot:
    """Texts that begin with the same prompt or with several, up to a token; a line ends the prompt."""

    def __init__(self, fig, model: Writer, texts, prompt: int):
        """model: the writer; texts (B, 65) as `write` gives them; prompt: how many tokens were given, whole rows."""
        texts = np.asarray(texts)
        self.pixels = texts[:, 1:].reshape(-1, SIDE, SIDE) / 16
        self.kept = sum(2 * layer.key.weight.shape[0] for layer in model.attentions)
        with house():
            grid = fig.add_gridspec(2, len(texts), height_ratios=(6, 1))
            self.axes = [fig.add_subplot(grid[0, i]) for i in range(len(texts))]
            self.images = [ax.imshow(np.zeros((SIDE, SIDE)), "gray_r", vmin=0, vmax=1) for ax in self.axes]
            for ax in self.axes:
                ax.set(xticks=[], yticks=[], facecolor="#d5e6f3")
                ax.grid(False)
                ax.spines[:].set_visible(True)
                ax.axhline((prompt - 1) / SIDE - 0.5, color=LIMIT, linestyle="--", linewidth=1.2)
            fig.suptitle("Above the dashed line: given. Below it: written", x=0.01, ha="left", size=11)
            bar = fig.add_subplot(grid[1, :])
            bar.set(xlim=(0, self.kept * (PIXELS + 1)), ylim=(0, 1), yticks=[], facecolor=FAINT)
            bar.set_xlabel("numbers in the cache of one text")
            bar.xaxis.set_major_formatter("{x:,.0f}")
            bar.grid(False)
            self.bar = bar.add_patch(Rectangle((0, 0), 0, 1, color=BLUE))

    def update(self, tokens):
        """tokens: how many of the 65 are there, the start too."""
        for image, pixels in zip(self.images, self.pixels, strict=True):
            shown = pixels.ravel().copy()
            shown[tokens - 1 :] = np.nan
            image.set_data(shown.reshape(SIDE, SIDE))
        numbers = self.kept * tokens
        self.bar.set_width(numbers)
        return (
            f"{tokens} of {PIXELS + 1} tokens: the cache of each text keeps {self.kept} numbers for each of them, "
            f"{numbers:,} together."
        )
