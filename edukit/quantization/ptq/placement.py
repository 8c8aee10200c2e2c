"""Where to quantize: which values of a graph are put on an integer grid, and on which one.

Three kinds of operation decide it:
    layers   convolutions and linear layers: integer operators exist, so input and output are quantized
    joins    additions, concatenations, averages: quantized where an integer operator reads the result; the average of
             a layer also where it is the answer, as in SqueezeNet: each runtime adds floats in an order of its own
    moves    max pooling, flatten, slices, …: they only move values, so the grid of the input serves the output

An activation right behind a layer (ReLU, ReLU6) is computed by the same integer operator, for free: clipping to the
grid *is* the ReLU. So the value is quantized behind the activation and not between the two.

The grid of a value comes from what an Observer has seen of it on calibration data.
"""

import operator
from dataclasses import dataclass

import numpy as np
import torch
from torch import fx

from edukit.graph import LAYERS, layer_name, watched
from edukit.quantization.grid.affine import QParams, choose_qparams
from edukit.quantization.grid.calibrate import for_grid
from edukit.quantization.grid.observer import Observer
from edukit.quantization.ptq.fold import BATCH_NORM
from edukit.turns import Bar

aten = torch.ops.aten
AVERAGES = {getattr(aten, f"{kind}avg_pool{n}d").default for kind in ("", "adaptive_") for n in (1, 2, 3)}
MEANS = {aten.mean.dim} | AVERAGES
JOINS = {aten.add.Tensor, aten.cat.default} | MEANS
ACTIVATIONS = {aten.relu.default, aten.relu6.default, aten.hardtanh.default, aten.clamp.default}
SPLITS = {aten.split.Tensor, aten.split_with_sizes.default}
MOVES = {
    aten.max_pool1d.default,
    aten.max_pool2d.default,
    aten.max_pool3d.default,
    aten.view.default,
    aten.reshape.default,
    aten.flatten.using_ints,
    aten.permute.default,
    aten.transpose.int,
    aten.unsqueeze.default,
    aten.squeeze.dim,
    aten.squeeze.dims,
    aten.select.int,
    aten.slice.Tensor,
    aten.expand.default,
    aten.clone.default,
    aten.alias.default,
}
STAYS_FLOAT = "stays_float"  # node.meta[STAYS_FLOAT] = reason, for a layer that the caller wants in float


@dataclass(frozen=True)
class LayerReport:
    """What became of one layer: `precision` is "int8" (or its bits), "float16" or "float", with the reason.

    rounding    how its weights became codes, such as "nearest" or "gptq, bias corrected"; "" where they did not
    converted   numbers that become floats for it, or codes again behind it, for one input: see floats.py
    """

    name: str
    operation: str
    precision: str
    reason: str = ""
    rounding: str = ""
    converted: int = 0


def observed(graph: fx.GraphModule) -> list[fx.Node]:
    """The values that are quantized, in the order in which they are computed."""
    points = set()
    for node in reversed(graph.graph.nodes):  # users come before their inputs
        if not is_activation(node) or _fused_into_user(node):
            continue
        reads = any(_reads_integers(user, points) for user in node.users)
        if reads or why_float(_computed_by(node)) is None or _is_mean_of_answers(node):
            points.add(node)
    return [node for node in graph.graph.nodes if node in points]


def choose_grids(graph, points, batches, choose) -> dict[fx.Node, QParams]:
    """A grid for each point; a value that was only moved keeps the grid it had before."""
    origin = {}
    for point in points:
        moved = moved_from(point)
        origin[point] = origin.get(moved, point)
    observers = {node: Observer() for node in origin.values()}

    def observe(node, value):
        if node in observers:
            observers[node].update(value)

    with torch.no_grad():
        for batch in Bar(batches, desc="calibrating", delay=2):
            watched(graph, batch, observe)
    grids = {node: choose(observer) for node, observer in observers.items()}
    return {point: grids[origin[point]] for point in points}


def activation_grid(observer, calibrator, bits) -> QParams:
    """The unsigned grid of what an observer has seen."""
    found = observer.range(for_grid(calibrator, bits, symmetric=False))
    low, high = (torch.as_tensor(np.float32(value)) for value in found)
    return choose_qparams(low, high, bits, signed=False)


def why_float(node: fx.Node) -> str | None:
    """The reason why an operation has no integer form here, or None for a layer that has one."""
    if STAYS_FLOAT in node.meta:
        return node.meta[STAYS_FLOAT]
    if node.target is BATCH_NORM:
        return "no layer before it can take it in"
    if node.target not in LAYERS:
        return f"no integer operator for {operation_of(node)}"
    for kind, source in zip(("weight", "bias"), node.args[1:3], strict=False):
        if source is not None and source.op != "get_attr":
            return f"its {kind} is computed"
    return None if is_activation(node.args[0]) else "its input is a constant"


def reported(node, bits, rounding: str = "nearest") -> LayerReport:
    """The row of a report: bits of its weights and how they are rounded, or None where they stay float."""
    reason = why_float(node) or ("" if bits else "weight_bits is None")
    precision = f"int{bits}" if bits else "float16" if node.meta.get(STAYS_FLOAT) else "float"
    return LayerReport(layer_name(node), operation_of(node), precision, reason, rounding if bits else "")


def operation_of(node: fx.Node) -> str:
    """The name of an operation, such as "conv2d"."""
    name = getattr(node.target, "_opname", None) or getattr(node.target, "__name__", str(node.target))
    return "batch_norm" if name.startswith("_native_batch_norm") else name


def moved_from(node: fx.Node) -> fx.Node | None:
    """The value that this one was moved from, unchanged; None where something was computed."""
    if node.target is operator.getitem and node.args[0].target in SPLITS:
        return node.args[0].args[0]
    return node.args[0] if node.target in MOVES else None


def is_activation(node: fx.Node) -> bool:
    """Whether a node is a real-valued tensor that depends on the input."""
    value = node.meta.get("val")
    return node.op in ("placeholder", "call_function") and isinstance(value, torch.Tensor) and value.is_floating_point()


def _reads_integers(user: fx.Node, points: set) -> bool:
    """Whether an operation works on codes: a layer always, others where their result is wanted as codes."""
    if user.target in SPLITS:
        return any(item in points for item in user.users)
    if user.target in JOINS or user.target in MOVES:
        return _activated(user) in points
    return why_float(user) is None


def _is_mean_of_answers(node: fx.Node) -> bool:
    """Whether a value is the average of a layer, and the network answers with it, moved or as it is."""
    if node.target not in MEANS:
        return False
    before = node.args[0]
    while (moved := moved_from(before)) is not None:
        before = moved
    readers = list(node.users)
    while any(user.target in MOVES for user in readers):
        readers = [reader for user in readers for reader in (user.users if user.target in MOVES else [user])]
    return why_float(_computed_by(before)) is None and all(user.op == "output" for user in readers)


def _computed_by(node: fx.Node) -> fx.Node:
    """The layer that computes a value, also where an activation is fused into it."""
    fused = node.target in ACTIVATIONS and _fused_into_user(node.args[0])
    return node.args[0] if fused else node


def _activated(node: fx.Node) -> fx.Node:
    """The value behind the activation that is fused into an operation, or the operation's own."""
    return next(iter(node.users)) if _fused_into_user(node) else node


def _fused_into_user(node: fx.Node) -> bool:
    users = list(node.users)
    return node.target in LAYERS | JOINS and len(users) == 1 and users[0].target in ACTIVATIONS
