"""Static post-training quantization of a whole model: no training, a few hundred unlabelled inputs.

    trace → fold batch norm → watch activations on calibration data → put every value on its grid (rewrite.py)

Weights      int8, symmetric, a scale per output channel
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
from edukit.quantization.affine import QParams, check_bits, choose_qparams
from edukit.quantization.calibrate import Observer, min_max
from edukit.quantization.fold import fold_graph
from edukit.quantization.placement import moved_from, observed, why_float
from edukit.quantization.rewrite import cleaned, quantize_activation, quantize_weight


@dataclass(frozen=True)
class LayerReport:
    """What became of one layer: `precision` is "int8" (or its bits), or "float" with the reason."""

    name: str
    operation: str
    precision: str
    reason: str = ""


class QuantizedModel(nn.Module):
    """A model whose weights are integer codes; runs in torch as QDQ, and exports as integers.

    network   the torch.fx module that runs
    report    a LayerReport for each operation with a weight
    """

    def __init__(self, network: fx.GraphModule, report: list[LayerReport], activation_bits: int):
        super().__init__()
        self.network, self.report, self.activation_bits = network, report, activation_bits

    def forward(self, *inputs):
        return self.network(*inputs)


def quantize_model(
    model: nn.Module,
    calibration,
    weight_bits: int = 8,
    activation_bits: int = 8,
    *,
    calibrator=min_max,
    per_channel: bool = True,
) -> QuantizedModel:
    """A quantized copy of a trained model; the model itself is not changed.

    calibration   a batch of inputs (N, …) as torch or numpy, a tuple of them for several inputs, or a list or other
                  iterable of such batches; no labels
    calibrator    sample -> (low, high), such as `min_max` or `percentile`
    Raises ValueError for bits outside 2 to 8, NaN in weights or calibration data, no calibration data, a model that
    cannot be traced.

    >>> net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 2))
    >>> quantized = quantize_model(net, torch.rand(8, 1, 8, 8))
    >>> [(layer.name, layer.precision) for layer in quantized.report]
    [('0', 'int8'), ('3', 'int8')]
    """
    for name, bits in (("weight_bits", weight_bits), ("activation_bits", activation_bits)):
        check_bits(bits, name, most=8)
    _check_weights(model)
    batches = _batches(calibration)
    graph = capture(model, batches[0])
    fold_graph(graph)
    points = observed(graph)
    grids = _calibrate(graph, points, batches, lambda seen: _grid(seen.range(calibrator), activation_bits))
    report = []
    for node in [node for node in graph.graph.nodes if _has_weight(graph, node)]:
        reason = why_float(node)
        precision = "float" if reason else f"int{weight_bits}"
        report.append(LayerReport(layer_name(node), node.target._opname, precision, reason or ""))
        if reason is None:
            quantize_weight(graph, node, grids[node.args[0]], weight_bits, per_channel)
    for point in points:
        quantize_activation(graph, point, grids[point])
    return QuantizedModel(cleaned(graph), report, activation_bits)


def _calibrate(graph, points, batches, choose) -> dict[fx.Node, QParams]:
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


def _grid(low_high, bits) -> QParams:
    low, high = (torch.as_tensor(np.float32(value)) for value in low_high)
    return choose_qparams(low, high, bits, signed=False)


def _has_weight(graph, node) -> bool:
    """Whether an operation reads a real-valued parameter of the model."""
    return node.op == "call_function" and any(
        isinstance(parameter(graph, source), nn.Parameter) for source in node.all_input_nodes
    )


def _batches(calibration) -> list[tuple[torch.Tensor, ...]]:
    if isinstance(calibration, np.ndarray | torch.Tensor | tuple):  # one large batch: in pieces, to bound memory
        pieces = [torch.split(x, 64) if x.ndim else () for x in as_inputs(calibration)]
        batches = list(zip(*pieces, strict=True))
    elif hasattr(calibration, "__iter__"):
        batches = [as_inputs(tuple(batch) if isinstance(batch, list) else batch) for batch in calibration]
    else:
        raise TypeError(f"calibration must be a batch or an iterable of batches, got {type(calibration).__name__}")
    if not batches or any(x.numel() == 0 for batch in batches for x in batch):
        raise ValueError("calibration holds no data; a few dozen to a few hundred inputs are needed")
    if not all(bool(torch.isfinite(x).all()) for batch in batches for x in batch):
        raise ValueError("calibration holds NaN or infinity; it must be finite")
    return batches


def _check_weights(model):
    for name, tensor in model.state_dict().items():
        if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
            raise ValueError(f"model holds NaN or infinity in {name}; its weights must be finite")
