"""The panel of the tour."""

from functools import partial

from edukit.panels.panel import Panel
from edukit.plots.tour import ForgettingPlot


def forgetting(landscape, trained, split) -> Panel:
    """A network that shrinks until it forgets: arguments as in `ForgettingPlot`, all computed before it opens.

    >>> import numpy as np
    >>> from edukit.data import digits
    >>> from edukit.plots.tour import Choice
    >>> split, filters = digits(size=32).validation, np.ones((16, 1, 7, 7))
    >>> landscape = {(100, 0, bits): Choice(filters, split.y, 1000.0 * bits) for bits in (2, 3)}
    >>> forgetting(landscape, Choice(filters, split.y, 32000.0), split).description[:69]
    '3 bits, 0 % zeros, 100 % of the channels: the weights take 3.0 kB ins'
    """
    channels, zeros, bits = (sorted(set(values)) for values in zip(*landscape, strict=True))
    plot = partial(ForgettingPlot, landscape=landscape, trained=trained, split=split)
    controls = {"bits": (bits[0], bits[-1]), "channels_percent": channels[::-1], "zeros_percent": zeros}
    return Panel(plot, figsize=(8.2, 3.2), still={"bits": bits[:2][-1]}, **controls)
