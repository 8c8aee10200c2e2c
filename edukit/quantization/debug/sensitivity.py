"""Sensitivity: the error of each layer, and what each layer alone costs the network.

    local error        E = Σ (y - ŷ)² / Σ y²      y = layer(x, w);  ŷ = layer(x, ŵ), layer(x̂, w) or layer(x̂, ŵ)
    accumulated error  the same, with ŷ of the quantized network, whose input has suffered in all layers before
    sensitivity        a measure of the whole network while only this one layer is quantized

A common mistake is an error "per layer" that compares the network's last outputs: a layer then answers for all the
others.

Symbols   x, w the float network's inputs and weights · x̂ x on its grid · ŵ w as its codes mean it
Shapes    y as the layer makes it, before its activation; sums run over all of it, and over all calibration data
Bound     √E of both <= √E of the activations + the same of the weights, for inputs x̂ (triangle inequality)
Source    Wu et al. 2020, https://arxiv.org/abs/2004.09602, section 5.3 (one layer at a time)
In production  AIMET's QuantAnalyzer; nncf's accuracy control; Polygraphy
"""

import contextlib
import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import torch
from torch import nn
from torch.utils._pytree import tree_leaves

from edukit.checked import checked
from edukit.copies import copied
from edukit.graph import parameter
from edukit.quantization.debug.partial import FLOAT, Parts, compute
from edukit.quantization.grid.affine import check_bits, fake_quantize
from edukit.quantization.grid.error import normalized_mse
from edukit.quantization.grid.observer import as_batches
from edukit.quantization.ptq.fold import float_network
from edukit.quantization.ptq.rewrite import layer_bias
from edukit.quantization.ptq.static import quantize_model
from edukit.signatures import passes_on
from edukit.training.evaluate import evaluating
from edukit.turns import Bar, in_turn, usual_settings


@dataclass(frozen=True)
class LayerError:
    """Normalised squared errors of one layer's output: 0 exact, 1 as bad as an output of zeros.

    weights, activations, both   local: from the float network's input, with one or both rounded
    accumulated                  in the quantized network, against the float network
    """

    weights: float
    activations: float
    both: float
    accumulated: float


@checked
@passes_on(quantize_model, rounding="nearest")
@in_turn
def layer_errors(
    model: nn.Module, calibration, weight_bits=8, activation_bits: int | None = 8, **how
) -> dict[str, LayerError]:
    """{layer: LayerError}, in the order in which they are computed; a module called twice has one row for both calls.

    calibration, weight_bits, activation_bits, how   as `quantize_model` takes them; rounding="nearest" unless named

    >>> net, x = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2)), torch.rand(20, 4)
    >>> errors = layer_errors(net, x, weight_bits={"0": 2})
    >>> bool(errors["0"].weights > 10 * errors["2"].weights), bool(errors["2"].accumulated > errors["2"].both)
    (True, True)
    """
    batches = as_batches(calibration, model)
    network = float_network(model, batches[0])
    how = {"rounding": "nearest"} | how  # careful codes make good for the layers before, and here these are exact
    parts = Parts(network, quantize_model(network, batches, weight_bits, activation_bits, **how))
    sums = {name: torch.zeros(5, dtype=torch.double) for name in parts.layers}
    with torch.no_grad():
        for batch in batches:
            exact = _values(parts, [], batch)
            accumulated = _values(parts, None, batch)
            for name, nodes in parts.layers.items():
                for node in nodes:
                    sums[name] += _energies(parts, node, exact[node.args[0]], exact[node], accumulated[node])
    return {name: LayerError(*_shares(*energies.tolist())) for name, energies in sums.items()}


def _values(parts, layers, batch):
    """{operation: value} of the layers and of their inputs, with these layers switched on."""
    wanted = {*parts.stored, *(node.args[0] for node in parts.stored)}
    values = {}

    def keep(node, value):
        if node in wanted:
            values[node] = value

    parts.switched_on(layers).run(batch, keep)
    return values


