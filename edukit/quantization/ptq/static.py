"""Static post-training quantization of a whole model: no training, a few hundred unlabelled inputs.

    trace → fold batch norm → watch activations on calibration data → round the weights (layerwise.py)
          → put every value on its grid (rewrite.py)

Weights      int8 or fewer bits, symmetric, a scale per output channel
Activations  uint8, asymmetric, a scale per tensor, from the calibration data
Bias         int32 at scale S_x S_w, the scale of the accumulator it is added to
Left alone   what has no integer operator (softmax, norms, gates) stays float and is reported with the reason
Source       Krishnamoorthi 2018, https://arxiv.org/abs/1806.08342
In production  torchao.quantization.pt2e (prepare_pt2e, convert_pt2e); onnxruntime.quantization.quantize_static
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import fx, nn

from edukit.graph import as_inputs, capture, layer_name, parameter
from edukit.quantization.grid.affine import QParams, check_bits, choose_qparams
from edukit.quantization.grid.calibrate import for_grid, min_max
from edukit.quantization.grid.observer import Observer
from edukit.quantization.ptq.fold import fold_graph
from edukit.quantization.ptq.layerwise import Layer, has_weight, round_layers
from edukit.quantization.ptq.placement import STAYS_FLOAT, moved_from, observed, operation_of, why_float
from edukit.quantization.ptq.rewrite import (
    cleaned,
    layer_bias,
    quantize_activation,
    store_half,
    store_layer,
    weight_grid,
    with_room_for_bias,
)
from edukit.refuse import check_model, is_finite


@dataclass(frozen=True)
class LayerReport:
    """What became of one layer: `precision` is "int8" (or its bits), "float16" or "float", with the reason."""

    name: str
    operation: str
    precision: str
    reason: str = ""


class QuantizedModel(nn.Module):
    """A model whose weights are integer codes; runs in torch as QDQ, and exports as integers.

    network           the torch.fx module that runs
    report            a LayerReport for each operation with a weight
    activation_bits   of its activations; None where they are float
    """

    def __init__(self, network: fx.GraphModule, report: list[LayerReport], activation_bits: int | None):
        super().__init__()
        self.network, self.report, self.activation_bits = network, report, activation_bits

    def forward(self, *inputs):
        return self.network(*inputs)


def quantize_model(
    model: nn.Module,
    calibration,
    weight_bits: int | dict | None = 8,
    activation_bits: int | None = 8,
    *,
    calibrator=min_max,
    weight_calibrator=min_max,
    per_channel: bool = True,
    rounding=None,
    correct_bias: bool = False,
) -> QuantizedModel:
    """A quantized copy of a trained model; the model itself is not changed.

    calibration        a batch of inputs (N, …) as torch or numpy, a tuple of them for several inputs, or a list or
                       other iterable of such batches; no labels
    weight_bits        2 to 8; or {layer: bits} by the names in the report, where 16 keeps a layer in float16 and
                       layers that are not named get 8; or None: weights stay float
    activation_bits    2 to 8; or None: activations stay float
    calibrator         sample -> (low, high) of an activation, such as `min_max`, `percentile`, `mse` or `kl`
    weight_calibrator  the same for weights (w, axis)
    per_channel        a scale for each output channel of a weight, or one for all
    rounding           (w, x, grid) -> codes, such as `gptq` or `adaround`; None: to the nearest code
    correct_bias       whether biases make good for the mean error of each output
    Raises ValueError for bits outside these, an unknown layer, NaN in weights or calibration data, no calibration
    data, a model that cannot be traced.

    >>> net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 2))
    >>> quantized = quantize_model(net, torch.rand(8, 1, 8, 8), {"0": 4})
    >>> [(layer.name, layer.precision) for layer in quantized.report]
    [('0', 'int4'), ('3', 'int8')]
    """
    weight_bits, activation_bits = _checked_bits(weight_bits, activation_bits)
    check_weights(model)
    batches = as_batches(calibration)
    graph = capture(model, batches[0])
    fold_graph(graph)
    nodes = [node for node in graph.graph.nodes if has_weight(graph, node)]
    bits = _bits_of(nodes, weight_bits)
    points = observed(graph) if activation_bits else []
    grids = choose_grids(graph, points, batches, lambda seen: activation_grid(seen, calibrator, activation_bits))
    layers, x_grids = {}, {node: grids.get(node.args[0]) for node in nodes}
    for node in nodes:
        if why_float(node) is None and weight_bits is not None:
            weight, bias = parameter(graph, node.args[1]).detach(), layer_bias(graph, node)
            grid = weight_grid(weight, bits[node], per_channel=per_channel, calibrator=weight_calibrator)
            layers[node] = Layer(weight, bias, with_room_for_bias(grid, bias, x_grids[node]))
    round_layers(graph, layers, grids, batches, rounding=rounding, correct_bias=correct_bias)
    report = [reported(node, bits[node] if node in layers else None) for node in nodes]
    for node in nodes:
        if node in layers:
            store_layer(graph, node, layers[node], x_grids[node])
        elif node.meta.get(STAYS_FLOAT):
            store_half(graph, node)
    for point in points:
        quantize_activation(graph, point, grids[point])
    return QuantizedModel(cleaned(graph), report, activation_bits)


def _checked_bits(weight_bits, activation_bits):
    """Both, with numpy's whole numbers as Python's."""
    if activation_bits is not None:
        activation_bits = check_bits(activation_bits, "activation_bits", most=8)
    if isinstance(weight_bits, dict):
        named = weight_bits.items()
        weight_bits = {n: 16 if b == 16 else check_bits(b, f"weight_bits[{n!r}]", most=8) for n, b in named}
    elif weight_bits is not None:
        weight_bits = check_bits(weight_bits, "weight_bits", most=8)
    return weight_bits, activation_bits


def _bits_of(nodes, weight_bits) -> dict[fx.Node, int]:
    """The bits of each layer's weights; layers of 16 bits are marked to stay out of the integers."""
    if not isinstance(weight_bits, dict):
        return dict.fromkeys(nodes, weight_bits)
    layers = {layer_name(node): node for node in nodes if why_float(node) is None}
    if unknown := set(weight_bits) - set(layers):
        raise ValueError(f"weight_bits names {', '.join(sorted(unknown))}; the layers are {', '.join(layers)}")
    bits = {node: weight_bits.get(layer_name(node), 8) for node in nodes}
    for node in nodes:
        if bits[node] == 16:
            node.meta[STAYS_FLOAT] = "kept by weight_bits"
    return bits


