"""A language model in pictures: how much of its work is attention.

Each class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np

from edukit.networks.language_model import LLAMA_3_8B
from edukit.plots.style import BLUE, FAINT, INK, LIMIT, guess_line, house

FEWEST = 256  # tokens
MOST_DOUBLINGS = 10


class SharePlot:
    """MACs of reading a text at once: how much linear layers take of them, and how much attention."""

    def __init__(self, fig, model=LLAMA_3_8B, name: str = "Llama 3 8B"):
        """model: a LanguageModel; name: what it is called."""
        self.model = model
        tokens = FEWEST * 2 ** np.linspace(0, MOST_DOUBLINGS, 61)
        shares = [100 * model.attention_share(round(n)) for n in tokens]
        with house():
            self.axes = fig.subplots()
            self.axes.fill_between(tokens, 0, shares, color=BLUE, alpha=0.35, linewidth=0)
            self.axes.fill_between(tokens, shares, 100, color=FAINT, linewidth=0)
            self.axes.plot(tokens, shares, color=BLUE)
            self.axes.text(FEWEST * 1.25, 60, "linear layers", color=INK)
            self.axes.text(tokens[-1] / 1.2, 12, "attention", color=INK, ha="right")
            ticks = FEWEST * 2 ** np.arange(0, MOST_DOUBLINGS + 1, 2)
            self.axes.set(xscale="log", xlim=(tokens[0], tokens[-1]), ylim=(0, 100))
            self.axes.set_xticks(ticks, [f"{n:,}" for n in ticks])
            self.axes.minorticks_off()
            self.axes.set(xlabel="tokens that are read at once", ylabel="share of all MACs, %")
            self.axes.set_title(f"{name}: estimate from its sizes")
            self.line = self.axes.axvline(FEWEST, color=LIMIT, linestyle="--", linewidth=1.2)
            self.dot = self.axes.plot([FEWEST], [0], "o", color=INK, zorder=3)[0]

    def mark(self, guess):
        """A reader's guess of the share, in percent."""
        guess_line(self.axes, guess, level=True)

    def update(self, doublings):
        """doublings: of 256 tokens, 0 to 10."""
        tokens = FEWEST * 2**doublings
        share = 100 * self.model.attention_share(tokens)
        growth = self.model.reading_macs(2 * tokens) / self.model.reading_macs(tokens)
        self.line.set_xdata([tokens, tokens])
        self.dot.set_data([tokens], [share])
        return (
            f"{tokens:,} tokens: attention takes {share:.1f}% of the MACs; twice the text, {growth:.2f} times as many."
        )
