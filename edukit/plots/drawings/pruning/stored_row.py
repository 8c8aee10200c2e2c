"""A row of weights and the bytes of it in five formats, drawn: every cell below the row is one byte of a file.

    blue    bytes of numbers          orange    bytes that say where the numbers belong

The class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np

from edukit.plots.drawings.cells import Cells, level_rows
from edukit.plots.drawings.sheet import NORMAL, QUIET, number, sheet, tints, write
from edukit.plots.style import BLUE, ORANGE, house
from edukit.pruning.weights.run_lengths import run_lengths
from edukit.pruning.weights.storage import store
from edukit.refuse import check_whole

WEIGHTS = 16
LEFT = 108
ROW = 33  # pixels of a weight
BYTE = 10  # pixels of a byte
TOP = 102
APART = 34
MOST = 50  # bytes of the longest line
TYPES = {16: np.float16, 8: np.int8}
FORMATS = ("dense", "csr", "bitmask", "run lengths", "2:4")
RUN_BITS = 4


class StoredRowPlot:
    """Sixteen weights, some of them zero, and five lines of bytes."""

    def __init__(self, fig, *, seed: int = 3):
        """seed: of the weights."""
        random = np.random.default_rng(seed)
        self.w = random.permutation(np.arange(1, WEIGHTS + 1)) * random.choice([-1, 1], WEIGHTS)
        with house():
            axes = sheet(fig)
            self.cells = Cells(axes, level_rows(LEFT, 28, 1, WEIGHTS, ROW), ROW)
            write(axes, LEFT, 14, "a row of 16 weights", ha="left", size=NORMAL, weight="bold")
            write(
                axes, LEFT, 80, "its bytes: blue for numbers, orange for places", ha="left", size=NORMAL, weight="bold"
            )
            self.lines = {}
            for i, format in enumerate(FORMATS):
                y = TOP + APART * i
                write(axes, LEFT - 10, y + BYTE / 2, format, ha="right")
                self.lines[format] = Cells(axes, level_rows(LEFT, y, 1, MOST, BYTE), BYTE)
            ends = [(LEFT + 6, TOP + APART * i + BYTE / 2) for i in range(len(FORMATS))]
            self.words = {f: write(axes, *end, ha="left", color=QUIET) for f, end in zip(FORMATS, ends, strict=True)}

    def update(self, zeros, value_bits):
        """zeros: 0 to 15 of the 16 weights, the smallest; value_bits: 16 or 8."""
        check_whole(zeros, "zeros", 0, WEIGHTS - 1)
        if value_bits not in TYPES:
            raise ValueError(f"value_bits must be 16 or 8, got {value_bits!r}")
        w = np.where(abs(self.w) > zeros, self.w, 0)
        words = [[number(value) if value else "0" for value in w]]
        self.cells.show(np.where(w, abs(w) / WEIGHTS, np.nan)[None], words)
        found = {format: parts(w.astype(TYPES[value_bits]), format) for format in FORMATS}
        for format, counted in found.items():
            self._draw(format, counted)
        sizes = ", ".join(f"{format} {sum(counted)}" for format, counted in found.items() if counted)
        missing = "" if found["2:4"] else "; 2:4 needs two zeros in each four"
        return f"{zeros} of {WEIGHTS} weights are 0, {value_bits} bits a number. Bytes: {sizes}{missing}."

    def _draw(self, format, counted):
        values, places = counted or (0, 0)
        colors = np.ones((1, MOST, 3))
        colors[:, :values] = tints(0.9, BLUE)
        colors[:, values : values + places] = tints(0.9, ORANGE)
        line = self.lines[format]
        line.squares.set_visible(bool(counted))
        line.paint(colors)
        shown = np.arange(MOST) < values + places
        edges = line.squares.get_edgecolor().copy()
        edges[:, 3] = shown
        line.squares.set_edgecolor(edges)
        faces = line.squares.get_facecolor().copy()
        faces[:, 3] = shown
        line.squares.set_facecolor(faces)
        text = f"{values + places} bytes" if counted else "needs two zeros in each four neighbours"
        self.words[format].set(text=text, x=LEFT + 8 + BYTE * (values + places))


def parts(w: np.ndarray, format: str) -> tuple[int, int] | None:
    """Bytes of numbers and bytes of places of a row (n,) in that format; None where it does not fit into 2:4.

    >>> row = np.float16([0, 0.5, 0, -1])
    >>> [parts(row, format) for format in FORMATS]
    [(8, 0), (4, 4), (4, 1), (4, 1), (4, 1)]
    """
    if format == "run lengths":
        values, runs = run_lengths(w, RUN_BITS)
        return values.nbytes, -(-len(runs) * RUN_BITS // 8)
    if format == "2:4" and (np.count_nonzero(w.reshape(-1, 4), axis=1) > 2).any():
        return None
    stored = store(w[None], format)
    values = stored["values"].nbytes
    return values, sum(part.nbytes for part in stored.values()) - values
