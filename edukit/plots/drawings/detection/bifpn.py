"""The BiFPN of a detector, drawn: three feature maps tell each other what they see, downwards and then upwards.

    step 1  P3'' = fuse(P3, up(P4))          step 2  P2' = fuse(P2, up(P3''))
    step 3  P3'  = fuse(P3, P3'', down(P2'))  step 4  P4' = fuse(P4, down(P3'))

The class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.

Source    Tan, Pang, Le 2020, https://arxiv.org/abs/1911.09070, figure 2 (d) and section 3.3
"""

import numpy as np

from edukit.plots.drawings.shapes import Arrow, Box
from edukit.plots.drawings.sheet import ACCENT, NORMAL, QUIET, sheet, write
from edukit.plots.style import MUTED, house
from edukit.refuse import check_whole

WIDTH, HEIGHT = 108, 46
COLUMNS = {"in": 22, "middle": 204, "out": 386}
ROWS = {"P4": 42, "P3": 124, "P2": 206}
PLACES = {
    "P4": ("in", "P4"),
    "P3": ("in", "P3"),
    "P2": ("in", "P2"),
    "P3''": ("middle", "P3"),
    "P2'": ("out", "P2"),
    "P3'": ("out", "P3"),
    "P4'": ("out", "P4"),
}
STEPS = (  # what is fused, and out of what
    ("P3''", ("P3", "P4")),
    ("P2'", ("P2", "P3''")),
    ("P3'", ("P3", "P3''", "P2'")),
    ("P4'", ("P4", "P3'")),
)
STRIDES = {"P2": "stride 4", "P3": "stride 8", "P4": "stride 16"}
RIGHT = 520


class BifpnPlot:
    """Seven maps and the arrows between them; a step fuses one."""

    def __init__(self, fig, shares=((0.5, 0.5), (0.5, 0.5), (1 / 3, 1 / 3, 1 / 3), (0.5, 0.5))):
        """shares: of the inputs of each step, in the order of STEPS, such as a trained network has learned."""
        wanted = [len(inputs) for _, inputs in STEPS]
        if [len(step) for step in shares] != wanted:
            raise ValueError(f"shares must be {wanted} numbers for the four steps, got {[len(s) for s in shares]}")
        self.shares = np.array([value for step in shares for value in step], float)
        if not np.isfinite(self.shares).all():
            raise ValueError("shares must be finite, got NaN or infinity")
        self.values = [list(map(float, step)) for step in shares]
        with house():
            axes = sheet(fig)
            self.boxes = {name: _box(axes, name) for name in PLACES}
            self.arrows = [[Arrow(axes, _way(self.boxes, one, name)) for one in inputs] for name, inputs in STEPS]
            for x, words in (("in", "from the backbone"), ("middle", "downwards"), ("out", "upwards")):
                write(axes, COLUMNS[x] + WIDTH / 2, 18, words, color=QUIET)
            self.head = write(axes, RIGHT, 62, ha="left", size=NORMAL, weight="bold")
            self.lines = [write(axes, RIGHT, 96 + 26 * i, ha="left") for i in range(3)]
            self.note = write(axes, RIGHT, 190, ha="left", va="top", color=QUIET, linespacing=1.4)

    def update(self, step):
        """step: 0, the maps of the backbone alone, to 4."""
        check_whole(step, "step", 0, len(STEPS))
        there = {"P2", "P3", "P4"} | {name for name, _ in STEPS[:step]}
        for name, box in self.boxes.items():
            for artist in box.artists:
                artist.set_alpha(1 if name in there else 0.25)
            box.mark(step > 0 and name == STEPS[step - 1][0])
        for number, arrows in enumerate(self.arrows, 1):
            for arrow in arrows:
                _look(arrow, number == step, number <= step)
        return self._say(step)

    def _say(self, step):
        if not step:
            for line in (self.head, *self.lines):
                line.set_text("")
            self.note.set_text("three maps of\nthe same image")
            return "Three maps of the backbone: P2 is large and sees small objects, P4 is small and sees large ones."
        name, inputs = STEPS[step - 1]
        values = self.values[step - 1]
        self.head.set_text(f"{name} is fused from")
        parts = [f"{value:.2f} of {_moved(one, name)}" for one, value in zip(inputs, values, strict=True)]
        for line, words in zip(self.lines, [*parts, "", ""], strict=False):
            line.set_text(words)
        self.note.set_text("the shares are learned\nand add up to 1")
        return f"Step {step} of {len(STEPS)}: {name} is {', '.join(parts)}."


def _moved(one, name) -> str:
    """How a map gets to the size of another."""
    mine, other = one[:2], name[:2]
    return one if mine == other else f"up({one})" if mine > other else f"down({one})"


def _box(axes, name):
    column, row = PLACES[name]
    return Box(axes, COLUMNS[column], ROWS[row], WIDTH, HEIGHT, name, STRIDES[row])


def _way(boxes, one, name):
    """The points of the arrow from one map to another."""
    start, end = boxes[one], boxes[name]
    column = PLACES[one][0]
    if column == PLACES[name][0]:  # straight up
        return [start.top, end.bottom]
    if name == "P3'" and column == "in":  # around the middle
        x, y = start.bottom[0], start.bottom[1] + 14
        return [(x, start.bottom[1]), (x, y), (end.left[0] + 18, y), (end.left[0] + 18, end.bottom[1])]
    return [start.right, end.left]


def _look(arrow, now, done):
    color = ACCENT if now else QUIET if done else MUTED
    for artist in (arrow.line, arrow.head):
        artist.set_alpha(1 if done else 0.25)
    arrow.line.set(color=color, linewidth=2.4 if now else 1.1)
    arrow.head.set_facecolor(color)
