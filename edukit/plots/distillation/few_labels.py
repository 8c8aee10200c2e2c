"""Students with and without a teacher in pictures: accuracy by number of labels, and what each way adds.

The class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np

from edukit.plots.style import BLUE, GREEN, INK, LIMIT, MUTED, ORANGE, dark, house

COLORS = {"alone": MUTED, "taught": BLUE, "self-taught": ORANGE, "unlabelled": GREEN}
NAMES = {
    "taught": "taught on\nthe same images",
    "self-taught": "self-taught on\nall images",
    "unlabelled": "taught on all\nimages, no label",
}


class FewLabelsPlot:
    """Left: accuracy against the number of labels, by way. Right: what each way adds to being alone, seed by seed."""

    def __init__(self, fig, table):
        """table: {way: {labels: [accuracy of each seed]}}, as `experiments.distillation.few_labels` has it."""
        self.table = table
        self.labels = sorted(table["alone"])
        with house():
            fig.get_layout_engine().set(wspace=0.05)
            left, self.right = fig.subplots(1, 2, width_ratios=[1.15, 1])
            self._draw_curves(left)
            self.mark = left.axvline(self.labels[0], color=LIMIT, linewidth=1.5, linestyle="--")
            self._draw_rows()

    def _draw_curves(self, axes):
        for place, way in enumerate(("alone", "taught", "self-taught")):
            counts = sorted(self.table[way])
            means = [100 * np.mean(self.table[way][count]) for count in counts]
            axes.plot(counts, means, "o-", color=COLORS[way], markersize=5)
            name = dict(transform=axes.transAxes, ha="right", color=dark(COLORS[way]))
            axes.text(0.97, 0.05 + 0.09 * place, f"●  {way}", **name)
        low, best = (100 * np.mean(self.table[way][count]) for way, count in self._ends())
        axes.axhline(best, color=GREEN, linestyle=":")
        middle = 1.25 * (self.labels[0] * self.labels[1]) ** 0.5
        axes.text(middle, best, "all images, no label", color=dark(GREEN), ha="center", va="bottom")
        axes.set_ylim(low - 0.2 * (best - low), best + 0.2 * (best - low))
        axes.set(title="Right answers on test images, %", xlabel="images with a label (logarithmic)", xscale="log")
        axes.set(xticks=self.labels, xticklabels=[f"{count:,}" for count in self.labels])
        axes.minorticks_off()

    def _ends(self):
        return ("alone", self.labels[0]), ("unlabelled", self.labels[-1])

    def _draw_rows(self):
        axes = self.right
        places = np.arange(len(NAMES))
        axes.axvline(0, color=MUTED, linewidth=1.2)
        self.seeds = [axes.plot([], [], "o", color=INK, fillstyle="none", markersize=5)[0] for _ in NAMES]
        self.means = [axes.plot([], [], "o", color=COLORS[way], markersize=9)[0] for way in NAMES]
        self.values = [axes.text(0, y - 0.22, "", ha="center", va="bottom", color=INK) for y in places]
        axes.set(title="Points more than alone", xlabel="points (ring: a seed, dot: their mean)")
        axes.set(yticks=places, yticklabels=NAMES.values(), ylim=(2.5, -0.6))
        for tick, way in zip(axes.get_yticklabels(), NAMES, strict=True):
            tick.set_color(dark(COLORS[way]))
        gains = [gain for count in self.labels for gain in self.gains(count).values()]
        low, high = min(map(np.min, gains)), max(map(np.max, gains))
        axes.set_xlim(low - 0.1 * (high - low), high + 0.1 * (high - low))

    def gains(self, labels):
        """{way: what each seed gains over itself alone, in points}; a way that was not measured is missing."""
        alone = np.array(self.table["alone"][labels])
        every = max(self.labels)
        found = {way: self.table[way].get(every if way == "unlabelled" else labels) for way in NAMES}
        return {way: 100 * (np.array(values) - alone) for way, values in found.items() if values}

    def update(self, labels):
        """labels: a number that the table has."""
        found = self.gains(labels)
        said = []
        self.mark.set_xdata([labels, labels])
        for place, (way, seeds, mean, value) in enumerate(zip(NAMES, self.seeds, self.means, self.values, strict=True)):
            gains = found.get(way, np.array([]))
            seeds.set_data(gains, np.full(len(gains), place))
            mean.set_data([gains.mean()] if len(gains) else [], [place] if len(gains) else [])
            value.set_text(f"{gains.mean():+.1f}" if len(gains) else "")
            value.set_x(gains.mean() if len(gains) else 0)
            if len(gains):
                said.append(f"{way} {gains.mean():+.1f} ({gains.min():+.1f} to {gains.max():+.1f})")
        alone = 100 * np.mean(self.table["alone"][labels])
        more = "points more, mean (worst to best seed)"
        return f"{labels} labels: alone {alone:.1f} % right; {more}: {', '.join(said)}."
