"""The panels of lesson 05: a picture with few shades, formats beside weights, and accuracy for a budget of bits."""

from functools import partial

from edukit.panels.panel import Panel
from edukit.plots.quantization.lowbit import BudgetPlot, FormatsPlot, PixelsPlot


def pixels(image=None) -> Panel:
    """A picture with few shades, rounded or by lot; without an image, a painted landscape.

    >>> pixels().description[:40]
    '4 shades, rounded: 8,250 bytes instead o'
    """
    still = {"bits": 1, "dither": True}
    return Panel(partial(PixelsPlot, image=image), bits=(1, 8, 2), dither=False, figsize=(7.5, 3.0), still=still)


def formats(weights) -> Panel:
    """The levels of an integer, a float, a normal float and a k-means codebook beside weights of a layer.

    >>> import numpy as np
    >>> formats(np.random.default_rng(0).normal(size=640)).description[:28]
    '4 bits, relative error: INT4'
    """
    return Panel(partial(FormatsPlot, weights=weights), bits=(2, 8, 4), exponent_bits=(1, 5, 2), figsize=(7.5, 4.2))


def budget(curves, reference: float) -> Panel:
    """What a budget of bits a weight buys: curves {name: {bits: [accuracy of each network, %]}}.

    >>> budget({"INT": {2.25: [50, 60], 4.25: [94, 96]}}, 96.0).description[:55]
    'With 4.50 bits a weight the best is INT at 4.25: 95.0% '
    """
    return Panel(
        partial(BudgetPlot, curves=curves, reference=reference),
        budget=(1.0, 8.5, 4.5),
        figsize=(7.5, 3.6),
        still={"budget": 3.0},
    )
