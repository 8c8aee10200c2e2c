"""The panels of lesson 04: one weight on its way, one step size on its way, and what whole networks recover."""

from functools import partial

from edukit.panels.panel import Panel
from edukit.plots.quantization.qat import GRADIENTS, RATES, UPDATES, LatentWeightPlot, RecoveryPlot, StepSizePlot


def latent_weight() -> Panel:
    """One weight learns behind a staircase: by its true gradient, or by the straight-through one.

    >>> latent_weight().description
    'Update 0, true gradient: the weight is -1.10 and stands for -1.0; that changed 0 times.'
    """
    controls = dict(update=(0, UPDATES, 0), gradient=GRADIENTS, learning_rate=RATES)
    return Panel(
        LatentWeightPlot,
        **controls,
        play="update",
        still={"update": UPDATES, "gradient": "straight-through"},
        figsize=(7.5, 4.2),
    )


def step_size(weights) -> Panel:
    """The error of a layer's weights against the step, and the way that LSQ takes to it.

    >>> step_size([-0.4, 0.1, 0.2, 0.3]).description[:41]
    '3 bits, after 0 updates the step is 0.722'
    """
    plot = partial(StepSizePlot, weights=weights)
    return Panel(
        plot, bits=(2, 8, 3), update=(0, 40, 0), play="update", still={"bits": 8, "update": 40}, figsize=(7.5, 4.2)
    )


def recovery(results, reference) -> Panel:
    """Accuracy against bits: results {way: {bits: [% of each network]}}, reference [% of each float network].

    >>> recovery({"rounded": {2: [40.0, 60.0], 3: [80.0, 90.0]}}, [97.0, 98.0]).description
    'Digits read with 2 bits a weight: rounded 50.0% (40.0 to 60.0).'
    """
    bits = sorted(next(iter(results.values())))
    plot = partial(RecoveryPlot, results=results, reference=reference)
    return Panel(plot, bits=(bits[0], bits[-1], bits[0]), figsize=(7.5, 3.4))
