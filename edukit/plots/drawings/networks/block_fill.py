"""Softmax attention by blocks, drawn: one block of scores at a time, and a maximum and two sums that go on with it.

    block of b x b scores ─ seen ─> m, l, a of b queries        the block is forgotten, the next one takes its place

The class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np
import torch

from edukit.networks.attention import BlockState, softmax_weights
from edukit.plots.drawings.cells import Cells, level_rows
from edukit.plots.drawings.shapes import Meter
from edukit.plots.drawings.sheet import NORMAL, QUIET, number, sheet, tints, write
from edukit.plots.style import MUTED, house
from edukit.refuse import check_whole

LEFT = 64
TOP = 52
SIDE = 192  # pixels of the matrix
STATE = 330
ROOM = 340  # pixels of the meters
SQUARE = 36
PLACES = STATE, STATE + 92, STATE + 164  # left edges of m, l and a
SEEN = tints(0.35, MUTED)  # a block that was seen and forgotten
PALEST = 0.25


class BlockFillPlot:
    """Causal attention of one head: blocks of queries from the top, blocks of keys from the left."""

    def __init__(self, fig, blocks: int = 3, block: int = 4, features: int = 3, *, seed: int = 0):
        """blocks: of queries, and of keys; block: positions in each, 1 to 4; features: of a query, key and value."""
        check_whole(blocks, "blocks", 1, 6)
        check_whole(block, "block", 1, 4)
        check_whole(features, "features", 1, 4)
        self.block = block
        self.length = blocks * block
        self.order = [(row, column) for row in range(blocks) for column in range(row + 1)]
        q, k, v = torch.randn(3, self.length, features, generator=torch.Generator().manual_seed(seed))
        self.weights = softmax_weights(q, k, causal=True).numpy()
        self.rows, self.columns = np.indices((self.length, self.length)).reshape(2, -1)
        self.states = [_seen(q, k, v, block, row, column) for row, column in self.order]
        self.held = block * block + block * (features + 2)
        with house():
            axes = sheet(fig)
            size = SIDE / self.length
            drawn = self.rows // block >= self.columns // block
            self.rows = self.rows[drawn]
            self.columns = self.columns[drawn]
            corners = level_rows(LEFT, TOP, self.length, self.length, size)[self.rows, self.columns]
            self.cells = Cells(axes, corners, size)
            widths = (1, 1, features)
            places = [level_rows(x, TOP, block, n, SQUARE) for x, n in zip(PLACES, widths, strict=True)]
            self.state = [Cells(axes, place, SQUARE) for place in places]
            if blocks > 2:
                later = "blocks of later keys:\nnever computed"
                write(axes, LEFT + SIDE, TOP + 26, later, ha="right", color=QUIET, linespacing=1.25)
            write(axes, LEFT, 16, "scores, block by block", ha="left", size=NORMAL, weight="bold")
            self.queries = write(axes, STATE, 16, ha="left", size=NORMAL, weight="bold")
            write(axes, LEFT + SIDE / 2, TOP - 14, f"keys 1 to {self.length}", color=QUIET)
            write(axes, LEFT - 14, TOP + SIDE / 2, f"queries 1 to {self.length}", rotation=90, color=QUIET)
            for x, words in zip(PLACES, ("maximum m", "sum l", "sum of values a"), strict=True):
                write(axes, x, TOP - 14, words, ha="left", color=QUIET)
            self.counted = write(axes, LEFT, TOP + SIDE + 18, ha="left")
            self.meters = [
                Meter(axes, STATE, 216 + 34 * i, ROOM, name)
                for i, name in enumerate(("all scores", "a block, m, l and a"))
            ]

    def update(self, step):
        """step 0 to the number of blocks that are computed: blocks that were seen."""
        check_whole(step, "step", 0, len(self.order))
        places = self.rows // self.block, self.columns // self.block
        seen = np.any([(places[0] == row) & (places[1] == column) for row, column in self.order[:step]] or [False], 0)
        colors = np.tile(SEEN, (len(self.rows), 1))
        if step:
            row, column = self.order[step - 1]
            now = (places[0] == row) & (places[1] == column)
            weights = self.weights[self.rows[now], self.columns[now]]
            colors[now] = tints(PALEST + (1 - PALEST) * weights)
        self.cells.paint(colors, (self.columns > self.rows) | ~(seen | np.zeros(len(self.rows), bool)))
        self._show_state(step)
        whole = self.length**2
        for meter, held in zip(self.meters, (whole, self.held), strict=True):
            meter.show(held / max(whole, self.held), f"{held} numbers")
        seen = f"{step} of {len(self.order)} blocks seen"
        self.counted.set_text(f"{seen}, 1 held" if step else seen)
        where = "" if not step else f" Queries {_range(row, self.block)} meet keys {_range(column, self.block)}."
        return (
            f"{seen.capitalize()}.{where} All scores would be {whole} numbers; a block and its sums are {self.held}, "
            "at every step."
        )

    def _show_state(self, step):
        """The maximum and the sums of the queries of this block; empty cells before the first."""
        if not step:
            self.cells.frame([])
            self.queries.set_text("nothing is held yet")
            for cells in self.state:
                cells.show(np.full(cells.shape, np.nan))
            return
        row, column = self.order[step - 1]
        (corners,) = np.nonzero((self.rows // self.block == row) & (self.columns // self.block == column))
        self.cells.frame([((corners[0],), (corners[-1],))])
        self.queries.set_text(f"held for queries {_range(row, self.block)}")
        for cells, part in zip(self.state, self.states[step - 1], strict=True):
            now = part.reshape(cells.shape)
            words = np.reshape([number(value, 1) for value in now.ravel()], cells.shape)
            cells.show(np.full(cells.shape, 0.12), words)


def _seen(q, k, v, block, row, column):
    """Maximum and sums of a block of queries after its blocks of keys up to this one."""
    rows = slice(row * block, (row + 1) * block)
    state = BlockState.empty(q[rows], e=v.shape[-1])
    for start in range(0, (column + 1) * block, block):
        keys = slice(start, start + block)
        scores = q[rows] / q.shape[-1] ** 0.5 @ k[keys].T
        if start == rows.start:
            scores = scores.masked_fill(torch.ones_like(scores, dtype=torch.bool).triu(1), -torch.inf)
        state.see(scores, v[keys])
    return state.maximum.numpy(), state.total.numpy(), state.values.numpy()


def _range(number, block):
    """The positions of a block, as people count them.

    >>> _range(1, 4), _range(2, 1)
    ('5 to 8', '3')
    """
    first = number * block + 1
    return f"{first}" if block == 1 else f"{first} to {first + block - 1}"
