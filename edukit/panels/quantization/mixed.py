"""More panels of lesson 03b: the error of each layer, the bits it gets, and what a diagnosis measured."""

from functools import partial

from edukit.panels.panel import Panel
from edukit.plots.quantization.mixed import BudgetPlot, DiagnosisPlot, LayerErrorsPlot


def layer_errors(errors) -> Panel:
    """The errors of each layer's output, while the bits of the weights change; errors {bits: {layer: LayerError}}.

    >>> from edukit.quantization.debug.sensitivity import LayerError
    >>> errors = {b: {"conv": LayerError(0.1 / b, 0.01, 0.12 / b, 0.2 / b)} for b in (2, 3)}
    >>> layer_errors(errors).description[:83]
    '2 bits: most of the error comes from the weights. Alone, conv suffers most, 12.2 dB'
    """
    layers = len(next(iter(errors.values())))
    bits = sorted(errors)
    plot = partial(LayerErrorsPlot, errors=errors)
    return Panel(plot, bits=(bits[0], bits[-1], bits[0]), figsize=(7.5, 1.3 + 0.22 * layers))


def bits_by_layer(costs, shapes, measured=None, ylabel: str = "accuracy, %") -> Panel:
    """The bits of each layer under a budget, and what they cost beside the same bits everywhere.

    costs     {layer: {bits: cost}} for two to eight bits · shapes  {layer: shape of its weight}
    measured  {"mixed": {mean bits: value}, "same everywhere": {bits: value}}, drawn below the prediction

    >>> costs = {"large": {2: 1.0, 3: 0.3, 4: 0.1}, "small": {2: 9.0, 3: 2.0, 4: 0.5}}
    >>> panel = bits_by_layer(costs, {"large": (8, 100), "small": (8, 10)})
    >>> panel.description[:73]
    'At 0.4 kB, the size of 3.0 bits everywhere, small gets 4 bits and large 2'
    """
    bits = [b for b in sorted(next(iter(costs.values()))) if b <= 8]
    plot = partial(BudgetPlot, costs=costs, shapes=shapes, measured=measured, ylabel=ylabel)
    figsize = 8.5, max(3.4, 1.4 + 0.22 * len(shapes))
    return Panel(plot, mean_bits=(float(bits[0]), float(bits[-1]), min(3.0, bits[-1])), figsize=figsize)


def diagnosis(found, ylabel: str = "accuracy") -> Panel:
    """What `diagnose` measured of each variant, and of each layer alone back in float.

    >>> from edukit.quantization import Diagnosis
    >>> scores = {"float": 0.95, "quantized": 0.5, "weights only": 0.94, "gptq": 0.9}
    >>> diagnosis(Diagnosis(scores=scores, restored={"conv": 0.6})).description
    'Float 0.950, quantized 0.500; of the variants, weights only comes closest to float with 0.940.'
    """
    variants = len(found.closeness) - 2 if found.closeness else len(found.scores) - 3
    rows = max(variants, len(found.restored))
    plot = partial(DiagnosisPlot, diagnosis=found, ylabel=ylabel)
    show = ["variants", "layers restored"] if found.restored else ["variants"]
    return Panel(plot, show=show, figsize=(7.5, 1.2 + 0.26 * rows))
