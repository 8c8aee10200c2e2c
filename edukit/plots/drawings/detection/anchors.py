"""Anchors, drawn: the boxes of one level around an object, and which of them answer for it.

    make_anchors, match_anchors ─> outlines on the image, and three counts

The class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np
from matplotlib.collections import LineCollection

from edukit.detection import iou, make_anchors, match_anchors
from edukit.plots.drawings.frames import Area, Outline
from edukit.plots.drawings.shapes import Meter
from edukit.plots.drawings.sheet import ACCENT, NORMAL, QUIET, sheet, write
from edukit.plots.style import FAINT, MUTED, RED, dark, house
from edukit.refuse import check_whole

SIDE = 96  # pixels of the image
SCALE = 2.5
LEFT, TOP = 20, 20
RIGHT, ROOM = 320, 350
CENTRE = 50.0, 46.0  # of the object: on no anchor's centre
SHOWN = 4  # anchors nearest to the object that are drawn


class AnchorsPlot:
    """An image with one square object, the places of one level, and the nearest of its square anchors."""

    def __init__(self, fig, strides=(4, 8, 16), scale: float = 3.0):
        """strides: of the levels that can be shown; scale: side of an anchor in strides."""
        one = {"scale": scale, "octaves": (1.0,), "ratios": (1.0,)}
        self.anchors = {stride: make_anchors(SIDE, SIDE, strides=(stride,), **one) for stride in strides}
        self.scale = scale
        with house():
            axes = sheet(fig)
            area = Area(axes, LEFT, TOP, SIDE, SIDE, scale=SCALE)
            self.grid = axes.add_collection(LineCollection([], colors=FAINT, linewidths=0.8, zorder=0.7))
            self.object = Outline(area, zorder=1.5)
            self.outlines = [Outline(area, zorder=2 + 0.2 * i) for i in range(SHOWN)]
            write(axes, RIGHT, 34, "one level of anchors, one object", ha="left", size=NORMAL, weight="bold")
            self.counts = write(axes, RIGHT, 66, ha="left", va="top", color=QUIET, linespacing=1.6)
            names = ("anchors that answer for the object", "IoU of the best anchor")
            self.meters = [Meter(axes, RIGHT, 172 + 44 * i, ROOM, name) for i, name in enumerate(names)]

    def update(self, stride, size):
        """stride: one of the strides; size: side of the object, 4 to 90 pixels."""
        if stride not in self.anchors:
            raise ValueError(f"stride must be one of {', '.join(map(str, self.anchors))}, got {stride!r}")
        check_whole(size, "size", 4, 90)
        anchors = self.anchors[stride]
        x, y = CENTRE
        box = np.array([[x - size / 2, y - size / 2, x + size / 2, y + size / 2]])
        overlaps = iou(anchors, box)[:, 0]
        enough = overlaps >= 0.5
        answering = match_anchors(anchors, box) == 0
        self._show_grid(stride)
        self._show_boxes(anchors, box[0], answering)
        best = overlaps.max()
        count = int(answering.sum())
        cells = -(-SIDE // stride)
        self.counts.set_text(
            f"a place every {stride} pixels: {cells} × {cells} places\nat each a square anchor of "
            f"{self.scale * stride:g} pixels\nan object of {size} × {size} pixels"
        )
        self.meters[0].show(count / len(anchors), f"{count} of {len(anchors)}")
        self.meters[1].show(best, f"{best:.2f}")
        why = "" if enough.any() else ", though none reaches 0.5: the best one must"
        return (
            f"Stride {stride}, {len(anchors)} anchors, an object of {size} pixels: the best IoU is {best:.2f}, and "
            f"{count} anchor{'s answer' if count > 1 else ' answers'} for it{why}."
        )

    def _show_grid(self, stride):
        steps = np.arange(0, SIDE + 1, stride) * SCALE
        end = SIDE * SCALE
        across = [[(LEFT, TOP + step), (LEFT + end, TOP + step)] for step in steps]
        down = [[(LEFT + step, TOP), (LEFT + step, TOP + end)] for step in steps]
        self.grid.set_segments(across + down)

    def _show_boxes(self, anchors, box, answering):
        centres = (anchors[:, :2] + anchors[:, 2:]) / 2
        distance = np.abs(centres - CENTRE).sum(axis=1).round(3)
        near = np.argsort(distance, kind="stable")[:SHOWN]
        for outline, place in zip(self.outlines, near, strict=True):
            inside = np.clip(anchors[place], 0, SIDE)
            mine = answering[place]
            outline.show(inside, color=ACCENT if mine else MUTED, width=2.4 if mine else 1.0, dashed=not mine)
        self.object.show(box, color=dark(RED), filled=True)
