"""The panels of lesson 05: formats, codebooks, a rotation, accuracy for a budget; and a picture with few shades."""

from functools import partial

from edukit.panels.panel import Panel
from edukit.plots.drawings.quantization.bit_fields import FORMATS, BitFieldsPlot
from edukit.plots.quantization.codebook import HuffmanPlot, KMeansPlot
from edukit.plots.quantization.lowbit import BudgetPlot, FormatsPlot, PixelsPlot
from edukit.plots.quantization.rotation import RotationPlot


def pixels(image=None) -> Panel:
    """A picture with few shades, rounded or at random; without an image, a painted landscape.

    >>> pixels().description[:40]
    '4 shades, rounded: 8,250 bytes instead o'
    """
    still = {"bits": 1, "dither": True}
    return Panel(partial(PixelsPlot, image=image), bits=(1, 8, 2), dither=False, figsize=(7.5, 2.8), still=still)


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


def bit_fields() -> Panel:
    """The bits of a number in seven formats, with their meaning.

    >>> bit_fields().description[:47]
    '-1.60 in FP8 E4M3 is −1.625, stored as 10111101'
    """
    choices = list(FORMATS)
    return Panel(BitFieldsPlot, format=["FP8 E4M3", *(c for c in choices if c != "FP8 E4M3")], value=(-8.0, 8.0, -1.6))


def kmeans_steps(weights) -> Panel:
    """k-means on weights, step by step.

    >>> import numpy as np
    >>> kmeans_steps(np.random.default_rng(0).normal(size=500)).description[:19]
    'Step 0, 8 values: r'
    """
    controls = {"step": (0, 20, 0), "bits": (2, 4, 3)}
    still = {"step": 20, "bits": 3}
    return Panel(partial(KMeansPlot, weights=weights), **controls, play="step", still=still, figsize=(7.5, 4.2))


def huffman_lengths(parts) -> Panel:
    """How often symbols come, and how long their Huffman codes are: parts {name: symbols}.

    >>> huffman_lengths({"codes": [0, 0, 1, 2], "gaps": [1, 1, 1, 3]}).description[:17]
    'codes: 4 symbols,'
    """
    return Panel(partial(HuffmanPlot, parts=parts), part=list(parts), figsize=(7.5, 3.8))


def rotation(inputs) -> Panel:
    """What a rotation does to the inputs of a layer (tokens, channels) of which one channel is large.

    >>> import numpy as np
    >>> rotation(np.random.default_rng(0).normal(size=(4, 64))).description[:29]
    'INT4, a scale for 64, one cha'
    """
    plot = partial(RotationPlot, inputs=inputs)
    choices = [f"INT4, a scale for {inputs.shape[1]}", "MXFP4, for 32", "NVFP4, for 16"]
    return Panel(plot, times=(1, 100, 1), format=choices, still={"times": 30}, figsize=(7.5, 3.2))
