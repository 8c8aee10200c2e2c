"""One look for every picture: quiet axes, labels on the data, colours that colour-blind readers can tell apart.

Colours have roles: KEPT and CUT, FLOAT and QUANTIZED (before and after), LIMIT (a bound, or the reader's choice).

Source    Okabe & Ito 2008, https://jfly.uni-koeln.de/color/
"""

from contextlib import contextmanager
from threading import RLock

import matplotlib
from matplotlib.colors import to_hex, to_rgb

INK, MUTED, FAINT = "#222222", "#767b84", "#e6e8eb"
BLUE, ORANGE, GREEN, RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
KEPT, CUT, FLOAT, QUANTIZED, LIMIT = BLUE, ORANGE, MUTED, BLUE, RED  # fixed, so that a reader learns them once
GUESS = "your guess"
DRAWING = RLock()  # JupyterLab runs what a control starts in a thread of its own, while cells run: one draws at a time

RC = {
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.titlelocation": "left",
    "axes.titlesize": 11,
    "axes.titley": 1.0,  # a fixed place: looking for one costs a tenth of the time of drawing
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": FAINT,
    "grid.linewidth": 0.8,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "font.family": "DejaVu Sans",  # ships with matplotlib: the same picture on every machine
    "font.size": 10,
    "lines.linewidth": 2,
    "figure.dpi": 100,
}


@contextmanager
def house():
    """Draw in the house style without changing the reader's own settings.

    >>> before = matplotlib.rcParams["lines.linewidth"]
    >>> with house():
    ...     matplotlib.rcParams["lines.linewidth"]
    2.0
    >>> matplotlib.rcParams["lines.linewidth"] == before
    True
    """
    with DRAWING, matplotlib.rc_context(RC):  # the settings are those of the whole process
        yield


def dark(color: str) -> str:
    """The same hue, dark enough for text on white (a contrast above 4.5 for every colour here).

    >>> dark(ORANGE)
    '#966700'
    """
    return to_hex([0.65 * part for part in to_rgb(color)])


def guess_line(axes, value: float, *, level: bool = False) -> None:
    """A dotted line with its name, for the `mark(guess)` of a plot; the line of an earlier guess goes.

    level   whether the value is one of the vertical axis; axes that end before the value grow

    >>> from matplotlib.figure import Figure
    >>> axes = Figure().subplots()
    >>> guess_line(axes, 0.5)
    >>> guess_line(axes, 3)
    >>> [line.get_xdata()[0] for line in axes.lines], [float(end) for end in axes.get_xlim()]
    ([3], [0.0, 3.0])
    """
    for artist in [artist for artist in axes.get_children() if artist.get_gid() == GUESS]:
        artist.remove()
    look = {"color": dark(LIMIT), "va": "bottom", "gid": GUESS}
    low, high = axes.get_ylim() if level else axes.get_xlim()
    if level:
        axes.set_ylim(min(low, value), max(high, value))
        axes.axhline(value, color=LIMIT, linestyle=":", gid=GUESS)
        axes.text(0.01, value, GUESS, transform=axes.get_yaxis_transform(), ha="left", **look)
    else:
        axes.set_xlim(min(low, value), max(high, value))
        axes.axvline(value, color=LIMIT, linestyle=":", gid=GUESS)
        side = "right" if value > (low + high) / 2 else "left"
        axes.text(value, 0.03, f" {GUESS} ", transform=axes.get_xaxis_transform(), ha=side, **look)
