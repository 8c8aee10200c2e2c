"""What each layer of a network costs: parameters, multiply-adds, and the bytes that it moves.

    k x k, M to N channels, g groups    k² M N / g  weights    times H' W' places: multiply-adds
    bytes moved                         4 (input + weights + output)
    arithmetic intensity                multiply-adds / bytes moved

The bytes are an estimate that takes each number for read or written once: a cache that is too small moves more, fused
layers move less.

Symbols   H', W' height and width of the output · 4 bytes, as in float32
Bound     MACs a byte: depthwise k²/8, whatever the channels · others k²/4 · M N / (M + N), which grows with them
Source    Williams et al. 2009, https://doi.org/10.1145/1498765.1498785 (intensity decides: memory or arithmetic?);
          Ma et al. 2018, https://arxiv.org/abs/1807.11164, section 2 (equal MACs, unequal memory traffic)
In production  torch.utils.flop_counter, fvcore; a chip's own profiler tells the bytes that really moved
"""

import math
from dataclasses import dataclass

import torch
from torch import nn

from edukit.copies import copied
from edukit.refuse import check_sizes

KINDS = ("standard", "depthwise", "pointwise", "linear")


@dataclass(frozen=True)
class LayerCost:
    """One convolution or linear layer, for one image.

    channels, kernel, groups   (M, N), (k, k), g · seen, made: (height, width) of the input and of the output

    >>> cost = LayerCost("depthwise", (8, 8), (3, 3), 8, seen=(10, 10), made=(10, 10))
    >>> cost.kind, cost.macs, cost.bytes_moved, round(cost.macs_per_byte, 2)
    ('depthwise', 7200, 6688, 1.08)
    """

    name: str
    channels: tuple[int, int]
    kernel: tuple[int, int] = (1, 1)
    groups: int = 1
    seen: tuple[int, int] = (1, 1)
    made: tuple[int, int] = (1, 1)
    bias: bool = True
    linear: bool = False

    @property
    def kind(self) -> str:
        """One of KINDS; a grouped convolution whose groups hold several channels counts as standard."""
        if self.linear:
            return "linear"
        if 1 < self.groups == self.channels[0]:
            return "depthwise"
        return "pointwise" if self.kernel == (1, 1) else "standard"

    @property
    def weights(self) -> int:
        """k² M N / g"""
        return math.prod(self.kernel) * math.prod(self.channels) // self.groups

    @property
    def parameters(self) -> int:
        """The weights, and a bias for each output channel."""
        return self.weights + self.bias * self.channels[1]

    @property
    def macs(self) -> int:
        """Each weight meets each place of the output once."""
        return self.weights * math.prod(self.made)

    @property
    def bytes_moved(self) -> int:
        """An estimate: input, weights and output as float32, each number once."""
        M, N = self.channels
        return 4 * (M * math.prod(self.seen) + self.weights + N * math.prod(self.made))

    @property
    def macs_per_byte(self) -> float:
        """The arithmetic intensity, an estimate as the bytes are one."""
        return self.macs / self.bytes_moved


def layer_costs(model: nn.Module, input_shape) -> list[LayerCost]:
    """The convolutions and linear layers of a model, in the order in which they run.

    input_shape   without batch, such as (3, 224, 224)
    Raises ValueError if the model does not take it. Products outside nn.Conv2d and nn.Linear are not seen.

    >>> from edukit.networks import MobileClassifier
    >>> costs = layer_costs(MobileClassifier(), (3, 32, 32))
    >>> len(costs), costs[1].name, costs[1].kind
    (14, 'blocks.0.separable.0', 'depthwise')
    """
    model = copied(model).eval()
    costs = []

    def watch(name):
        return lambda layer, inputs, out: costs.append(_cost(name, layer, inputs[0], out))

    for name, layer in model.named_modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            layer.register_forward_hook(watch(name))
    try:
        with torch.no_grad():
            model(torch.zeros(1, *input_shape))
    except (RuntimeError, TypeError) as error:
        raise ValueError(f"model does not take input_shape {input_shape}: {error}") from error
    return costs


def block_costs(
    channels: int, size: int, *, kernel: int = 3, stride: int = 1, expansion: int = 6, squeeze: int = 8
) -> dict[str, list[LayerCost]]:
    """Five blocks for one job, by formula: as many channels out as in, at stride 2 twice as many.

    size        height and width of the image that comes in
    expansion   of the inverted residual · squeeze: Fire keeps one of so many channels; at stride 2 it is behind a pool
    Biases are counted, as batch norm becomes one. The list of the ShuffleNet unit is empty where it would have to
    halve an odd number of channels.

    >>> [(layer.name, layer.macs) for layer in block_costs(4, size=1)["separable"]]  # 3 · 3 · 4, then 4 · 4
    [('depthwise', 36), ('pointwise', 16)]
    >>> {name: sum(layer.macs for layer in layers) for name, layers in block_costs(64, 10).items()}
    {'standard': 3686400, 'separable': 467200, 'inverted residual': 5260800, 'Fire': 307200, 'ShuffleNet unit': 233600}
    """
    check_sizes(channels=channels, size=size, kernel=kernel, stride=stride, expansion=expansion, squeeze=squeeze)
    M = channels
    N = channels * stride
    k = kernel
    small = -(-size // stride)
    wide = M * expansion
    keep = max(1, N // squeeze)
    three = N // 2
    half = N // 2
    working = half if stride == 1 else M  # channels that the unit's working branch sees

    def one(name, M, N, size=small):
        return LayerCost(name, (M, N), seen=(size, size), made=(size, size))

    def filters(name, M, N, groups=1, seen=size, made=small):
        return LayerCost(name, (M, N), (k, k), groups, (seen, seen), (made, made))

    passing = [filters("passing", M, M, M), one("passing", M, half)] if stride > 1 else []
    work = [one("work", working, half, size), filters("work", half, half, half), one("work", half, half)]
    return {
        "standard": [filters("conv", M, N)],
        "separable": [filters("depthwise", M, M, M), one("pointwise", M, N)],
        "inverted residual": [one("widen", M, wide, size)] * (expansion > 1)
        + [filters("depthwise", wide, wide, wide), one("narrow", wide, N)],
        "Fire": [one("squeeze", M, keep), one("expand1", keep, N - three), filters("expand3", keep, three, seen=small)],
        "ShuffleNet unit": [] if N % 2 else passing + work,
    }


def _cost(name, layer, x, out) -> LayerCost:
    bias = layer.bias is not None
    if isinstance(layer, nn.Linear):
        places = (1, math.prod(x.shape[:-1]))
        return LayerCost(name, (layer.in_features, layer.out_features), (1, 1), 1, places, places, bias, linear=True)
    channels = (layer.in_channels, layer.out_channels)
    seen = tuple(x.shape[2:])
    made = tuple(out.shape[2:])
    return LayerCost(name, channels, layer.kernel_size, layer.groups, seen, made, bias)
