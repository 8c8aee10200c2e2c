"""A residual block on its way to integers, in four steps: as trained, folded, with grids (Q and DQ), in integers.

    conv ─ BN ─ ReLU ─ conv ─ BN ─ add ─ ReLU        Q: a value becomes its code · DQ: a code becomes its value

A grid lies behind every operation whose result the next one reads as codes: behind the ReLU where there is one, since
nothing else sees what stands before it. The file says Q and DQ; the runtime joins them with what lies between.

The class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

from edukit.plots.drawings.shapes import Arrow, Box
from edukit.plots.drawings.sheet import NORMAL, QUIET, sheet, tints, write
from edukit.plots.style import BLUE, ORANGE, house
from edukit.refuse import check_whole

LEFT = 12
APART = 76  # pixels from one place to the next
BOX = 62
TOP = 128
HEIGHT = 54
AROUND = 92  # height of the way around
FLOAT, CONVERSION, INTEGER = "float", "conversion", "integer"
GROUNDS = {FLOAT: "white", CONVERSION: tints(0.55, ORANGE), INTEGER: tints(0.45, BLUE)}
STEPS = ("as trained", "batch norm folded", "with grids", "in integers")
ROWS = (  # for each step: (place, places wide, words, words below, kind)
    (
        (1, 1, "conv", "w", FLOAT),
        (2, 1, "BN", "γ β μ σ", FLOAT),
        (3, 1, "ReLU", "", FLOAT),
        (4, 1, "conv", "w", FLOAT),
        (5, 1, "BN", "γ β μ σ", FLOAT),
        (6, 1, "add", "", FLOAT),
        (7, 1, "ReLU", "", FLOAT),
    ),
    (
        (1, 1, "conv", "w′, b′", FLOAT),
        (3, 1, "ReLU", "", FLOAT),
        (4, 1, "conv", "w′, b′", FLOAT),
        (6, 1, "add", "", FLOAT),
        (7, 1, "ReLU", "", FLOAT),
    ),
    (
        (0, 1, "Q, DQ", "", CONVERSION),
        (1, 1, "conv", "codes", FLOAT),
        (2, 1, "ReLU", "", FLOAT),
        (3, 1, "Q, DQ", "", CONVERSION),
        (4, 1, "conv", "codes", FLOAT),
        (5, 1, "Q, DQ", "", CONVERSION),
        (6, 1, "add", "", FLOAT),
        (7, 1, "ReLU", "", FLOAT),
        (8, 1, "Q, DQ", "", CONVERSION),
    ),
    (
        (0, 1, "Q", "", CONVERSION),
        (1, 2, "integer conv", "clips as ReLU does", INTEGER),
        (3.5, 2, "integer conv", "", INTEGER),
        (6, 2, "integer add", "clips as ReLU does", INTEGER),
        (8, 1, "DQ", "", CONVERSION),
    ),
)
SAID = (
    "seven operators, all of them in floats.",
    "each norm is a factor and a shift for each channel, and the convolution before it takes in both.",
    "each value that the next operator reads gets a grid from calibration, and weights are stored as codes.",
    "the runtime joins each Q and DQ with what lies between them, and only codes pass on.",
)


class PlacementPlot:
    """A row of boxes for each step: white computes in floats, orange converts, blue computes in integers."""

    def __init__(self, fig):
        with house():
            axes = sheet(fig)
            self.title = write(axes, LEFT, 24, ha="left", size=NORMAL, weight="bold")
            self.said = write(axes, LEFT, 46, ha="left", color=QUIET)
            self.rows = [_Row(axes, row) for row in ROWS]
            for x, (kind, words) in zip(
                (LEFT, LEFT + 210, LEFT + 420),
                ((FLOAT, "computes in floats"), (CONVERSION, "converts"), (INTEGER, "computes in integers")),
                strict=True,
            ):
                Box(axes, x, 224, 22, 16).patch.set_facecolor(GROUNDS[kind])
                write(axes, x + 30, 232, words, ha="left", color=QUIET)
            self.count = write(axes, LEFT, 260, ha="left")

    def update(self, step):
        """step 0 to 3."""
        check_whole(step, "step", 0, len(STEPS) - 1)
        for number, row in enumerate(self.rows):
            row.show(number == step)
        self.title.set_text(f"Step {step}: {STEPS[step]}")
        said = SAID[step]
        self.said.set_text(said[0].upper() + said[1:])
        kinds = [kind for *_, kind in ROWS[step]]
        counted = f"{kinds.count(FLOAT)} operators in floats, {kinds.count(INTEGER)} in integers"
        self.count.set_text(counted)
        return f"Step {step}, {STEPS[step]}: {said} {counted[0].upper() + counted[1:]}."


class _Row:
    """The boxes of one step with their arrows, and the way around from the input to the addition."""

    def __init__(self, axes, row):
        boxes = [_box(axes, *entry) for entry in row]
        arrows = [Arrow(axes, [one.right, other.left]) for one, other in zip(boxes, boxes[1:], strict=False)]
        end = boxes[-1].right
        arrows.append(Arrow(axes, [end, (end[0] + 14, end[1])]))
        first = boxes[0]
        start = first.right if row[0][4] == CONVERSION else first.left
        if row[0][4] != CONVERSION:
            arrows.append(Arrow(axes, [(start[0] - 40, start[1]), start]))
        x = start[0] + 7 if row[0][4] == CONVERSION else start[0] - 20
        add = next(box for box, entry in zip(boxes, row, strict=True) if "add" in entry[2])
        arrows.append(Arrow(axes, [(x, start[1]), (x, AROUND), (add.top[0], AROUND), add.top]))
        self.artists = [artist for shape in (*boxes, *arrows) for artist in shape.artists]

    def show(self, on):
        for artist in self.artists:
            artist.set_visible(on)


def _box(axes, place, wide, words, below, kind):
    box = Box(axes, LEFT + APART * place, TOP, BOX + APART * (wide - 1), HEIGHT)
    box.say(words, below)
    box.patch.set_facecolor(GROUNDS[kind])
    return box
