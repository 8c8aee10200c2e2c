"""Precision and recall of one class, as the threshold of the score moves, and the average below its envelope.

The class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np

from edukit.detection import average_precision, precision_recall
from edukit.plots.style import BLUE, INK, LIMIT, MUTED, dark, house


class PrecisionRecallPlot:
    """Grey the saw teeth, blue their envelope, and a ring where the threshold of the score stands."""

    def __init__(self, fig, scores, hits, objects: int):
        """scores and hits (N,) of the found boxes of one class, over all images; objects: how many there are."""
        order = np.argsort(-np.asarray(scores), kind="stable")
        self.scores = np.asarray(scores, float)[order]
        self.hits = np.asarray(hits, bool)[order]
        self.objects = objects
        self.precision, self.recall = precision_recall(self.scores, self.hits, objects)
        self.average = average_precision(self.scores, self.hits, objects)
        highest = np.maximum.accumulate(self.precision[::-1])[::-1]
        reached = self.recall[-1] if len(self.recall) else 0.0
        with house():
            axes = fig.subplots()
            x = [0, *self.recall, reached, 1]
            y = [*highest[:1], *highest, 0, 0] if len(highest) else [0, 0, 0]
            axes.fill_between(x, y, step="pre", color=BLUE, alpha=0.15, linewidth=0)
            axes.plot(self.recall, self.precision, color=MUTED, linewidth=1)
            axes.step(x, y, where="pre", color=BLUE)
            axes.set(xlim=(0, 1.01), ylim=(0, 1.04), xlabel="recall: share of the objects that are found")
            axes.set_ylabel("precision: share of the boxes\nthat are right")
            axes.text(0.02, 0.06, f"average precision {self.average:.2f}", color=dark(BLUE), weight="bold")
            self.point = axes.plot([], [], "o", markersize=11, markerfacecolor="none", markeredgewidth=2.5)[0]
            self.point.set_color(LIMIT)
            self.words = axes.text(0, 0, "", color=INK, va="top", ha="right")

    def update(self, score_percent):
        """score_percent: boxes with a lower score are left out."""
        count = int((self.scores >= score_percent / 100).sum())
        right = int(self.hits[:count].sum())
        if not count:
            self.point.set_data([], [])
            self.words.set_text("")
            return f"No box has a score of at least {score_percent} %: nothing is found, and nothing is wrong."
        x, y = self.recall[count - 1], self.precision[count - 1]
        self.point.set_data([x], [y])
        self.words.set(text=f"{right} right of {count}  ", position=(max(x, 0.2), min(y - 0.05, 0.95)))
        return (
            f"Score at least {score_percent} %: {count} boxes, {right} of them right: precision {y:.2f}; {right} of "
            f"{self.objects} objects found: recall {x:.2f}. Over all thresholds the average precision is "
            f"{self.average:.2f}."
        )
