"""A search space as a drawing: a column for each choice, its options as boxes, and the network that they make.

    choice 1   choice 2   choice 3            one option of each column is marked
    [ opt ]    [ opt ]    [ opt ]      →      part → part → part
    [ opt ]    [ opt ]

Each class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

from collections.abc import Callable

from edukit.plots.drawings.shapes import Arrow, Box, Meter
from edukit.plots.drawings.sheet import NORMAL, QUIET, WIDTH, sheet, write
from edukit.plots.style import house
from edukit.search import SearchSpace

LEFT, TOP, GAP, OPTION = 16, 34, 14, 28
PART_Y, PART, SPACE, MOST_PARTS = 146, 46, 26, 5  # the row of the network


class SpaceDrawing:
    """A space of at most six choices with at most four options; what is marked is an architecture."""

    def __init__(self, fig, space: SearchSpace, parts: Callable, score: Callable, most: float, best: float):
        """Functions of an architecture: parts, [(name, words below)], five at most; score, (MACs, share of 0 to 1).

        most, best   the most MACs and the best share of the space
        """
        if len(space.choices) > 6 or max(len(choice.options) for choice in space.choices) > 4:
            raise ValueError(f"space must have at most 6 choices of 4 options to be drawn, got {space}")
        self.space = space
        self.parts = parts
        self.score = score
        self.most = most
        self.best = best
        with house():
            self.axes = sheet(fig)
            self.options = {choice.name: self._column(i, choice) for i, choice in enumerate(space.choices)}
            self.rows = {}  # a row of boxes and arrows for each number of parts, made when it is first shown
            self.macs = Meter(self.axes, LEFT, 222, 310, "MACs")
            self.reached = Meter(self.axes, WIDTH - LEFT - 310, 222, 310, "validation accuracy")

    def _column(self, number, choice):
        width = (WIDTH - 2 * LEFT + GAP) / len(self.space.choices) - GAP
        x = LEFT + number * (width + GAP)
        write(self.axes, x + width / 2, 18, choice.name, size=NORMAL, color=QUIET)
        return {
            option: Box(self.axes, x, TOP + row * (OPTION + 5), width, OPTION, str(option))
            for row, option in enumerate(choice.options)
        }

    def show(self, architecture) -> str:
        """Mark the options of an architecture, and draw its network."""
        chosen = self.space.check(architecture)
        for name, boxes in self.options.items():
            for option, box in boxes.items():
                box.mark(option == chosen[name])
        self._show_parts(self.parts(chosen))
        macs, reached = self.score(chosen)
        self.macs.show(macs / self.most, f"{macs:,.0f}")
        self.reached.show(reached, f"{100 * reached:.1f} %")
        words = ", ".join(f"{name} {option}" for name, option in chosen.items())
        return (
            f"One of {self.space.count()} architectures: {words}. {macs:,.0f} MACs, {100 * reached:.1f} % right on "
            f"validation images; the best of all reaches {100 * self.best:.1f} %."
        )

    def _show_parts(self, parts):
        if len(parts) not in self.rows:
            self.rows[len(parts)] = self._row(len(parts))
        for count, (boxes, arrows) in self.rows.items():
            for artist in [artist for shape in (*boxes, *arrows) for artist in shape.artists]:
                artist.set_visible(count == len(parts))
        for box, (text, below) in zip(self.rows[len(parts)][0], parts, strict=True):
            box.say(text, below)

    def _row(self, count):
        """Boxes of one width from the left, an arrow between two of them."""
        width = (WIDTH - 2 * LEFT + SPACE) / MOST_PARTS - SPACE
        start = (WIDTH - count * width - (count - 1) * SPACE) / 2
        boxes = [Box(self.axes, start + i * (width + SPACE), PART_Y, width, PART) for i in range(count)]
        arrows = [Arrow(self.axes, [one.right, two.left]) for one, two in zip(boxes, boxes[1:], strict=False)]
        return boxes, arrows
