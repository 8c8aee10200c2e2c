"""The panel on equalization, of lesson 03b."""

from functools import partial

from edukit.panels.panel import Panel
from edukit.plots.quantization.equalize import EqualizePlot


def equalization(first, second) -> Panel:
    """The ranges and errors of the channels between two layers: as trained at 0 %, equal at 100 %.

    first, second   (channels, …): weights that make each channel and weights that read it, as of `pair_weights`

    >>> equalization([[4.0, -8.0], [0.5, 0.25]], [[2.0], [2.0]]).description[:78]
    '0 % equalized, 8 bits: the largest channel range is 16.0 times the smallest in'
    """
    plot = partial(EqualizePlot, first=first, second=second)
    still = {"strength_percent": 100}
    return Panel(plot, strength_percent=(0, 100, 0), bits=(2, 8, 8), still=still, figsize=(7.5, 4.6))
