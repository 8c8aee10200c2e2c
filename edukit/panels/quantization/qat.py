"""The panels of lesson 04: one weight and one step size on their ways, batch norm, and what whole networks recover."""

from functools import partial

from edukit.panels.panel import Panel
from edukit.plots.drawings.quantization.folded_norm import MODES, FoldedNormPlot
from edukit.plots.drawings.quantization.latent_weights import LatentWeightsPlot
from edukit.plots.quantization.learned_ranges import LearnedRangesPlot
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


def latent_weights() -> Panel:
    """One update of four weights: forward through the rounding, backward past it, and what becomes of the codes.

    >>> latent_weights().description
    'Step 0 of 5: four latent weights, 0.3, 0.8, −9.0, 9.0.'
    """
    return Panel(LatentWeightsPlot, step=(0, 5, 0), play="step", still={"step": 5}, figsize=(7.5, 3.0))


def folded_norm() -> Panel:
    """Where batch norm goes when the weight before it is rounded, in training and in evaluation.

    >>> folded_norm().description[:36]
    'Training: the weight is scaled as fo'
    """
    return Panel(FoldedNormPlot, mode=MODES, figsize=(7.5, 3.0))


def learned_ranges(table, reference) -> Panel:
    """Accuracy against passes, for each way to set the steps: the table of the experiment, and % of each float network.

    >>> table = {"rounded": {(2, 2): {0: [30.0]}}, "learned steps": {(2, 2): {5: [50.0], 15: [70.0]}}}
    >>> learned_ranges(table, [97.0]).description
    '2 bits for weights and 2 for activations: rounded 30; learned steps 50 after 5 passes, 70 after 15.'
    """
    bits = sorted({activations for found in table.values() for weights, activations in found if weights == 2})
    plot = partial(LearnedRangesPlot, table=table, reference=reference)
    return Panel(plot, activation_bits=bits, figsize=(7.5, 4.0))
