"""One layer in detail: to which code each weight was rounded, and what that does to the layer's output.

    moved          (ŵ - w) / S              in steps; to the nearest code: at most 1/2 either way
    weight error   ‖w - ŵ‖² / ‖w‖²          what rounding to nearest makes as small as it can be
    output error   ‖(w - ŵ) X‖² / ‖w X‖²    what the next layer notices

The weight error of rounding to nearest is never above that of another choice on the same grid; its output error often
is.

Symbols   w weights, ŵ as stored · S scale · X a sample of the layer's inputs
Shapes    w (groups, out, in); X (groups, rows, in), as layerwise.py samples it
In production  AIMET's and Brevitas's layer-wise reports
"""

from dataclasses import dataclass

import torch
from torch import nn

from edukit.graph import layer_name, parameter, watched
from edukit.inputs import as_inputs
from edukit.quantization.grid.affine import QParams, dequantize, quantize
from edukit.quantization.grid.error import normalized_mse
from edukit.quantization.ptq.adaround import adaround
from edukit.quantization.ptq.fold import float_network
from edukit.quantization.ptq.layerwise import rows
from edukit.quantization.ptq.placement import why_float
from edukit.quantization.ptq.rewrite import weight_grid
from edukit.quantization.ptq.rounding import gptq, output_error

METHODS = {"nearest": lambda w, x, grid: quantize(w, grid), "AdaRound": adaround, "GPTQ": gptq}


@dataclass(frozen=True)
class Rounding:
    """What one way of rounding did: `moved` in steps, one for each weight, and two errors, 0 exact."""

    moved: torch.Tensor
    weight_error: float
    output_error: float


def layer_sample(model: nn.Module, x, layer: str) -> tuple[torch.Tensor, torch.Tensor]:
    """A layer's weights (groups, out, in), batch norm folded in, and a sample of its inputs (groups, rows, in).

    layer   its name in the report of `quantize_model`; of a layer that is called twice, the first call is meant
    Raises ValueError for a name that no layer has.

    >>> net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 2))
    >>> w, inputs = layer_sample(net, torch.rand(8, 1, 8, 8), "0")
    >>> tuple(w.shape), tuple(inputs.shape)
    ((1, 4, 9), (1, 288, 9))
    """
    network = float_network(model, x)
    layers = {}
    for node in network.graph.nodes:
        if why_float(node) is None:
            layers.setdefault(layer_name(node), node)
    if layer not in layers:
        raise ValueError(f"layer must be one of {', '.join(layers)}, got {layer!r}")
    node = layers[layer]
    inputs = []
    with torch.no_grad():
        watched(
            network,
            as_inputs(x, network),
            lambda source, value: inputs.append(value) if source is node.args[0] else None,
        )
    sample = rows(node, inputs[0])
    return parameter(network, node.args[1]).detach().reshape(len(sample), -1, sample.shape[-1]), sample


def compare_rounding(
    w: torch.Tensor, x: torch.Tensor, bits: int, *, unseen=None, methods: dict = METHODS
) -> dict[str, Rounding]:
    """{method: Rounding}, each on the same grid of that many bits, with a scale for each output channel.

    unseen    other inputs, on which the output's error is measured: on x itself, a method grades its own homework
    methods   {name: (w, x, grid) -> codes}

    >>> random = torch.Generator().manual_seed(0)
    >>> w, x = torch.randn(1, 8, 16, generator=random), torch.randn(1, 99, 4, generator=random)
    >>> seen = compare_rounding(w, x @ torch.randn(4, 16, generator=random), 3)
    >>> near, learned = seen["nearest"], seen["AdaRound"]
    >>> bool(near.weight_error < learned.weight_error), bool(near.output_error > learned.output_error)
    (True, True)
    """
    groups, out, _ = w.shape
    flat = weight_grid(w.reshape(groups * out, -1), bits)
    grid = QParams(flat.scale.reshape(groups, out, 1), torch.tensor(0), flat.qmin, flat.qmax)
    seen = {}
    for name, method in methods.items():
        stored = dequantize(method(w, x, grid), grid)
        errors = normalized_mse(w, stored), float(output_error(w, stored, x if unseen is None else unseen))
        seen[name] = Rounding(((stored - w) / grid.scale).flatten(), *errors)
    return seen
