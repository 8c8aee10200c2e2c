"""Mixed precision: the bits of each layer, when the file may have only so many bytes.

    min Σ E_l(b_l)  over all b,   so that   Σ bytes_l(b_l) <= budget

    bytes_l(b) = ceil(n_l b / 8) + 4 m_l  for b <= 8;  2 n_l  for b = 16, which is float16 and needs no scales

Layer by layer, each (bytes, cost) is kept for which nothing smaller is as good: the result is exact. Biases and the
grids of activations are not counted: they weigh the same whatever the bits of the weights.

Symbols   E_l(b) cost of layer l at b bits, such as an error · n_l its weights · m_l its float32 scales, one a channel
Assumes   that costs add up: true for small errors that have nothing to do with each other, not for broken layers
Source    Wang et al. 2019, https://arxiv.org/abs/1811.08886 (HAQ: bits under a budget); Dong et al. 2020,
          https://arxiv.org/abs/1911.03852 (HAWQ-V2: the sum of the costs, minimised)
In production  automatic mixed precision of NNCF and AIMET; GGUF files, whose tensors have bits of their own
"""

import math
from collections.abc import Mapping

import numpy as np
from torch import nn

from edukit.checked import checked
from edukit.graph import layer_name, parameter
from edukit.quantization.debug.partial import FLOAT
from edukit.quantization.grid.affine import check_bits
from edukit.quantization.ptq.fold import float_network
from edukit.quantization.ptq.placement import why_float
from edukit.refuse import check_shape, shown


def layer_shapes(model: nn.Module, example) -> dict[str, tuple[int, ...]]:
    """{layer: shape of its weight} of all layers that can be quantized, by the names that quantize_model uses.

    example   one batch, or a tuple of batches for a model of several inputs

    >>> import torch
    >>> layer_shapes(nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2)), torch.zeros(2, 4))
    {'0': (8, 4), '2': (2, 8)}
    """
    network = float_network(model, example)
    layers = [node for node in network.graph.nodes if why_float(node) is None]
    return {layer_name(node): tuple(parameter(network, node.args[1]).shape) for node in layers}


def layer_bytes(shape: tuple[int, ...], bits: int) -> int:
    """Bytes of one layer's weights, packed, with a float32 scale for each output channel (axis 0).

    >>> layer_bytes((64, 32, 3, 3), 4), layer_bytes((64, 32, 3, 3), 16)  # 18,432 weights, 64 channels
    (9472, 36864)
    """
    weights = math.prod(shape)
    if bits == FLOAT:
        return 2 * weights
    bits = check_bits(bits, most=8)
    return math.ceil(weights * bits / 8) + 4 * shape[0]


def weight_bytes(shapes: Mapping[str, tuple[int, ...]], bits) -> int:
    """Bytes of all weights with their scales.

    shapes   {layer: shape} · bits  one number for all layers, or {layer: bits}, where 16 is float16

    >>> weight_bytes({"0": (8, 4), "2": (2, 8)}, {"0": 2, "2": 16})
    72
    """
    each = bits if isinstance(bits, Mapping) else dict.fromkeys(shapes, bits)
    _check_same_layers("bits", each, shapes)
    return sum(layer_bytes(shape, each[name]) for name, shape in shapes.items())


@checked
def allocate_bits(
    costs: Mapping[str, Mapping[int, float]], shapes: Mapping[str, tuple[int, ...]], budget_bytes: float
) -> dict[str, int]:
    """{layer: bits} with the least sum of costs whose weights fit into the budget; quantize_model takes it as it is.

    costs         {layer: {bits: cost}}, such as `sensitivity` gives with `output_error`: the bits to choose from
    shapes        {layer: shape of its weight}, as from `layer_shapes`
    budget_bytes  for all weights with their scales, such as weight_bytes(shapes, 3): the size of 3 bits everywhere
    Raises ValueError for costs that are not finite, different layers, and a budget that nothing fits into.

    >>> costs = {"large": {2: 5.0, 4: 1.0}, "small": {2: 3.0, 4: 0.5}}
    >>> shapes = {"large": (8, 100), "small": (8, 10)}
    >>> allocate_bits(costs, shapes, weight_bytes(shapes, 4) - 1)  # 4 bits for both are a byte too many
    {'large': 4, 'small': 2}
    """
    _check(costs, shapes)
    least = sum(min(layer_bytes(shape, b) for b in costs[name]) for name, shape in shapes.items())
    if not least <= budget_bytes:
        raise ValueError(f"budget_bytes must be at least {least}, the size at the fewest bits, got {budget_bytes!r}")
    steps = _efficient(costs, shapes, budget_bytes - least)
    chosen = {}
    at = -1  # the last one is the largest that fits, and the cheapest
    for name, bits, before in reversed(steps):
        chosen[name] = int(bits[at])
        at = before[at]
    return {name: chosen[name] for name in shapes}


def _efficient(costs, shapes, room) -> list[tuple]:
    """For each layer: its bits in every choice so far that is worth keeping, and the choice it continues.

    room   bytes above the least; a choice is kept if it fits, and if nothing as small or smaller costs as little

    Two layers of 8 weights, 2 bytes dearer with 4 bits than with 2: of (2, 2), (2, 4), (4, 2) and (4, 4), whose costs
    are 8, 5.5, 4 and 1.5, the second goes, for the third is as small.

    >>> shapes = {"a": (1, 8), "b": (1, 8)}
    >>> for name, bits, before in _efficient({"a": {2: 5.0, 4: 1.0}, "b": {2: 3.0, 4: 0.5}}, shapes, room=4):
    ...     print(name, bits.tolist(), "after choice", before.tolist())
    a [2, 4] after choice [0, 0]
    b [2, 2, 4] after choice [0, 1, 1]
    """
    extra = np.zeros(1, int)
    cost = np.zeros(1)
    steps = []
    for name, shape in shapes.items():
        bits = np.array(list(costs[name]))
        size = np.array([layer_bytes(shape, b) for b in costs[name]])
        sizes = (extra[:, None] + size - size.min()).ravel()
        sums = (cost[:, None] + list(costs[name].values())).ravel()
        order = np.lexsort((sums, sizes))  # by size, equal ones by cost
        order = order[sizes[order] <= room]
        cheapest = np.minimum.accumulate(np.append(np.inf, sums[order]))
        kept = order[sums[order] < cheapest[:-1]]
        steps.append((name, bits[kept % len(bits)], kept // len(bits)))
        extra = sizes[kept]
        cost = sums[kept]
    return steps


def _check(costs, shapes) -> None:
    for name, shape in shapes.items():
        if not isinstance(shape, tuple | list):
            raise TypeError(f"shapes must be {{layer: shape of its weight}}, got {shown(shape)} for {name}")
        check_shape(shape, "shapes")
    for name, each in costs.items():
        if not isinstance(each, Mapping):
            raise TypeError(f"costs must be {{layer: {{bits: cost}}}}, got {shown(each)} for {name}")
    _check_same_layers("costs", costs, shapes)
    for name, row in costs.items():
        for bits, cost in row.items():
            layer_bytes(shapes[name], bits)  # refuses bits that there are not
            if not math.isfinite(cost):
                raise ValueError(f"costs must be finite, got {cost} for {name} at {bits} bits")
        if not row:
            raise ValueError(f"costs must offer at least one number of bits for {name}")


def _check_same_layers(argument, named, shapes) -> None:
    if set(named) != set(shapes):
        different = ", ".join(sorted(set(named) ^ set(shapes)))
        raise ValueError(f"{argument} and shapes must name the same layers; only one of them has {different}")
