"""The panels of lesson 01: the grid, real weights, channels, and a measure against the bits."""

from functools import partial

from edukit.panels.panel import Panel
from edukit.plots.drawings.quantization.integer_layer import IntegerLayerPlot
from edukit.plots.drawings.quantization.number_grid import NumberGridPlot
from edukit.plots.quantization.affine import AgainstBitsPlot, ChannelsPlot, StaircasePlot, WeightHistogramPlot
from edukit.plots.quantization.conventions import ConventionsPlot


def number_grid() -> Panel:
    """A number on its way to the nearest code of a grid for values from -1 to 2.

    >>> number_grid().description[:47]
    '3 bits, asymmetric: 8 codes from -0.86 to 2.14,'
    """
    start = {"bits": (2, 4, 3), "symmetric": False, "value": (-2.0, 2.8, 1.2, 0.2)}
    return Panel(NumberGridPlot, figsize=(7.5, 3.0), **start)


def integer_layer() -> Panel:
    """Two inputs on their way through an integer layer, step by step.

    >>> integer_layer().description[:7]
    'Step 0:'
    """
    return Panel(IntegerLayerPlot, step=(0, 6, 0), play="step", still={"step": 2}, figsize=(7.5, 3.2))


def staircase() -> Panel:
    """What a real number becomes on an integer grid, and its error.

    >>> staircase().description
    '3 bits: 8 codes from -1.14 to 2.86, step 0.571. The error stays within 0.286 there and grows outside.'
    """
    return Panel(StaircasePlot, bits=(2, 8, 3), symmetric=False, high=(0.5, 3.5, 3.0), figsize=(7.5, 4.2))


def conventions() -> Panel:
    """What "so many bits" means: the symmetric grid without its lowest code, with all codes, and the asymmetric one.

    >>> conventions().description[:54]
    '2 bits for weights from -0.8 to 1, three grids: symmet'
    """
    return Panel(ConventionsPlot, bits=(2, 4, 2), figsize=(7.5, 3.6))


def weight_histogram(weights) -> Panel:
    """The weights of a layer before and after, while its largest weight is stretched.

    >>> weight_histogram([-0.4, 0.1, 0.2]).description[:23]
    '4 bits, largest weight '
    """
    plot = partial(WeightHistogramPlot, weights=weights)
    return Panel(plot, bits=(2, 8, 4), outlier_times=(1, 20, 1), still={"outlier_times": 20}, figsize=(7.5, 4.0))


def channels(weights) -> Panel:
    """The range and the error of each channel, with one scale for all or one for each; weights (channels, …).

    >>> channels([[-0.9, 0.8], [0.02, -0.01]]).description[:63]
    '2 bits, one scale per tensor: 1 of 2 channels become 0, the rel'
    """
    plot = partial(ChannelsPlot, weights=weights)
    return Panel(plot, bits=(2, 8, 2), scales=["per tensor", "per channel"], figsize=(7.5, 4.2))


def against_bits(curves, ylabel: str, reference=None, start: int | None = None) -> Panel:
    """A measure against the number of bits: curves {name: {bits: value, or several}}, reference (name, {bits: value}).

    start   the number of bits at which the control starts; None: the largest

    >>> against_bits({"per tensor": {2: 5.1, 3: 11.2}, "per channel": {2: 9.0, 3: 15.1}}, "SQNR, dB").description
    'SQNR, dB, at 3 bits: per tensor 11.2, per channel 15.1.'
    """
    bits = sorted(next(iter(curves.values())))
    plot = partial(AgainstBitsPlot, curves=curves, ylabel=ylabel, reference=reference)
    return Panel(plot, bits=(bits[0], bits[-1], start or bits[-1]), figsize=(7.5, 3.4))