def reported(node, bits) -> LayerReport:
    """The row of a report: bits of its weights, or None where they stay float."""
    reason = why_float(node) or ("" if bits else "weight_bits is None")
    precision = f"int{bits}" if bits else "float16" if node.meta.get(STAYS_FLOAT) else "float"
    return LayerReport(layer_name(node), operation_of(node), precision, reason)


def choose_grids(graph, points, batches, choose) -> dict[fx.Node, QParams]:
    """A grid for each point; a value that was only moved keeps the grid it had before."""
    origin = {}
    for point in points:
        moved = moved_from(point)
        origin[point] = origin.get(moved, point)
    watch = _Watch(graph, set(origin.values()))
    with torch.no_grad():
        for batch in batches:
            watch.run(*batch)
    grids = {node: choose(observer) for node, observer in watch.observers.items()}
    return {point: grids[origin[point]] for point in points}


class _Watch(fx.Interpreter):
    """Runs the graph and shows the values of the watched nodes to their observers."""

    def __init__(self, graph, nodes):
        super().__init__(graph)
        self.observers = {node: Observer() for node in nodes}

    def run_node(self, node):
        value = super().run_node(node)
        if node in self.observers:
            self.observers[node].update(value)
        return value


def activation_grid(observer, calibrator, bits) -> QParams:
    """The unsigned grid of what an observer has seen."""
    found = observer.range(for_grid(calibrator, bits, symmetric=False))
    low, high = (torch.as_tensor(np.float32(value)) for value in found)
    return choose_qparams(low, high, bits, signed=False)


def as_batches(calibration) -> list[tuple[torch.Tensor, ...]]:
    """Calibration data in any of its forms as checked batches, each a tuple of the model's inputs."""
    if isinstance(calibration, np.ndarray | torch.Tensor | tuple):  # one large batch: in pieces, to bound memory
        pieces = [torch.split(x, 64) if x.ndim else () for x in as_inputs(calibration)]
        batches = list(zip(*pieces, strict=True))
    elif hasattr(calibration, "__iter__"):
        batches = [as_inputs(tuple(batch) if isinstance(batch, list) else batch) for batch in calibration]
    else:
        raise TypeError(f"calibration must be a batch or an iterable of batches, got {type(calibration).__name__}")
    if not batches or any(x.numel() == 0 for batch in batches for x in batch):
        raise ValueError("calibration holds no data; a few dozen to a few hundred inputs are needed")
    if not all(is_finite(x) for batch in batches for x in batch):
        raise ValueError("calibration holds NaN or infinity; it must be finite")
    return batches


def check_weights(model: nn.Module) -> None:
    """Raise a ValueError that names the weight which holds NaN or infinity, or is no float32."""
    check_model(model)
    for name, weight in model.named_parameters():
        if weight.is_floating_point() and weight.dtype != torch.float32:
            raise ValueError(f"model holds {weight.dtype} in {name}; its weights must be float32: model.float()")
    for name, tensor in model.state_dict().items():
        if not is_finite(tensor):
            raise ValueError(f"model holds NaN or infinity in {name}; its weights must be finite")
