"""Pairs of layers that may share a factor: which layers read the channels that another layer makes.

    y = W₂ f(W₁ x + b)  =  W₂ s · f((W₁ x + b) / s)      for every f with f(s y) = s f(y), s > 0

ReLU, pooling and flattening are such f; ReLU6, GELU, softmax, additions and norms are not. A layer's output has to
reach other layers through such f alone, on every path, and a weight that is read twice cannot be changed for one.

A first run replaces each layer's output by one colour per channel. The colours that arrive at the inputs of the next
layers say which channel each input is, whatever was flattened or shuffled in between.

Shapes    s (C,), a factor for each channel that the first layer makes; source (in,), the channel behind each input
Source    Nagel et al. 2019, https://arxiv.org/abs/1906.04721, section 4.1 (positive homogeneity)
In production  AIMET finds the same pairs by following its own graph; llm-compressor asks for the layers' names
"""

from collections import Counter
from dataclasses import dataclass

import torch
from torch import fx

from edukit.graph import LAYERS, check_sizes, has_rows, layer_name, parameter
from edukit.inputs import as_inputs
from edukit.quantization.ptq.placement import MEANS, MOVES

aten = torch.ops.aten
NORM = aten.layer_norm.default
_MAXIMA = {aten.relu.default, aten.leaky_relu.default, aten.max_pool1d.default, aten.max_pool3d.default}
HOMOGENEOUS = MEANS | MOVES | _MAXIMA | {aten._unsafe_view.default, aten.contiguous.default}  # f(s y) = s f(y)


@dataclass(frozen=True)
class Pair:
    """A layer or norm, and the layers that read what it makes: {layer: source, the channel behind each input}."""

    first: fx.Node
    readers: dict[fx.Node, torch.Tensor]

    @property
    def names(self) -> tuple[str, ...]:
        """The layer that makes the channels, then those that read them."""
        return layer_name(self.first), *map(layer_name, self.readers)


def equalizable_pairs(graph: fx.GraphModule, example, *, norms: bool = False) -> list[Pair]:
    """The pairs of a captured graph whose batch norms are folded, in the order in which they are computed.

    example   inputs to run it on, one batch or a tuple; only their shapes matter
    norms     whether a layer norm may be the first of a pair: its weight and bias take a factor as a layer's do

    >>> from torch import nn
    >>> from edukit.graph import capture
    >>> net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(36, 2))
    >>> pair, = equalizable_pairs(capture(net, torch.zeros(2, 1, 8, 8)), torch.zeros(2, 1, 8, 8))
    >>> pair.names, pair.readers[list(pair.readers)[0]].tolist()[:12]
    (('0', '4'), [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1])
    """
    reads = Counter(source.target for node in graph.graph.nodes for source in node.all_input_nodes)
    makers = [node for node in graph.graph.nodes if node.target in LAYERS or norms and node.target is NORM]
    firsts = [n for n in makers if (own := weights_of(graph, n)) and all(reads[w.target] == 1 for w in own)]
    inputs = _few_rows(graph, as_inputs(example, graph))
    runs = [_Coloured(graph, firsts, irrational) for irrational in (5**0.5, 2**0.5)]  # a mixture fools one at most
    for run in runs:
        run.run(*inputs)
    origin = runs[0].origin
    (once, again) = (run.sources for run in runs)
    sources = {
        n: once[n] for n in once if n in again and torch.equal(once[n], again[n]) and reads[n.args[1].target] == 1
    }
    pairs = []
    for first in firsts:
        passed = [node for node in origin if origin[node] is first]
        readers = {user: sources[user] for n in passed for user in n.users if user in sources and user.args[0] is n}
        allowed = {*passed, *readers}
        if readers and all(u in allowed or u.target is aten.sym_size.int for n in passed for u in n.users):
            pairs.append(Pair(first, readers))
    return pairs


def _few_rows(graph, inputs):
    """Two rows of each input, where the graph takes another number of rows than it was captured with."""
    few = [x[:2] if rows else x for rows, x in zip(has_rows(graph), inputs, strict=True)]
    try:
        check_sizes(graph, *few)
    except ValueError:  # its Python looped over the rows, or an input has none
        return inputs
    return few


def weights_of(graph: fx.GraphModule, node: fx.Node) -> list[fx.Node]:
    """The nodes that hold the weight and bias of a layer or norm; [] if one is computed, or not one per channel."""
    read = [source for source in node.args[1:] if isinstance(source, fx.Node)]
    if not read or node.target not in LAYERS | {NORM} or any(parameter(graph, source) is None for source in read):
        return []
    return read if node.target in LAYERS or parameter(graph, read[0]).ndim == 1 else []


class _Coloured(fx.Interpreter):
    """Runs a graph in which each channel of a layer's output has a colour of its own.

    origin    {node: the layer that coloured its value} · sources  {layer: the channel behind each of its inputs}
    """

    def __init__(self, graph, firsts, irrational):
        super().__init__(graph)
        self.firsts = set(firsts)
        self.irrational = irrational
        self.origin = {}
        self.sources = {}

    @torch.no_grad()
    def run_node(self, node):
        first = self.origin.get(node.args[0]) if node.args and isinstance(node.args[0], fx.Node) else None
        if first is not None and node.target in LAYERS and weights_of(self.module, node):
            self._read(node, self._colours(self.env[node.args[0]], first))
        value = super().run_node(node)
        if node in self.firsts:
            self.origin[node] = node
            colours = self._colours(value, node).reshape(-1, *[1] * (-1 - channel_axis(node)))
            return torch.empty_like(value).copy_(colours)  # laid out in memory as the value is, which a view relies on
        if first is not None and node.target in HOMOGENEOUS:
            self.origin[node] = first
        return value

    def _colours(self, like, first):
        """From 1 to 2, far from each other, and hardly ever one the mean of others."""
        count = len(parameter(self.module, weights_of(self.module, first)[0]))
        return 1 + (torch.arange(count, dtype=torch.float64) * self.irrational % 1).to(like)

    def _read(self, node, colours):
        inputs = self.env[node.args[0]].movedim(channel_axis(node), -1)
        inputs = inputs.reshape(-1, inputs.shape[-1])
        source = (inputs[0, :, None] - colours).abs().argmin(1)
        if torch.allclose(inputs, colours[source].expand_as(inputs), rtol=1e-5):
            self.sources[node] = source


def channel_axis(node: fx.Node) -> int:
    """The axis of a layer's channels, counted from the end: the last of a linear layer, the third last of conv2d."""
    return -1 if node.target in (aten.linear.default, NORM) else 1 - node.args[1].meta["val"].ndim
