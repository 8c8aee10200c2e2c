"""Greedy suppression, drawn: the boxes of one scene from the best to the worst, a step for each.

    step k: box k is compared with those that stay ─> it stays, or is dropped by the one that it overlaps too much

The class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np

from edukit.detection import iou
from edukit.plots.drawings.frames import Area, Outline
from edukit.plots.drawings.sheet import ACCENT, INK, NORMAL, QUIET, sheet, write
from edukit.plots.style import CUT, MUTED, dark, house
from edukit.refuse import check_whole

LEFT, TOP = 20, 20
RIGHT = 320
LINE = 26  # pixels from row to row
MOST = 8
BOXES = (  # two objects side by side and one apart, found seven times
    (8, 20, 44, 60),
    (10, 24, 46, 62),
    (4, 16, 40, 58),
    (30, 22, 66, 64),
    (33, 26, 70, 66),
    (62, 66, 90, 92),
    (58, 64, 88, 90),
)
SCORES = (0.95, 0.80, 0.71, 0.90, 0.62, 0.85, 0.40)


class SuppressionStepsPlot:
    """Boxes on a scene, and what becomes of each, in the order of their scores."""

    def __init__(self, fig, boxes=BOXES, scores=SCORES, threshold: float = 0.5, side: int = 96):
        """boxes: eight at most, x1 y1 x2 y2 inside a square of `side` pixels, with their scores."""
        check_whole(len(boxes), "number of boxes", 1, MOST)
        order = np.argsort(-np.asarray(scores), kind="stable")
        self.boxes = np.asarray(boxes, float)[order]
        self.scores = np.asarray(scores, float)[order]
        self.threshold = threshold
        self.dropped_by = dropped_by(self.boxes, threshold)
        with house():
            axes = sheet(fig)
            area = Area(axes, LEFT, TOP, side, side, scale=240 / side)
            self.outlines = [Outline(area, zorder=3 - 0.1 * i) for i in range(len(self.boxes))]
            self.numbers = [_number(area, box, place) for place, box in enumerate(self.boxes, 1)]
            head = f"the best box first, threshold {threshold:g}"
            write(axes, RIGHT, 34, head, ha="left", size=NORMAL, weight="bold")
            ys = [66 + LINE * i for i in range(len(self.boxes))]
            self.names = [write(axes, RIGHT, y, f"{i}", ha="left", weight="bold") for i, y in enumerate(ys, 1)]
            for y, score in zip(ys, self.scores, strict=True):
                write(axes, RIGHT + 26, y, f"score {score:.2f}", ha="left", color=QUIET)
            self.words = [write(axes, RIGHT + 110, y, ha="left") for y in ys]

    def update(self, step):
        """step: boxes that were looked at, 0 to all of them."""
        check_whole(step, "step", 0, len(self.boxes))
        for place in range(len(self.boxes)):
            self._show(place, step)
        stay = [i for i in range(step) if self.dropped_by[i] is None]
        if not step:
            return f"{len(self.boxes)} boxes wait, sorted by score; the threshold is {self.threshold:g}."
        kept = ", ".join(str(i + 1) for i in stay)
        return f"Step {step} of {len(self.boxes)}: box {step} {self._fate(step - 1)}. Kept so far: {kept}."

    def _fate(self, place) -> str:
        if self.dropped_by[place] is None:
            return "stays"
        other, value = self.dropped_by[place]
        return f"is dropped, IoU {value:.2f} with box {other + 1}"

    def _show(self, place, step):
        done = place < step
        stays = self.dropped_by[place] is None
        color = MUTED if not done else ACCENT if stays else dark(CUT)
        now = place == step - 1
        width = 3.0 if now else 2.2 if done and stays else 1.2
        self.outlines[place].show(self.boxes[place], color=color, width=width, dashed=done and not stays)
        self.numbers[place].set(visible=done and stays, color=color)
        self.words[place].set(text=self._fate(place) if done else "waits", color=color if done else QUIET)
        self.words[place].set_weight("bold" if now else "normal")
        self.names[place].set_color(color if done else INK)


def _number(area, box, place):
    """The number of a box in its middle."""
    x, y, width, height = area.place(box)
    return write(area.axes, x + width / 2, y + height / 2, str(place), weight="bold", visible=False)


def dropped_by(boxes, threshold) -> list:
    """For each box, best first: None where it stays, otherwise (the kept box that it overlaps most, their IoU).

    >>> dropped_by(np.array([[0, 0, 4, 4], [1, 0, 5, 4], [6, 6, 9, 9]]), 0.5)
    [None, (0, 0.6), None]
    """
    kept, fates = [], []
    for place in range(len(boxes)):
        overlaps = iou(boxes[[place]], boxes[kept])[0]
        if (overlaps <= threshold).all():
            kept.append(place)
            fates.append(None)
        else:
            fates.append((kept[overlaps.argmax()], float(overlaps.max())))
    return fates
