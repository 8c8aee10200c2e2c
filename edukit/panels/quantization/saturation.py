"""The panel of overflow: a real layer on a processor that adds two products in 16 bits."""

from functools import partial

from edukit.panels.panel import Panel
from edukit.plots.quantization.saturation import SaturationPlot


def saturation(x, weights) -> Panel:
    """Outputs of a layer when pairs of products are cut off at 16 bits; x (rows, in) none negative, weights (out, in).

    >>> saturation([[1.0, 1.0]], [[0.5, 0.5]]).description
    'Weights of 8 bits, per tensor: 100.0% of the outputs cut, error 49.4% (0.0% in 32 bits).'
    """
    plot = partial(SaturationPlot, x=x, weights=weights)
    return Panel(
        plot,
        weight_bits=(4, 8),
        scales=["per tensor", "per channel"],
        still={"scales": "per channel"},
        figsize=(7.5, 4.2),
    )
