"""Cells: squares in rows, or in a bank of filters, that fill up, empty, carry numbers and are framed.

    level_rows(x, y, rows, columns, size)              corners (rows, columns, 2)
    filter_bank(x, y, filters, channels, kernel, size) corners (filters, channels, kernel, kernel, 2)
    Cells(axes, corners, size).show(shares)            one share of colour for each cell; NaN is an empty cell

An empty cell is an outline without a ground, so that it is told from a pale one without colours.

Assumes   axes from `sheet`
"""

import numpy as np
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import to_rgba

from edukit.plots.drawings.sheet import ACCENT, SMALL, height_of, tints, width_of, write
from edukit.plots.style import INK

OUTLINE = "#b4bac2"


def level_rows(x: float, y: float, rows: int, columns: int, size: float) -> np.ndarray:
    """The top left corners of a matrix's cells, (rows, columns, 2).

    >>> level_rows(10, 20, 1, 2, 5).tolist()
    [[[10.0, 20.0], [15.0, 20.0]]]
    """
    down, right = np.meshgrid(y + size * np.arange(rows), x + size * np.arange(columns), indexing="ij")
    return np.stack([right, down], -1).astype(float)


def filter_bank(
    x: float, y: float, filters: int, channels: int, kernel: int, size: float, *, apart: float = 7.0
) -> np.ndarray:
    """The corners of a bank's cells: a column of blocks for each filter, a block for each channel that it sees.

    >>> filter_bank(0, 0, filters=2, channels=1, kernel=1, size=5, apart=7)[:, 0, 0, 0].tolist()
    [[0.0, 0.0], [12.0, 0.0]]
    """
    step = kernel * size + apart
    places = [[(x + step * f, y + step * c) for c in range(channels)] for f in range(filters)]
    return np.array([[level_rows(*place, kernel, kernel, size) for place in column] for column in places])


class Cells:
    """Squares whose corners are given, (…, 2); all that is shown of them has the shape before the last axis.

    >>> from matplotlib.figure import Figure
    >>> from edukit.plots.drawings.sheet import sheet
    >>> cells = Cells(sheet(Figure()), level_rows(10, 10, 1, 2, 30), 30)
    >>> cells.show([[0.5, np.nan]], [["7", ""]])
    >>> [text.get_text() for text in cells.numbers]
    ['7', '']
    """

    def __init__(self, axes, corners, size: float):
        self.axes = axes
        self.size = size
        self.shape = corners.shape[:-1]
        self.corners = corners.reshape(-1, 2)
        square = np.array([(0.5, 0.5), (size - 0.5, 0.5), (size - 0.5, size - 0.5), (0.5, size - 0.5)])
        self.squares = axes.add_collection(PolyCollection(self.corners[:, None] + square, linewidths=0.7))
        self.frames = axes.add_collection(LineCollection([], colors=INK, linewidths=1.6, zorder=3))
        self.numbers = []

    def show(self, shares, words=None, *, color=ACCENT) -> None:
        """How deep each cell's colour is, 0 to 1, NaN for an empty cell; and words, written where all of them fit."""
        shares = np.asarray(shares, float)
        if shares.shape != self.shape:
            raise ValueError(f"shares must have the shape of the cells, {self.shape}, got {shares.shape}")
        self.paint(tints(np.nan_to_num(shares), color), np.isnan(shares), words)

    def paint(self, colors, empty=None, words=None) -> None:
        """The same with a colour for each cell, (…, 3)."""
        faces = np.ones((len(self.corners), 4))
        faces[:, :3] = np.reshape(colors, (-1, 3))
        edges = np.tile(to_rgba(OUTLINE), (len(self.corners), 1))
        if empty is not None:
            faces[np.ravel(empty), 3] = 0
        self.squares.set(facecolors=faces, edgecolors=edges)
        self._write([] if words is None else [str(word) for word in np.ravel(words)])

    def frame(self, regions) -> None:
        """Frames around cells: a list of (first, last), each the index of a cell, top left and bottom right."""
        lines = []
        for first, last in regions:
            x, y = self._corner(first)
            right, bottom = self._corner(last) + self.size
            lines.append([(x, y), (right, y), (right, bottom), (x, bottom), (x, y)])
        self.frames.set_segments(lines)

    def centre(self, index) -> tuple[float, float]:
        """The middle of a cell."""
        return tuple((self._corner(index) + self.size / 2).tolist())

    def _corner(self, index):
        return self.corners[np.ravel_multi_index(index, self.shape)]

    def _write(self, words):
        widest = max((width_of(word) for word in words), default=0)
        fit = max(widest, height_of("0", SMALL)) <= self.size - 3
        if words and fit and not self.numbers:
            self.numbers = [write(self.axes, *(corner + self.size / 2)) for corner in self.corners]
        for text, word in zip(self.numbers, words if words and fit else [""] * len(self.numbers), strict=True):
            text.set_text(word)
