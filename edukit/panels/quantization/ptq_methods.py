"""The panels of lesson 03b on rounding: two weights, one layer, and all methods of post-training quantization."""

from functools import partial

from edukit.panels.panel import Panel
from edukit.plots.drawings.quantization.rounding_plane import METHODS, STEPS, RoundingPlanePlot
from edukit.plots.quantization.ptq_methods import MethodsPlot, RoundingPlot


def ptq_methods(table, before, chance: float = 0.1) -> Panel:
    """What each method reaches: table {method: {bits: [accuracy of each network]}}, before: the accuracies in float.

    >>> ptq_methods({"nearest": {2: [0.4, 0.5], 3: [0.9, 0.94]}}, [0.95, 0.97]).description
    '2 bits a weight, correct answers in %, mean (worst to best): nearest 45.0 (40.0 to 50.0); float 96.0.'
    """
    bits = sorted(next(iter(table.values())))
    plot = partial(MethodsPlot, table=table, before=before, chance=chance)
    return Panel(plot, bits=(bits[0], bits[-1], bits[0]), figsize=(7.5, 0.36 * len(table) + 1.2))


def rounding_plane() -> Panel:
    """Two weights on their way to two codes: to the nearest, by GPTQ, by AdaRound.

    >>> rounding_plane().description[:17]
    'GPTQ, step 0: Lar'
    """
    start = {"rounding": [METHODS[1], METHODS[2], METHODS[0]], "step": (0, STEPS - 1, 0), "first_weight": [0.3, 0.4]}
    return Panel(RoundingPlanePlot, play="step", still={"step": 2}, figsize=(7.5, 3.0), **start)


def rounding(seen) -> Panel:
    """Where each weight of a layer went, and both errors: seen {bits: {method: Rounding}}, as from `compare_rounding`.

    >>> import torch
    >>> from edukit.quantization.debug.layer_rounding import compare_rounding
    >>> w, x = torch.tensor([[[1.0, 0.4, 0.3]]]), torch.ones(1, 9, 3)
    >>> rounding({bits: compare_rounding(w, x, bits) for bits in (2, 3)}).description[:31]
    '2 bits, GPTQ: 33 % of the weigh'
    """
    methods = list(next(iter(seen.values())))
    plot = partial(RoundingPlot, seen=seen)
    bits = (min(seen), max(seen), min(seen))
    return Panel(plot, bits=bits, rounding=methods[::-1], figsize=(7.5, 3.2))
