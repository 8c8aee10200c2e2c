"""Objectives: what an architecture costs, by name. Counted or estimated; the measured latency is the latency table's.

    macs            multiply-accumulates for one input                                       counted
    size_bytes      parameters and buffers                                                   counted
    peak_bytes      the most that the values of one input take at a time, without weights    counted
    {device}_latency_s   seconds on a watch, a phone, a tablet, a smart screen               ESTIMATED, by a roofline

A value lives from the operation that makes it to the last one that reads it. A batch norm, an activation and an
addition write over an input that nobody reads later, as runtimes do.

Assumes   the operations run in the order of the graph, one after the other
Source    Lin et al. 2020, MCUNet, https://arxiv.org/abs/2007.10319: peak memory is what a microcontroller lacks
In production  the planner of LiteRT Micro, which finds the same peak for a plain chain
"""

import math
from collections.abc import Callable, Iterable, Sequence
from functools import partial

import torch
from torch import nn

from edukit.deployment.device.estimate import estimate_of
from edukit.deployment.device.profiles import devices
from edukit.graph import aten, capture, watched
from edukit.measure import count_macs, size_bytes
from edukit.networks.costs import layer_costs
from edukit.search.space import SearchSpace

IN_PLACE = {aten.batch_norm, aten._native_batch_norm_legit_no_training, aten.hardtanh}


def costs(model: nn.Module, input_shape: Sequence[int], names: Iterable[str] | None = None) -> dict[str, float]:
    """The objectives of a model, by name.

    input_shape   without batch, such as (3, 32, 32)
    names         those that are asked for; all of OBJECTIVES by default
    Raises ValueError for an unknown name, a model that does not take the shape, or one that cannot be traced.

    >>> costs(nn.Sequential(nn.Flatten(), nn.Linear(64, 10)), (1, 8, 8), ["macs", "size_bytes", "peak_bytes"])
    {'macs': 640, 'size_bytes': 2600, 'peak_bytes': 296}
    """
    names = _checked(OBJECTIVES if names is None else names)
    return {name: OBJECTIVES[name](model, tuple(input_shape)) for name in names}


def cost_of(
    space: SearchSpace, input_shape: Sequence[int], *names: str, **more: Callable[[dict], float]
) -> Callable[[dict], dict]:
    """A function of an architecture that builds its network and returns these costs, for a LimitedSpace.

    names   some of OBJECTIVES
    more    further costs by name, each a function of an architecture, such as latency_s=table.predict

    >>> from edukit.search import LayerChoice
    >>> linear = SearchSpace([LayerChoice("classes", (2, 10))], lambda chosen: nn.Linear(8, chosen["classes"]))
    >>> cost_of(linear, (8,), "macs", price=lambda chosen: 3.0)({"classes": 2})
    {'macs': 16, 'price': 3.0}
    """
    names = _checked(names)

    def cost(architecture: dict) -> dict:
        counted = costs(space.build(architecture), input_shape, names) if names else {}
        return counted | {name: function(architecture) for name, function in more.items()}

    return cost


def peak_bytes(model: nn.Module, input_shape: Sequence[int]) -> int:
    """The most bytes that the values of one input take at a time, weights left out.

    >>> peak_bytes(nn.Conv2d(3, 8, 3, padding=1), (3, 10, 10))  # 4 · 100 · (3 + 8): input and output
    4400
    """
    inputs = (torch.zeros(1, *input_shape),)
    graph = capture(model, inputs[0])
    values = {}
    watched(graph, inputs, lambda node, value: values.update({node: _first(value)}))
    ends = _last_uses(graph.graph.nodes)
    alive: dict = {}  # a value that owns memory → its bytes
    owner: dict = {}  # a node → the node whose memory holds its value
    peak = 0
    for place, node in enumerate(graph.graph.nodes):
        if node.op in ("get_attr", "output") or not isinstance(values[node], torch.Tensor):
            continue
        owner[node] = _written_over(node, values, owner, ends, place) or node
        ends[owner[node]] = max(ends[owner[node]], ends[node])
        if owner[node] is node:
            alive[node] = math.prod(values[node].shape) * values[node].itemsize
        peak = max(peak, sum(alive.values()))
        alive = {value: size for value, size in alive.items() if ends[value] > place}
    return peak


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


def _latency(device, model, input_shape) -> float:
    return estimate_of(layer_costs(model, input_shape), device).latency_s


def _checked(names) -> list[str]:
    names = list(names)
    if unknown := [name for name in names if name not in OBJECTIVES]:
        raise ValueError(f"objectives must be among {', '.join(OBJECTIVES)}, got {', '.join(map(str, unknown))}")
    return names


OBJECTIVES: dict[str, Callable] = {
    "macs": count_macs,
    "size_bytes": lambda model, input_shape: size_bytes(model),
    "peak_bytes": peak_bytes,
    **{f"{name.replace(' ', '_')}_latency_s": partial(_latency, device) for name, device in devices.items()},
}
