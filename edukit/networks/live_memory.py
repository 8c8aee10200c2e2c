"""Live memory: how many bytes of values a network holds at each of its operations, weights left out.

    value   lives from the operation that makes it to the last one that reads it
    peak    max over operations of Σ bytes of the values that live        what must fit beside the weights

A batch norm, an activation and an addition write over an input that nobody reads later, as runtimes do. A residual
addition keeps the input of its block alive until the end of the block.

Assumes   the operations run in the order of the graph, one after the other; a layer never writes over its own input
Source    Lin et al. 2020, MCUNet, https://arxiv.org/abs/2007.10319: peak memory is what a microcontroller lacks
In production  the planner of LiteRT Micro, which finds the same peak for a plain chain; TinyEngine lets a depthwise
          layer write over its input, channel by channel
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import nn

from edukit.graph import LAYERS, aten, capture, layer_name, watched

IN_PLACE = {aten.batch_norm, aten._native_batch_norm_legit_no_training, aten.hardtanh}


@dataclass(frozen=True)
class Live:
    """What one operation holds: `layer`, the convolution or linear layer that it is or follows, and the bytes."""

    layer: str
    bytes: int


def peak_bytes(model: nn.Module, input_shape: Sequence[int]) -> int:
    """The most bytes that the values of one input take at a time, weights left out.

    >>> peak_bytes(nn.Conv2d(3, 8, 3, padding=1), (3, 10, 10))  # 4 · 100 · (3 + 8): input and output
    4400
    """
    return max(live.bytes for live in live_bytes(model, input_shape))


def live_bytes(model: nn.Module, input_shape: Sequence[int]) -> list[Live]:
    """The bytes that live at each operation, in the order in which they run.

    input_shape   without batch, such as (3, 32, 32)

    >>> net = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 2, 1))
    >>> live_bytes(net, (3, 10, 10))[1:]
    [Live(layer='0', bytes=4400), Live(layer='0', bytes=3200), Live(layer='2', bytes=4000)]
    """
    inputs = (torch.zeros(1, *input_shape),)
    graph = capture(model, inputs[0])
    values = {}
    watched(graph, inputs, lambda node, value: values.update({node: _first(value)}))
    ends = _last_uses(graph.graph.nodes)
    alive: dict = {}  # a value that owns memory → its bytes
    owner: dict = {}  # a node → the node whose memory holds its value
    layer = "input"
    found = []
    for place, node in enumerate(graph.graph.nodes):
        if node.op in ("get_attr", "output") or not isinstance(values[node], torch.Tensor):
            continue
        owner[node] = _written_over(node, values, owner, ends, place) or node
        ends[owner[node]] = max(ends[owner[node]], ends[node])
        if owner[node] is node:
            alive[node] = math.prod(values[node].shape) * values[node].itemsize
        layer = layer_name(node) if node.target in LAYERS else layer
        found.append(Live(layer, sum(alive.values())))
        alive = {value: size for value, size in alive.items() if ends[value] > place}
    return found


def _last_uses(nodes) -> dict:
    """For each node the place of the last one that reads it; its own place where nobody does."""
    places = {node: place for place, node in enumerate(nodes)}
    return {node: max([places[user] for user in node.users], default=place) for node, place in places.items()}


def _written_over(node, values, owner, ends, place):
    """The owner of the input whose memory the result takes: a view always, others where nobody reads it later."""
    for source in node.all_input_nodes:
        if source not in owner:
            continue
        made, read = values[node], values[source]
        if made.data_ptr() == read.data_ptr() and made.numel() <= read.numel():
            return owner[source]
        packet = getattr(node.target, "overloadpacket", None)
        pointwise = packet in IN_PLACE or torch.Tag.pointwise in getattr(node.target, "tags", ())
        if pointwise and made.shape == read.shape and ends[owner[source]] <= place:
            return owner[source]
    return None


def _first(value):
    """The tensor itself; the first of several, such as those that a batch norm hands out."""
    return value[0] if isinstance(value, tuple) and value else value
