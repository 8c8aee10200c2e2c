"""Where a head looks when it has nothing to look for: its weights with a window, and with first tokens kept.

The class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np

from edukit.experiments.networks.back_copy import TRIGGERS, first_layer_weights
from edukit.networks.attention import window_mask
from edukit.networks.writer import Writer, bits_per_token
from edukit.plots.style import LIMIT, dark, house

SHOWN = 20  # tokens of the text
MOST = 8  # tokens of a window


class SinksPlot:
    """The weights of a reader's head on the first tokens of a text, and what the cache loses over all texts."""

    def __init__(self, fig, model: Writer, texts):
        """model: a reader of one layer and one head, as of `back_copy.reader`; texts (B, 65), one of which is shown."""
        self.model = model
        self.texts = texts
        self.whole = bits_per_token(model, texts)
        triggers = np.isin(texts[:, :SHOWN].numpy(), TRIGGERS)
        self.shown = int(np.abs(triggers.mean(1) - 0.2).argmin())  # a text with a trigger in five tokens
        names = ["start", *(str(token) for token in texts[self.shown, 1:SHOWN].tolist())]
        with house():
            self.axes = fig.subplots()
            blank = np.zeros((SHOWN, SHOWN))
            self.image = self.axes.imshow(blank, "Blues", vmin=0, vmax=100, aspect="auto")
            self.axes.set_xticks(range(SHOWN), names, rotation=90, size=8)
            self.axes.set_yticks(range(SHOWN), names, size=8)
            for label, trigger in zip(self.axes.get_yticklabels(), triggers[self.shown], strict=True):
                label.set(color=dark(LIMIT) if trigger else "#222222", weight="bold" if trigger else "normal")
            self.axes.grid(False)
            self.axes.set(xlabel="token that is looked at", ylabel="token that looks (bold: trigger)")
            self.title = self.axes.set_title("")
            fig.colorbar(self.image, ax=self.axes, label="weight, %")

    def update(self, window, sinks):
        """window: recent tokens that are kept, 1 to 8, or 64 for all; sinks: first tokens that are kept."""
        visible = window_mask(64, window, sinks)
        text = self.texts[self.shown : self.shown + 1, :64]
        weights = first_layer_weights(self.model, text, visible=visible)[0, 0, :SHOWN, :SHOWN]
        self.image.set_data(100 * weights.numpy())
        lost = bits_per_token(self.model, self.texts, visible=visible) - self.whole
        lost = max(0.0, lost) if lost > -0.005 else lost
        kept = "all tokens" if window >= 64 else f"a window of {window}, first tokens kept: {sinks}"
        self.title.set_text(f"{lost:.2f} bits a token lost")
        return f"Cache: {kept}. The reader loses {lost:.2f} bits a token over {len(self.texts)} texts."
