"""Two boxes, one of which moves: what they share, what they cover together, and the share of the first in the second.

The class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np

from edukit.detection.boxes import area, intersection, overlap
from edukit.plots.drawings.frames import Area, Outline
from edukit.plots.drawings.shapes import Meter
from edukit.plots.drawings.sheet import ACCENT, NORMAL, QUIET, number, sheet, write
from edukit.plots.style import GREEN, RED, dark, house

STILL = (6, 5, 16, 12)  # the box that stands still
WIDTH, HEIGHT, SCALE = 24, 20, 12
RIGHT, ROOM = 340, 330


class OverlapPlot:
    """A brown box that stands still, a blue one that moves, and green what they share; on an area of 24 x 20 pixels."""

    def __init__(self, fig):
        with house():
            axes = sheet(fig)
            image = Area(axes, 20, 20, WIDTH, HEIGHT, scale=SCALE)
            self.shared = Outline(image, zorder=1.5)
            self.still = Outline(image)
            self.moving = Outline(image, zorder=2.5)
            self.still.show(STILL, color=dark(RED), name="a")
            self.head = write(axes, RIGHT, 40, ha="left", size=NORMAL, weight="bold")
            write(axes, RIGHT, 66, "square pixels", ha="left", color=QUIET)
            names = ("a and b share", "a and b cover together", "IoU")
            self.meters = [Meter(axes, RIGHT, 96 + 48 * i, ROOM, name) for i, name in enumerate(names)]

    def update(self, x, y, width, height):
        """x, y: the upper left corner of box b; width, height: its size; all in pixels."""
        b = np.array([[x, y, x + width, y + height]], float)
        a = np.array([STILL], float)
        both = intersection(a, b).item()
        together = area(a).item() + area(b).item() - both
        value = overlap(a, b).item()
        self.moving.show(b[0], color=ACCENT, name="b", width=2.4)
        if both:
            corners = np.concatenate([np.maximum(a[0, :2], b[0, :2]), np.minimum(a[0, 2:], b[0, 2:])])
            self.shared.show(corners, color=GREEN, width=0, filled=True)
        else:
            self.shared.hide()
        self.head.set_text(f"IoU = {number(both)} / {number(together)} = {value:.2f}")
        most = WIDTH * HEIGHT
        for meter, share, words in zip(
            self.meters, (both / most, together / most, value), (both, together, f"{value:.2f}"), strict=True
        ):
            meter.show(min(share, 1), words if isinstance(words, str) else number(words))
        enough = "at least half, which counts as found" if value >= 0.5 else "less than half, which counts as missed"
        return (
            f"Box b of {width} × {height} pixels at ({x}, {y}) shares {both:.0f} of {together:.0f} square pixels with "
            f"box a: IoU {value:.2f}, {enough} at 0.5."
        )
