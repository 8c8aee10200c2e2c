"""A language model in pictures: how much of its work is attention, and how much memory its cache takes.

Each class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np

from edukit.deployment import devices
from edukit.networks.language_model import LLAMA_3_8B
from edukit.plots.style import BLUE, FAINT, INK, LIMIT, MUTED, dark, guess_line, house

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


class CachePlot:
    """Bytes of the KV cache against the length of the text, beside the memory of a phone and the weights."""

    def __init__(self, fig, model=LLAMA_3_8B, name: str = "Llama 3 8B", phone: str = "phone"):
        """model: a LanguageModel; name: what it is called; phone: the name of one of `edukit.deployment.devices`."""
        self.model = model
        self.memory = devices[phone]["memory_bytes"] / 1e9
        self.weights = model.token_macs / 2 / 1e9  # 4 bits each
        self.tokens = FEWEST * 2 ** np.arange(0, MOST_DOUBLINGS + 1)
        with house():
            self.axes = fig.subplots()
            own = [model.cache_bytes(int(n)) / 1e9 for n in self.tokens]
            self.axes.plot(self.tokens, own, color=MUTED, linewidth=1.2, linestyle=":")
            self.line = self.axes.plot(self.tokens, own, color=BLUE)[0]
            self.dot = self.axes.plot([], [], "o", color=INK, zorder=3)[0]
            self.axes.axhline(self.memory, color=LIMIT, linestyle="--", linewidth=1.2)
            self.axes.axhline(self.weights, color=MUTED, linewidth=1.0)
            style = dict(ha="left", va="bottom")
            example = devices[phone].example.partition(",")[0]
            self.axes.text(
                FEWEST * 1.1,
                self.memory * 1.06,
                f"{self.memory:g} GB, memory of a phone ({example})",
                color=dark(LIMIT),
                **style,
            )
            self.axes.text(
                FEWEST * 1.1, self.weights / 1.06, "its weights, 4 bits each", color=dark(MUTED), ha="left", va="top"
            )
            ticks = self.tokens[::2]
            self.axes.set(xscale="log", yscale="log", ylim=(0.0007, 400), xlim=(FEWEST / 1.1, self.tokens[-1] * 1.1))
            self.axes.set_xticks(ticks, [f"{n:,}" for n in ticks])
            self.axes.set_yticks([0.01, 0.1, 1, 10, 100], ["0.01", "0.1", "1", "10", "100"])
            self.axes.minorticks_off()
            self.axes.set(xlabel="tokens of the conversation", ylabel="KV cache, GB")
            self.axes.set_title(f"{name}: estimate from its sizes. Dotted: as published")

    def update(self, doublings, kv_heads, bits):
        """doublings: of 256 tokens, 0 to 10; kv_heads: that keep keys and values; bits: of each number."""
        sizes = [self.model.cache_bytes(int(n), bits, kv_heads=kv_heads) / 1e9 for n in self.tokens]
        self.line.set_ydata(sizes)
        self.dot.set_data([self.tokens[doublings]], [sizes[doublings]])
        fit = int((self.memory - self.weights) * 1e9 / self.model.cache_bytes(1, bits, kv_heads=kv_heads))
        return (
            f"{self.tokens[doublings]:,} tokens, KV heads: {kv_heads}, {bits} bits: the cache takes "
            f"{sizes[doublings]:.3g} GB. Beside weights of 4 bits, {fit:,} tokens would fill the phone."
        )
