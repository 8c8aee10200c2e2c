"""Shapes that say something: a box with words in it, an arrow, a bracket, a meter. Each can be moved and hidden.

    box ──label──> box        ╭── label ──╮        name  ▰▰▰▰▱▱  words

Assumes   axes from `sheet`; words that do not fit into a box at 9 points are refused
"""

from matplotlib.patches import FancyBboxPatch, Polygon

from edukit.plots.drawings.sheet import (
    ACCENT,
    NORMAL,
    QUIET,
    SMALL,
    height_of,
    inside,
    tints,
    width_of,
    write,
)
from edukit.plots.style import FAINT, MUTED

HEAD = 7.0  # pixels of an arrow's head
ROUND = 5.0
GAP = 4.0  # between words and what is around them


class Box:
    """A box with a line of text and quieter lines below it; (x, y) is its top left corner.

    Raises ValueError for words that do not fit, which `say` raises as well.

    >>> from matplotlib.figure import Figure
    >>> from edukit.plots.drawings.sheet import sheet
    >>> box = Box(sheet(Figure()), 10, 20, 100, 60, "3 x 3", "64 channels")
    >>> box.left, box.bottom
    ((10, 50.0), (60.0, 80))
    """

    def __init__(self, axes, x, y, width, height, text="", below=""):
        self.width = width
        self.height = height
        self.left = x, y + height / 2
        self.right = x + width, y + height / 2
        self.top = x + width / 2, y
        self.bottom = x + width / 2, y + height
        shape = f"round,pad=0,rounding_size={ROUND}"
        self.patch = axes.add_patch(FancyBboxPatch((x, y), width, height, shape, facecolor="white"))
        self.text = write(axes, *self.top, size=NORMAL, weight="bold")
        self.below = write(axes, *self.top, color=QUIET, linespacing=1.25)
        self.mark(False)
        self.say(text, below)

    def say(self, text: str, below: str = "") -> None:
        """Other words."""
        widest = max(width_of(text, NORMAL, "bold"), width_of(below))
        heights = height_of(text, NORMAL), height_of(below)
        if widest > self.width - 2 * GAP or sum(heights) > self.height - GAP:
            raise ValueError(f"text must fit into {self.width} x {self.height} pixels, got {text!r} and {below!r}")
        start = self.top[1] + (self.height - sum(heights)) / 2
        self.text.set(text=text, y=start + heights[0] / 2)
        self.below.set(text=below, y=start + heights[0] + heights[1] / 2)

    def mark(self, on: bool = True) -> None:
        """A thick frame on a tinted ground, or the plain box again."""
        self.patch.set(edgecolor=ACCENT if on else MUTED, linewidth=2.2 if on else 0.9)
        self.patch.set_facecolor(tints(0.18) if on else "white")

    @property
    def artists(self) -> list:
        """All that is drawn of it."""
        return [self.patch, self.text, self.below]


class Arrow:
    """A thin line through points, straight from one to the next, with a head at the last and a label.

    label   beside the middle of the line: above a level one, to the right of an upright one

    >>> from matplotlib.figure import Figure
    >>> from edukit.plots.drawings.sheet import sheet
    >>> Arrow(sheet(Figure()), [(0, 50), (100, 50)], "int8").label.get_position()
    (50.0, 40.0)
    """

    def __init__(self, axes, points, label="", *, color=QUIET):
        self.line = axes.plot([], [], color=color, linewidth=1.1, solid_joinstyle="round")[0]
        self.head = axes.add_patch(Polygon([(0, 0)] * 3, facecolor=color, linewidth=0))
        self.label = write(axes, 0, 0, label, color=color)
        self.move(points)

    def move(self, points) -> None:
        """Other points, two at least."""
        (x0, y0), (x1, y1) = points[-2:]
        length = max(1e-6, ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5)
        along = (x1 - x0) / length, (y1 - y0) / length
        back = min(HEAD, length)
        foot = x1 - back * along[0], y1 - back * along[1]
        side = 0.42 * back * along[1], -0.42 * back * along[0]
        self.line.set_data(*zip(*points[:-1], foot, strict=True))
        self.head.set_xy([(x1, y1), (foot[0] + side[0], foot[1] + side[1]), (foot[0] - side[0], foot[1] - side[1])])
        middle = (points[0][0] + points[1][0]) / 2, (points[0][1] + points[1][1]) / 2
        upright = abs(points[1][1] - points[0][1]) > abs(points[1][0] - points[0][0])
        place = (middle[0] + 6, middle[1]) if upright else (middle[0], middle[1] - 10)
        self.label.set(position=place, ha="left" if upright else "center")

    @property
    def artists(self) -> list:
        """All that is drawn of it."""
        return [self.line, self.head, self.label]


class Bracket:
    """A level bracket from one x to another, with its label on the far side; the label never leaves the sheet.

    y       of the level line
    above   True: the label stands above it and the ends point down; False: the other way round

    >>> from matplotlib.figure import Figure
    >>> from edukit.plots.drawings.sheet import sheet
    >>> bracket = Bracket(sheet(Figure()), 40, above=True)
    >>> bracket.move(100, 300, "scale S")
    >>> bracket.label.get_position()
    (200.0, 29)
    """

    def __init__(self, axes, y, *, above, color=QUIET):
        self.y = y
        self.out = -1 if above else 1
        self.line = axes.plot([], [], color=color, linewidth=1.1, solid_joinstyle="miter")[0]
        self.label = write(axes, 0, y + 11 * self.out, color=color)

    def move(self, start: float, end: float, label: str) -> None:
        """Another place and another label."""
        tip = self.y - 5 * self.out
        self.line.set_data([start, start, end, end], [tip, self.y, self.y, tip])
        self.label.set(text=label, x=inside((start + end) / 2, label))

    @property
    def artists(self) -> list:
        """All that is drawn of it."""
        return [self.line, self.label]


class Meter:
    """A name, a bar below it that is filled up to a share, and words at the right end of the name's line.

    >>> from matplotlib.figure import Figure
    >>> from edukit.plots.drawings.sheet import sheet
    >>> meter = Meter(sheet(Figure()), 400, 40, 250, "bytes")
    >>> meter.show(0.5, "288 of 576")
    >>> meter.bar.get_width()
    125.0
    """

    def __init__(self, axes, x, y, width, name, *, color=ACCENT):
        self.width = width
        style = {"boxstyle": "round,pad=0,rounding_size=2", "linewidth": 0}
        self.track = axes.add_patch(FancyBboxPatch((x, y + 10), width, 9, facecolor=FAINT, **style))
        self.bar = axes.add_patch(FancyBboxPatch((x, y + 10), width, 9, facecolor=color, **style))
        self.name = write(axes, x, y, name, ha="left")
        self.words = write(axes, x + width, y, ha="right", weight="bold")

    def show(self, share: float, words: str) -> None:
        """share: 0 to 1; the words must leave room for the name, or ValueError."""
        if width_of(self.name.get_text()) + width_of(words, SMALL, "bold") > self.width - GAP:
            raise ValueError(f"words must fit beside {self.name.get_text()!r}, got {words!r}")
        self.bar.set(width=share * self.width, visible=share > 0)
        self.words.set_text(words)

    @property
    def artists(self) -> list:
        """All that is drawn of it."""
        return [self.track, self.bar, self.name, self.words]
