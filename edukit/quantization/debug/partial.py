"""A network quantized in part: switch the rounding of each layer on and off, to see which part does the harm.

    float network       x ─ conv(x, w) ─ relu ─ …       capture and fold, as quantize_model does first
    quantized network   x̂ ─ conv(x̂, ŵ) ─ relu ─ …       what quantize_model made of it, operation by operation
    partly quantized    either of the two, for each layer's weights and for each layer's input

With everything switched on it answers as the quantized network does, with nothing as the float network.

In production  AIMET's QuantAnalyzer; Polygraphy's debug precision switches layers of a TensorRT engine
"""

from collections.abc import Callable, Iterable
from functools import partial

import torch
from torch import fx, nn

from edukit.graph import layer_name, parameter, watched
from edukit.quantization.grid.affine import QParams, fake_quantize
from edukit.quantization.ptq.placement import why_float
from edukit.quantization.ptq.rewrite import QuantizedModel

FLOAT = 16  # the number of bits that stands for "not quantized"


class Parts:
    """A float network beside its quantized copy: what the copy stores for each layer and each value.

    network     as from `float_network`
    quantized   what quantize_model made of the same model
    layers      {name: its operations}: more than one where a module is called twice
    stored      {operation: (weight, bias)} as the codes mean them
    grids       {operation: QParams} of its value

    >>> from edukit.quantization import quantize_model
    >>> from edukit.quantization.ptq.fold import float_network
    >>> net, x = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2)), torch.rand(20, 4)
    >>> quantized = quantize_model(net, x, 2)
    >>> parts = Parts(float_network(net, x), quantized)
    >>> list(parts.layers), torch.equal(parts.switched_on()(x), quantized(x))
    (['0', '2'], True)
    >>> torch.allclose(parts.switched_on([])(x), net(x))
    True
    """

    def __init__(self, network: fx.GraphModule, quantized: QuantizedModel):
        self.network = network
        self.layers = {}
        self.stored = {}
        self.grids = {}
        copies = {node.name: node for node in quantized.network.graph.nodes}
        for node in network.graph.nodes:
            if why_float(node) is None:
                if node.name not in copies:
                    raise ValueError(f"quantized was not made of this network: it has no {node.name}")
                _, weight, *rest = copies[node.name].args
                bias = rest[0] if rest else None
                self.layers.setdefault(layer_name(node), []).append(node)
                self.stored[node] = _value(quantized.network, weight), _value(quantized.network, bias)
            for user in copies[node.name].users if node.name in copies else ():
                if user.target is torch.ops.edukit.quantize.default:
                    scale, zero_point, qmin, qmax = (_value(quantized.network, part) for part in user.args[1:])
                    self.grids[node] = QParams(scale, zero_point.to(torch.int32), qmin, qmax)

    def switched_on(self, layers: Iterable[str] | None = None, *, weights=True, activations=True) -> nn.Module:
        """The float network, in which these layers compute with rounded weights and with inputs on their grid.

        layers   names; None: all of them, and every other value that the quantized network puts on a grid
        """
        names = self.names(layers)
        nodes = [node for name in names for node in self.layers[name]]
        points = self.grids if layers is None else {node.args[0] for node in nodes}
        return PartlyQuantized(self, set(nodes) if weights else set(), set(points) if activations else set())

    def switched_off(self, layers: Iterable[str]) -> nn.Module:
        """The quantized network, in which these layers compute with float weights and float inputs."""
        off = {node for name in self.names(layers) for node in self.layers[name]}
        return PartlyQuantized(self, set(self.stored) - off, set(self.grids) - {node.args[0] for node in off})

    def names(self, layers: Iterable[str] | None) -> list[str]:
        """The names as a list, all of them for None; ValueError for a name that no layer has."""
        names = list(self.layers) if layers is None else list(layers)
        if unknown := sorted(set(names) - set(self.layers)):
            raise ValueError(f"layers names {', '.join(unknown)}; the layers are {', '.join(self.layers)}")
        return names


class PartlyQuantized(nn.Module):
    """Which operations use stored weights, and which values lie on their grid."""

    def __init__(self, parts: Parts, layers: set, points: set):
        super().__init__()
        self.parts = parts
        self.layers = layers
        self.points = points & parts.grids.keys()

    def forward(self, *inputs):
        return self.run(inputs)

    def run(self, inputs: tuple, notice: Callable = lambda node, value: None):
        """The answer; notice(operation, value) is told what goes through, in the order of computing."""

        def look(node, value):
            if node in self.points:
                value = fake_quantize(value, self.parts.grids[node])
            notice(node, value)
            return value

        stored = {}
        for node in self.layers:
            weight, bias = self.parts.stored[node]
            stored[node] = partial(compute, node, weight=weight, bias=bias)
        return watched(self.parts.network, inputs, look, compute=stored)


def compute(layer: fx.Node, x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
    """One layer's operation on these values, with its own stride, padding and groups."""
    return layer.target(x, weight, bias, *layer.args[3:], **layer.kwargs)


def _value(graph, source):
    """A constant of a graph: a tensor it holds, or what a few operations make of one."""
    if not isinstance(source, fx.Node):
        return source
    if source.op == "get_attr":
        return parameter(graph, source).detach()
    return source.target(*(_value(graph, argument) for argument in source.args))
