"""The bits of one number in a format, drawn: sign, exponent and fraction, and what each of them says.

    integer   a number in two's complement                float   sign · 2^(E - bias) · (1 + fraction / 2^m)

The class draws once in `__init__(fig)`; `update(**values)` moves what changes and returns one sentence.
"""

import numpy as np

from edukit.plots.drawings.cells import Cells, level_rows
from edukit.plots.drawings.shapes import Bracket
from edukit.plots.drawings.sheet import NORMAL, QUIET, number, sheet, tints, write
from edukit.plots.style import BLUE, GREEN, MUTED, ORANGE, house
from edukit.quantization.lowbit.formats import BF16, FP4_E2M1, FP8_E4M3, FP8_E5M2, FP16, INT4, INT8, IntFormat

FORMATS = {
    "INT8": INT8,
    "INT4": INT4,
    "FP16": FP16,
    "BF16": BF16,
    "FP8 E4M3": FP8_E4M3,
    "FP8 E5M2": FP8_E5M2,
    "FP4 E2M1": FP4_E2M1,
}
LEFT = 30
SIZE = 40  # pixels of a bit
TOP = 84
HUES = {"sign": ORANGE, "exponent": BLUE, "fraction": GREEN, "two's complement": MUTED}


class BitFieldsPlot:
    """A number's nearest neighbour in a format, bit by bit."""

    def __init__(self, fig):
        with house():
            axes = sheet(fig)
            self.title = write(axes, LEFT, 28, ha="left", size=NORMAL, weight="bold")
            self.cells = {bits: Cells(axes, level_rows(LEFT, TOP, 1, bits, SIZE), SIZE) for bits in (4, 8, 16)}
            self.brackets = {name: Bracket(axes, TOP - 8, above=True) for name in HUES}
            self.lines = [write(axes, LEFT, y, ha="left", size=NORMAL) for y in (152, 178, 204)]
            self.limits = write(axes, LEFT, 248, ha="left", color=QUIET)

    def update(self, format, value):
        """format: one of FORMATS; value: the number to store, of at most 65,504 in size."""
        if format not in FORMATS:
            raise ValueError(f"format must be one of {', '.join(FORMATS)}, got {format!r}")
        kind = FORMATS[format]
        pattern = int(kind.encode(np.float32([value]))[0])
        stored = float(kind.decode(np.array([pattern]))[0])
        fields = _fields(kind)
        self._paint(kind.bits, pattern, fields)
        for line, words in zip(self.lines, _meaning(kind, pattern), strict=True):
            line.set_text(words)
        self.title.set_text(f"{number(value, 2)} in {format} is {_short(stored)}")
        largest = float(kind.levels[-1])
        step = 1.0 if isinstance(kind, IntFormat) else float(kind.step_at(stored))
        self.limits.set_text(f"largest {_short(largest)} · step here {_short(step)} · {kind.bits} bits")
        return (
            f"{value:.2f} in {format} is {_short(stored)}, stored as {pattern:0{kind.bits}b}: off by "
            f"{_short(abs(stored - value))}, where the step is {_short(step)}; the largest number is {_short(largest)}."
        )

    def _paint(self, bits, pattern, fields):
        for size, cells in self.cells.items():
            shown = size == bits
            cells.squares.set_visible(shown)
            for text in cells.numbers:
                text.set_visible(shown)
        hues = np.concatenate([[tints(0.5, HUES[name])] * width for name, width in fields])
        self.cells[bits].paint(hues, words=list(f"{pattern:0{bits}b}"))
        for text in self.cells[bits].numbers:
            text.set_visible(True)
        start = 0
        for bracket in self.brackets.values():
            for artist in bracket.artists:
                artist.set_visible(False)
        for name, width in fields:
            for artist in self.brackets[name].artists:
                artist.set_visible(True)
            self.brackets[name].move(LEFT + SIZE * start + 2, LEFT + SIZE * (start + width) - 2, name)
            start += width


def _fields(kind) -> list[tuple[str, int]]:
    """Names and widths, from the highest bit to the lowest."""
    if isinstance(kind, IntFormat):
        return [("two's complement", kind.bits)]
    return [("sign", 1), ("exponent", kind.exponent_bits), ("fraction", kind.mantissa_bits)]


def _meaning(kind, pattern) -> tuple[str, str, str]:
    """What the fields say, in three lines."""
    half = 2 ** (kind.bits - 1)
    if isinstance(kind, IntFormat):
        return f"the bits count {pattern}", f"{half} and more stand for less by {2 * half}", "the step is 1 everywhere"
    sign = "−" if pattern >= half else "+"
    exponent, fraction = divmod(pattern % half, 2**kind.mantissa_bits)
    power = max(exponent, 1) - kind.bias
    hidden = "1 + " if exponent else ""
    zero = "" if exponent else ", the lowest row: no hidden 1"
    return (
        f"sign {pattern // half}: {sign}",
        f"exponent {exponent}: times 2 to the power of {number(power)}{zero}",
        f"fraction {fraction}: {hidden}{fraction} / {2**kind.mantissa_bits}",
    )


def _short(value: float) -> str:
    """A few digits, with a real minus sign.

    >>> _short(-1.625), _short(0.001953125), _short(65504.0), _short(3.39e38)
    ('−1.625', '0.00195', '65,504', '3.39e+38')
    """
    text = f"{value:,.0f}" if value == int(value) and abs(value) < 1e6 else f"{value:.{3 if abs(value) < 1 else 4}g}"
    return text.replace("-", "−") if "e" not in text else text
