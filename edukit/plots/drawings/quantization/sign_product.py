"""A product of two rows of signs, drawn twice: by multiplying, and by counting the bits that differ.

    a · b = sum of the products          n - 2 popcount(A xor B)          A, B: a bit 1 for +1, a bit 0 for -1

The class draws once in `__init__(fig)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np

from edukit.plots.drawings.cells import Cells, level_rows
from edukit.plots.drawings.sheet import NORMAL, QUIET, number, sheet, write
from edukit.plots.style import house

N = 12
SIZE = 24  # pixels of a cell
LEFT = 44
RIGHT = 398
ROWS = (72, 104, 152)  # the first row, the second one, and what they make


class SignProductPlot:
    """Twelve signs times twelve signs, as numbers on the left and as bits on the right, in four steps."""

    def __init__(self, fig, seed=4):
        """seed: of the two rows."""
        bits = np.random.default_rng(seed).integers(0, 2, (2, N))
        self.signs = 2 * bits - 1
        self.bits = bits
        with house():
            axes = sheet(fig)
            write(axes, LEFT, 28, "multiply and add", ha="left", size=NORMAL, weight="bold")
            write(axes, RIGHT, 28, "exclusive-or and count", ha="left", size=NORMAL, weight="bold")
            self.left, self.right = ([self._row(axes, x, y) for y in ROWS] for x in (LEFT, RIGHT))
            for y, one, other in zip(ROWS, ("a", "b", "a b"), ("A", "B", "xor"), strict=True):
                write(axes, LEFT - 20, y + SIZE / 2, one, color=QUIET)
                write(axes, RIGHT - 20, y + SIZE / 2, other, color=QUIET)
            self.sum = write(axes, LEFT, 212, ha="left", size=NORMAL)
            self.count = write(axes, RIGHT, 212, ha="left", size=NORMAL)
            self.cost = [write(axes, x, 246, ha="left", color=QUIET) for x in (LEFT, RIGHT)]

    def update(self, step):
        """step: 0 the signs, 1 their products, 2 their bits, 3 where the bits differ, 4 the count."""
        if step not in range(5):
            raise ValueError(f"step must be 0 to 4, got {step!r}")
        products = self.signs.prod(0)
        differ = self.bits[0] ^ self.bits[1]
        total = int(products.sum())
        ones = int(differ.sum())
        for row, signs, shown in zip(self.left, (*self.signs, products), (True, True, step >= 1), strict=True):
            _show(row, signs > 0, ["+" if s > 0 else "−" for s in signs], shown)
        for row, bits, least in zip(self.right, (*self.bits, differ), (2, 2, 3), strict=True):
            _show(row, bits, [str(bit) for bit in bits], step >= least)
        self.sum.set_text(f"sum: {number(total)}" if step >= 1 else "")
        self.count.set_text(f"{ones} ones: {N} − 2 · {ones} = {number(total)}" if step >= 4 else "")
        self.cost[0].set_text(f"{N} multiplications, {N - 1} additions" if step >= 1 else "")
        self.cost[1].set_text("one exclusive-or, one count" if step >= 4 else "")
        said = (
            f"two rows of {N} signs",
            f"the products of the signs add up to {total}",
            "a sign + is the bit 1, a sign - the bit 0",
            f"exclusive-or marks the {ones} places where the bits differ",
            f"{ones} places differ, so the product is {N} - 2 times {ones} = {total}",
        )
        return f"Step {step} of 4: {said[step]}."

    def _row(self, axes, x, y):
        return Cells(axes, level_rows(x, y, 1, N, SIZE), SIZE)


def _show(row, filled, words, shown):
    """Tinted cells with words, or empty ones."""
    shares = np.where(filled, 0.5, 0.0) if shown else np.full(N, np.nan)
    row.show(shares[None], words if shown else [""] * N)
