"""The sheet that every drawing lies on: 700 by 280 pixels of the page, and words whose width is known.

    (0, 0) is the top left, x goes to the right and y goes down, one unit is one pixel of a page 700 pixels wide

On a figure of another size the whole sheet grows or shrinks, words included. The sheet is light in a dark theme as
well: its ground is a shade of its own, on which white boxes lie.

Symbols   sizes of words in points at 700 pixels: SMALL is the smallest that is easy to read
In production  draw.io, TikZ, Mermaid: their numbers are typed, those on a sheet are computed
"""

from functools import lru_cache

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from edukit.plots.style import BLUE, INK, MUTED, RC, dark

WIDTH = 700
HEIGHT = 280
GROUND = "#f5f7f9"
ACCENT = BLUE
QUIET = dark(MUTED)  # words of second rank
SMALL = 9
NORMAL = 10
PIXELS_PER_POINT = 100 / 72
DEEPEST = 0.7  # share of a colour in the deepest tint: dark words can still be read on it


def sheet(fig):
    """The axes of a drawing, as large as the figure allows.

    >>> from matplotlib.figure import Figure
    >>> axes = sheet(Figure(figsize=(7, 2.8)))
    >>> float(axes.get_xlim()[1]), float(axes.get_ylim()[0])
    (700.0, 280.0)
    """
    fig.set_layout_engine("none")  # every place is given
    fig.patch.set_facecolor(GROUND)
    axes = fig.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, WIDTH), ylim=(HEIGHT, 0), aspect="equal")
    axes.axis("off")
    return axes


def write(axes, x, y, words="", *, size=SMALL, **style):
    """Words at a place of the sheet, centred on it unless the style says otherwise; returns matplotlib's Text."""
    width, height = axes.figure.get_size_inches()
    zoom = min(100 * width / WIDTH, 100 * height / HEIGHT)
    return axes.text(x, y, words, **{"size": size * zoom, "ha": "center", "va": "center", "color": INK, **style})


@lru_cache(4096)
def width_of(words: str, size: float = SMALL, weight: str = "normal") -> float:
    """Pixels of the page that the longest line takes.

    >>> width_of("a code") < width_of("a longer code") == width_of("a longer code" + chr(10) + "2")
    True
    """
    font = FontProperties(family=RC["font.family"], size=size, weight=weight)
    lines = [text_to_path.get_text_width_height_descent(line, font, "$" in line)[0] for line in words.split("\n")]
    return max(lines) * PIXELS_PER_POINT


def height_of(words: str, size: float = SMALL) -> float:
    """Pixels of the page that the lines take, one below the other.

    >>> height_of("") < height_of("one") < height_of("two" + chr(10) + "lines")
    True
    """
    return 1.25 * size * PIXELS_PER_POINT * len(words.split("\n")) if words else 0.0


def inside(x: float, words: str, size: float = SMALL) -> float:
    """The place nearest to x at which centred words do not leave the sheet.

    >>> inside(350, "middle"), inside(-5, "left") > 0
    (350, True)
    """
    half = width_of(words, size) / 2 + 4
    return min(max(x, half), WIDTH - half)


def number(value: float, digits: int = 0) -> str:
    """A number as it is printed in books: a real minus sign, commas between thousands, no minus at zero.

    >>> number(-1234.5, 1), number(-0.001, 2)
    ('−1,234.5', '0.00')
    """
    return f"{value:z,.{digits}f}".replace("-", "−")


def tints(shares, color=ACCENT) -> np.ndarray:
    """White at 0 to a deep tint at 1, on which dark words can be read: shares (…) -> red, green, blue (…, 3).

    >>> tints([0.0, 1.0], "black").round(2).tolist()
    [[1.0, 1.0, 1.0], [0.3, 0.3, 0.3]]
    """
    return 1 - DEEPEST * np.asarray(shares, float)[..., None] * (1 - np.array(to_rgb(color)))