def _energies(parts, node, x, y, accumulated):
    """Σ y², and Σ (y - ŷ)² for the four kinds of ŷ."""
    grid = parts.grids.get(node.args[0])
    x_hat = x if grid is None else fake_quantize(x, grid)
    w = parameter(parts.network, node.args[1]), layer_bias(parts.network, node)
    w_hat = parts.stored[node]
    outputs = compute(node, x, *w_hat), compute(node, x_hat, *w), compute(node, x_hat, *w_hat), accumulated
    return torch.stack([y.double().square().sum(), *((y - hat).double().square().sum() for hat in outputs)])


def _shares(energy, *errors):
    return [error / energy if energy else float("inf") if error else 0.0 for error in errors]


@checked
@passes_on(quantize_model, without=("weight_bits",), rounding="nearest")
@usual_settings()
def sensitivity(
    model: nn.Module, calibration, evaluate: Callable, bits: Iterable[int] = (2, 4, 8), **how
) -> dict[str, dict[int, float]]:
    """{layer: {bits: measure}}: what evaluate says of the network in which only this layer is quantized.

    evaluate  evaluate(model) -> float, on validation data: an accuracy, or an error such as `output_error`
    bits      of the layer's weights, 2 to 8; 16 is the float network itself
    how       further arguments of `quantize_model`, with rounding="nearest" unless named; with activation_bits=None the
              layer's input stays float
    Cost      one quantization for each number of bits, one evaluation for each layer and number of bits

    >>> net, x = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2)), torch.rand(20, 4)
    >>> table = sensitivity(net, x, output_error(net, x), bits=(2, 8))
    >>> list(table), bool(table["0"][2] > table["0"][8])
    (['0', '2'], True)
    """
    bits = _checked(evaluate, bits)
    batches = as_batches(calibration, model)
    network = float_network(model, batches[0])
    exact = float(evaluate(copied(model))) if FLOAT in bits else None
    how = {"rounding": "nearest"} | how  # careful codes make good for the layers before, and here these are exact
    parts = {b: Parts(network, quantize_model(network, batches, b, **how)) for b in bits if b != FLOAT}
    names = parts[min(bits)].layers
    table = {name: dict.fromkeys(bits, exact) for name in names}
    for name, b in Bar(list(itertools.product(names, parts)), desc="sensitivity", delay=2):
        table[name][b] = float(evaluate(parts[b].switched_on([name])))
    return table


def _checked(evaluate, bits) -> list[int]:
    if not callable(evaluate):
        raise TypeError(f"evaluate must be a function of a model, got {type(evaluate).__name__}")
    bits = list(bits)
    bits = [FLOAT if b == FLOAT else check_bits(b, "bits", most=8) for b in bits]
    if min(bits, default=FLOAT) == FLOAT:
        raise ValueError(f"bits must name at least one number from 2 to 8, got {bits}")
    return bits


@checked
def output_error(model: nn.Module, x) -> Callable[[nn.Module], float]:
    """A measure that needs no labels, for `sensitivity`: how far a network's outputs lie from those of `model`.

    It is the normalised squared error of the outputs on x. Less is better; unlike an accuracy it is smooth.

    x   inputs in any form that `quantize_model` takes for its calibration

    >>> net = nn.Linear(4, 2)
    >>> output_error(net, torch.ones(3, 4))(net)
    0.0
    """
    batches = as_batches(x, model, "x")
    y = outputs(model, batches)
    return lambda network: normalized_mse(y, outputs(network, batches))


def outputs(model, batches) -> torch.Tensor:
    """All that a model answers, in evaluation mode, one value after the other: also of several outputs."""
    with evaluating(model) if isinstance(model, nn.Module) else contextlib.nullcontext(), torch.no_grad():
        try:
            answers = [model(*batch) for batch in batches]
        except (RuntimeError, TypeError, IndexError) as error:
            raise ValueError(f"x does not fit the model: {error}") from error
    return torch.cat([answer.flatten() for answer in tree_leaves(answers)])
