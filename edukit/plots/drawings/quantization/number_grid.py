"""A number and its code, drawn: the range, the scale, the zero point, the codes, and the error of one value.

    x ─> q = clip(round(x / S) + Z, qmin, qmax) ─> S (q - Z)

The class draws once in `__init__(fig, …)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np

from edukit.plots.drawings.number_line import NumberLine
from edukit.plots.drawings.shapes import Bracket
from edukit.plots.drawings.sheet import ACCENT, QUIET, inside, number, sheet, width_of, write
from edukit.plots.style import dark, house
from edukit.quantization.grid.affine import choose_qparams, dequantize, quantize
from edukit.refuse import check_whole

LEFT = 96  # pixels of the line: where it starts, how long it is, its height
LONG = 508
LINE = 142
CODES = LINE + 26
VALUES = LINE + 48
NOTES = LINE + 102


class NumberGridPlot:
    """The grid that `choose_qparams` makes for a range, and one value on its way to the nearest code."""

    def __init__(self, fig, low: float = -1.0, high: float = 2.0):
        """low, high: the range that the grid is to cover, low <= high; the larger in size is from 0.001 to 10,000."""
        furthest = max(abs(low), abs(high))
        if not (low <= high and 1e-3 <= furthest <= 1e4):
            raise ValueError(
                f"low and high must be in order, the larger from 0.001 to 10,000 in size, got {low!r} and {high!r}"
            )
        self.range = np.float32(low), np.float32(high)
        self.end = 1.4 * furthest  # a grid of 2 bits may reach 4/3 as far, since Z is rounded
        self.digits = max(0, 2 - int(np.floor(np.log10(self.end))))
        with house():
            axes = sheet(fig)
            self.line = NumberLine(axes, LEFT, LINE, LONG, low=-self.end, high=self.end)
            self.covered = Bracket(axes, 38, above=True)
            self.scale = Bracket(axes, VALUES + 22, above=False)
            self.zero = axes.plot([], [], color=dark(ACCENT), linewidth=1.1)[0]
            self.zero_words = write(axes, 0, NOTES, color=dark(ACCENT))
            self.clipped = [write(axes, 0, 32, color=QUIET, linespacing=1.25) for _ in range(2)]
            for y, words in ((LINE, "numbers"), (CODES, "code q"), (VALUES, "value")):
                write(axes, LEFT - 18, y, words, ha="right", color=QUIET)

    def update(self, bits, symmetric, value):
        """bits 2 to 8; symmetric True or False; value: a number that the line shows."""
        check_whole(bits, "bits", 2, 8)
        if not abs(value) <= self.end:
            raise ValueError(f"value must be from {-self.end:g} to {self.end:g}, got {value!r}")
        grid = choose_qparams(*self.range, bits, symmetric=symmetric)
        codes = np.arange(grid.qmin, grid.qmax + 1)
        code = int(quantize(np.float32(value), grid))
        stands = dequantize(codes, grid)
        self._draw_grid(grid, codes, stands, code - grid.qmin)
        near = float(dequantize(np.int32(code), grid))
        outside = not stands[0] - grid.scale / 2 <= value <= stands[-1] + grid.scale / 2
        error = f"{abs(value - near):.2g}"
        self.line.snap(value, near, f"x = {number(value, self.digits)}", f"error {error}{', clipped' * outside}")
        kind = "symmetric" if symmetric else "asymmetric"
        way = "is clipped" if outside else "goes"
        low, high, near, x = (f"{v:z.{self.digits}f}" for v in (stands[0], stands[-1], near, value))
        return (
            f"{bits} bits, {kind}: {len(codes)} codes from {low} to {high}, scale {grid.scale:.3g}, zero point "
            f"{grid.zero_point}. The number {x} {way} to code {code}, which stands for {near}: error {error}."
        )

    def _draw_grid(self, grid, codes, stands, at):
        zero = int(grid.zero_point) - grid.qmin
        line = self.line
        line.tick(stands, zero)
        line.shade(stands[0], stands[-1])
        line.label(CODES, stands, [number(code) for code in codes], [at, zero])
        line.label(VALUES, stands, [number(v, self.digits) for v in stands], [at, zero])
        x = float(line.at(0))
        words = f"zero point Z = {number(codes[zero])}"
        self.zero.set_data([x, x], [VALUES + 10, NOTES - 10])
        self.zero_words.set(text=words, x=inside(x, words))
        first = len(codes) - 2 if zero < len(codes) / 2 else 0  # the step that lies away from Z
        self.scale.move(*line.at(stands[first : first + 2]), f"scale S = {float(grid.scale):.3g}")
        self.covered.move(*line.at(stands[[0, -1]]), f"range: {len(codes)} codes")
        ends = (line.ends[0], line.at(stands[0])), (line.at(stands[-1]), line.ends[1])
        for text, (a, b), code in zip(self.clipped, ends, (grid.qmin, grid.qmax), strict=True):
            text.set(text=f"clipped\nto {number(code)}" if b - a > width_of("clipped") else "", x=(a + b) / 2)
