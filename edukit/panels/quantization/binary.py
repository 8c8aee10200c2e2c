"""The panels on binary weights: two or three values, a step that can be trained, and a product by counting."""

from functools import partial

from edukit.panels.panel import Panel
from edukit.plots.drawings.quantization.sign_product import SignProductPlot
from edukit.plots.quantization.binary import BinaryLevelsPlot, SignGradientPlot


def binary_levels(weights) -> Panel:
    """What two or three values make of weights, and the error against the threshold between them.

    >>> binary_levels([-0.5, 0.1, 0.6, -0.4]).description[:32]
    'Threshold 0.70 mean |w|: α is 0.'
    """
    return Panel(partial(BinaryLevelsPlot, weights=weights), threshold=(0.0, 2.5, 0.7), figsize=(7.5, 4.6))


def sign_gradient() -> Panel:
    """A latent weight that should become negative, moved by the true gradient of its sign and by the surrogate.

    >>> sign_gradient().description[:25]
    'After 0 steps from 0.80: '
    """
    return Panel(
        SignGradientPlot,
        steps=(0, 15, 0),
        start=(-2.0, 2.0, 0.8),
        play="steps",
        still={"steps": 15},
        figsize=(7.5, 4.2),
    )


def sign_product() -> Panel:
    """A product of two rows of signs, by multiplying and by counting bits, in four steps.

    >>> sign_product().description
    'Step 0 of 4: two rows of 12 signs.'
    """
    return Panel(SignProductPlot, step=(0, 4, 0), play="step", still={"step": 4})
