"""The panels of the tour."""

from functools import partial

from edukit.panels.panel import Panel
from edukit.plots.drawings.deployment.four_ways import NOTES, FourWaysPlot
from edukit.plots.tour import FewerBitsPlot, ForgettingPlot


def fewer_bits(stored, split) -> Panel:
    """A network whose weights take fewer and fewer bits: arguments as in `FewerBitsPlot`; it can be played.

    >>> import numpy as np
    >>> from edukit.data import digits
    >>> from edukit.plots.tour import Choice
    >>> split, filters = digits(size=32).validation, np.ones((16, 1, 7, 7))
    >>> stored = {bits: Choice(filters, split.y, 1000.0 * bits) for bits in (32, 3, 2)}
    >>> fewer_bits(stored, split).description[:51]
    '32 bits: the weights take 32.0 kB instead of 32.0, '
    """
    bits = sorted(stored, reverse=True)
    plot = partial(FewerBitsPlot, stored=stored, split=split)
    return Panel(plot, figsize=(8.6, 3.2), bits=bits, play="bits", still={"bits": bits[-1]})


def four_ways() -> Panel:
    """One layer, made smaller in five ways, and its bytes.

    >>> four_ways().description
    'As trained: 36 weights of 32 bits take 144 of 144 bytes.'
    """
    return Panel(FourWaysPlot, way=list(NOTES), still={"way": "channels and bits"})


def forgetting(landscape, trained, split) -> Panel:
    """A network that shrinks until it forgets: arguments as in `ForgettingPlot`, all computed before it opens.

    The still shows the smallest network that reads 95 of 100 digits, or where there is none the most accurate.

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
    best = min(landscape, key=lambda key: _rank(landscape[key], split))
    still = {"channels_percent": best[0], "zeros_percent": best[1], "bits": best[2]}
    return Panel(plot, figsize=(8.6, 3.2), still=still, **controls)


def _rank(choice, split):
    """Sorts what reads 95 of 100 before all others, and the smallest of it first."""
    known = float((choice.answers == split.y).mean())
    return (False, choice.size_bytes) if known >= 0.95 else (True, -known)
