"""One channel of a residual block, drawn: the filters that make it and the inputs that read it.

    stem ──┬── conv 1 ── conv 2 ──(+)── next        row: a filter, makes a channel        column: an input, reads one
           └───────────────────────┘

The addition adds channel i to channel i, so the filters i of both sides are one channel and go together.

The class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np

from edukit.plots.drawings.cells import Cells, level_rows
from edukit.plots.drawings.shapes import Arrow, Box
from edukit.plots.drawings.sheet import NORMAL, QUIET, sheet, tints, write
from edukit.plots.style import BLUE, ORANGE, house
from edukit.refuse import check_whole

CHANNELS = 4
SIZE = 19  # pixels of a cell
TOP = 110
SIDE = CHANNELS * SIZE
PLACES = {"stem": 46, "conv 1": 196, "conv 2": 346, "next": 566}
PLUS = 466, 28  # where the addition stands, and how wide it is
MIDDLE = TOP + SIDE / 2
DEPTHS = {"makes": (0.85, BLUE), "reads": (0.85, ORANGE)}
PARTS = {
    "on the path of the addition": {"stem": "makes", "conv 2": "makes", "conv 1": "reads", "next": "reads"},
    "inside the block": {"conv 1": "makes", "conv 2": "reads"},
}


class ResidualChannelPlot:
    """Four layers as matrices: the coloured rows and columns are one and the same channel."""

    def __init__(self, fig):
        with house():
            axes = sheet(fig)
            write(axes, 24, 24, "each row is a filter, each column an input", ha="left", size=NORMAL, weight="bold")
            self.layers = {}
            for name, x in PLACES.items():
                self.layers[name] = Cells(axes, level_rows(x, TOP, CHANNELS, CHANNELS, SIZE), SIZE)
                write(axes, x + SIDE / 2, TOP + SIDE + 14, name)
            x, width = PLUS
            self.plus = Box(axes, x, MIDDLE - width / 2, width, width, "+")
            ends = [(PLACES["stem"] + SIDE, PLACES["conv 1"]), (PLACES["conv 1"] + SIDE, PLACES["conv 2"])]
            ends += [(PLACES["conv 2"] + SIDE, x), (x + width, PLACES["next"])]
            for left, right in ends:
                Arrow(axes, [(left + 4, MIDDLE), (right - 4, MIDDLE)])
            fork = PLACES["stem"] + SIDE + 30
            Arrow(axes, [(fork, MIDDLE), (fork, 70), (x + width / 2, 70), (x + width / 2, MIDDLE - width / 2 - 2)])
            write(axes, (fork + x) / 2, 58, "shortcut: channel i is added to channel i", color=QUIET)
            self.counted = write(axes, 24, 252, ha="left", size=NORMAL, weight="bold")
            for place, (word, (depth, color)) in enumerate(DEPTHS.items()):
                at = 430 + 130 * place
                key = Cells(axes, level_rows(at, 243, 1, 1, 18), 18)
                key.paint(tints([[depth]], color))
                write(axes, at + 26, 252, f"{word} it", ha="left")

    def update(self, where, channel):
        """where: one of PARTS; channel: 1 to 4."""
        if where not in PARTS:
            raise ValueError(f"where must be one of {', '.join(PARTS)}, got {where!r}")
        check_whole(channel, "channel", 1, CHANNELS)
        for name, cells in self.layers.items():
            cells.paint(_colors(PARTS[where].get(name, ""), channel - 1))
        roles = list(PARTS[where].values())
        filters, inputs = roles.count("makes"), roles.count("reads")
        words = f"{filters} filter{'s' * (filters > 1)} and {inputs} input{'s' * (inputs > 1)} go together"
        self.counted.set_text(words)
        makers = " and ".join(name for name, role in PARTS[where].items() if role == "makes")
        readers = " and ".join(name for name, role in PARTS[where].items() if role == "reads")
        return f"Channel {channel} {where}: made by {makers}, read by {readers}; {words}."


def _colors(role, at):
    """White cells, but for the row that makes the channel or the column that reads it."""
    colors = np.ones((CHANNELS, CHANNELS, 3))
    if role:
        depth, color = DEPTHS[role]
        colors[(at, slice(None)) if role == "makes" else (slice(None), at)] = tints(depth, color)
    return colors
