"""What stays in float between the integers: every operation, also those without a weight, and what it costs.

    codes ─ DQ ─ softmax ─ mul ─ Q ─ codes        an island: two conversions around what no integer operator computes

A row says how many numbers are converted for an operation, for one input: those that it reads as codes, and those that
it gives, where they become codes again. Inside an island nothing is converted.
"""

import math
import operator
from dataclasses import replace

import torch
from torch import fx

from edukit.quantization.ptq.layerwise import has_weight
from edukit.quantization.ptq.placement import (
    ACTIVATIONS,
    JOINS,
    SPLITS,
    LayerReport,
    is_activation,
    moved_from,
    operation_of,
)
from edukit.table import Table

aten = torch.ops.aten
ON_CODES = {aten.pad.default, aten.pixel_shuffle.default, aten.roll.default, aten.flip.default}
ON_CODES |= {getattr(aten, f"upsample_nearest{n}d").vec for n in (1, 2, 3)}  # they move codes, where these go on
LAID_OUT = {aten._unsafe_view.default, aten.contiguous.default, aten.detach.default, aten.to.dtype, operator.getitem}


class Report(list):
    """The rows of a quantized network, each a LayerReport; a notebook shows them as a table.

    >>> Report([LayerReport("fc", "linear", "int8", rounding="nearest")]).table().rows
    [('fc', 'linear', 'int8', 'nearest', '', '')]
    """

    def table(self) -> Table:
        """One line for each row."""
        heads = "layer", "operation", "precision", "rounding", "reason", "converted"
        rows = [
            (
                row.name,
                row.operation,
                row.precision,
                row.rounding,
                row.reason,
                f"{row.converted:,}" if row.converted else "",
            )
            for row in self
        ]
        return Table(heads, rows)

    def _repr_html_(self) -> str:
        return self.table().html()


def whole_report(graph: fx.GraphModule, rows: dict[fx.Node, LayerReport], points) -> Report:
    """The rows of what has a weight, and between them one for each other operation in float, as they are computed.

    points   the values of the graph that are on a grid; where there is none, all is float and only weights are listed
    """
    points = set(points)
    others = {node: _row(node, points) for node in graph.graph.nodes if points and _is_float(graph, node, points)}
    floats = {node: replace(row, converted=_converted(node, points)) for node, row in rows.items() if row.reason}
    every = others | rows | (floats if points else {})
    return Report(every[node] for node in graph.graph.nodes if node in every)


def _row(node, points) -> LayerReport:
    reason = f"no integer operator for {operation_of(node)}"
    if node.target in JOINS | ACTIVATIONS:
        reason = "nothing behind it reads integers"
    return LayerReport(node.name, operation_of(node), "float", reason, converted=_converted(node, points))


def _converted(node, points) -> int:
    """Numbers of one input that this operation reads as codes, and gives to become codes."""
    given = [node, *node.users] if isinstance(node.meta["val"], tuple) else [node]  # of a norm, the first of three
    read = sum(_numbers(source) for source in node.all_input_nodes if _is_codes(source, points))
    return read + sum(_numbers(value) for value in given if value in points)


def _is_float(graph, node, points) -> bool:
    if node.op != "call_function" or has_weight(graph, node) or not any(map(is_real, node.all_input_nodes)):
        return False
    if not is_real(node) or moved_from(node) is not None or node.target in LAID_OUT | SPLITS:
        return False
    behind = next(iter(node.users), node)
    fused = node.target in JOINS and behind.target in ACTIVATIONS and behind in points
    return not (node.target in JOINS | ACTIVATIONS | ON_CODES and (node in points or fused))


def is_real(node) -> bool:
    """Whether a value depends on the input and is real, or the first of several that an operation gives is."""
    value = node.meta.get("val")
    if not isinstance(value, tuple | list):
        return is_activation(node)
    return node.op == "call_function" and isinstance(value[0], torch.Tensor) and value[0].is_floating_point()


def _is_codes(node, points) -> bool:
    while node not in points and moved_from(node) is not None:
        node = moved_from(node)
    return node in points


def _numbers(node) -> int:
    """Of one input: the free batch counts as one."""
    return math.prod(size if type(size) is int else 1 for size in node.meta["val"].shape)
