"""A file in shards, drawn: what can answer when, if a file loads in proportion to its bytes.

    whole    ███████████████████████▶ answer
    shards   ██▶ first features  ██████████████████████▶ answer

The class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

from edukit.plots.drawings.shapes import Arrow, Box, Bracket
from edukit.plots.drawings.sheet import ACCENT, NORMAL, QUIET, sheet, tints, write
from edukit.plots.style import house
from edukit.refuse import check_whole

LAYERS = 25
LEFT = 110  # pixels: where all rows begin, and their width
WIDE = 480
ROWS = {"the file": 22, "whole": 138, "in shards": 196}
HIGH = 34


class ShardsPlot:
    """25 layers of equal bytes above; below, the same bytes as they are read, whole and in two shards."""

    def __init__(self, fig, layers: int = LAYERS):
        """layers: of equal bytes, 2 to 25."""
        self.layers = check_whole(layers, "layers", 2, LAYERS)
        self.step = WIDE / layers
        with house():
            axes = sheet(fig)
            for name, y in ROWS.items():
                write(axes, 14, y + HIGH / 2, name, ha="left", size=NORMAL, weight="bold")
            self.cells = [Box(axes, LEFT + self.step * i, ROWS["the file"], self.step - 3, HIGH) for i in range(layers)]
            self.brackets = [Bracket(axes, 68, above=False) for _ in range(2)]
            whole = Box(axes, LEFT, ROWS["whole"], WIDE, HIGH, "loads all of it")
            self.parts = [Box(axes, LEFT, ROWS["in shards"], WIDE, HIGH) for _ in range(2)]
            Arrow(axes, [whole.right, (LEFT + WIDE + 26, whole.right[1])], color=ACCENT)
            write(axes, LEFT + WIDE + 30, whole.right[1], "answer", ha="left")
            y = ROWS["in shards"] + HIGH / 2
            Arrow(axes, [(LEFT + WIDE, y), (LEFT + WIDE + 26, y)], color=ACCENT)
            write(axes, LEFT + WIDE + 30, y, "answer", ha="left")
            self.early = Arrow(axes, [(LEFT, 230), (LEFT, 246)], color=ACCENT)
            self.first = write(axes, LEFT, 258, "first features")
            words = "time goes to the right, if loading takes time in proportion to the bytes"
            write(axes, LEFT, ROWS["whole"] - 14, words, ha="left", color=QUIET)

    def update(self, layers):
        """layers: how many the first shard holds, 1 to all but one."""
        first = check_whole(layers, "layers", 1, self.layers - 1)
        edge = LEFT + first * self.step
        for i, cell in enumerate(self.cells):
            cell.patch.set_facecolor(tints(0.45 if i < first else 0.12))
        rest = self.layers - first
        for bracket, start, end, words in (
            (self.brackets[0], LEFT, edge - 3, _count(first)),
            (self.brackets[1], edge, LEFT + WIDE - 3, _count(rest)),
        ):
            bracket.move(start, end, words)
        self._parts(edge)
        self.early.move([(edge, ROWS["in shards"] + HIGH), (edge, 247)])
        self.first.set(x=max(edge, LEFT + 30))
        return (
            f"The first shard holds {first} of {self.layers} layers: its features come after "
            f"{100 * first / self.layers:.0f} % of the time, the answer needs the last layer and comes after 100 %."
        )

    def _parts(self, edge):
        for part, start, end in zip(self.parts, (LEFT, edge), (edge, LEFT + WIDE), strict=True):
            part.patch.set_bounds(start, ROWS["in shards"], end - start, HIGH)
        self.parts[0].patch.set_facecolor(tints(0.45))
        self.parts[1].patch.set_facecolor(tints(0.12))


def _count(layers) -> str:
    return f"{layers} layer{'s' * (layers > 1)}"
