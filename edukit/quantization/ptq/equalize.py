"""Cross-layer equalization: scale a channel down in one layer and up in the next, so that both quantize better.

    y = W₂ ReLU(W₁ x + b)  =  (W₂ S) ReLU(S⁻¹ W₁ x + S⁻¹ b)        s = sqrt(r₁ / r₂) for each channel

Afterwards both ranges are sqrt(r₁ r₂). The values between the layers are divided by s as well, and 8-bit activations
may feel it.

Symbols   r₁ the largest |w| that makes a channel, r₂ the largest that reads it · S = diag(s), all s > 0
Shapes    s, r₁, r₂, b (C,); W₁ (C, …); W₂ (out, C, …)
Error     none but float rounding: ReLU(s y) = s ReLU(y) for s > 0. ReLU6 would cut elsewhere: no such pair
Source    Nagel et al. 2019, https://arxiv.org/abs/1906.04721, section 4.1
In production  cross-layer equalization of AIMET; graph equalization of Brevitas
"""

import torch
from torch import fx, nn

from edukit.checked import checked
from edukit.graph import layer_name, parameter
from edukit.quantization.grid.affine import Array, namespace
from edukit.quantization.ptq.fold import float_network
from edukit.quantization.ptq.pairs import Pair, equalizable_pairs, weights_of
from edukit.quantization.ptq.rewrite import cleaned
from edukit.refuse import check_array, check_whole
from edukit.turns import in_turn


def equalizing_scales(r1: Array, r2: Array) -> Array:
    """s = sqrt(r₁ / r₂) for each channel, and 1 where either is 0: a dead channel has nothing to share.

    >>> import numpy as np
    >>> equalizing_scales(np.float32([8, 0.5, 0]), np.float32([2, 2, 3])).tolist()
    [2.0, 0.5, 1.0]
    """
    check_ranges(r1=r1, r2=r2)
    xp = namespace(r1)
    alive = (r1 > 0) & (r2 > 0)
    one = xp.ones_like(r1)
    return xp.sqrt(xp.where(alive, r1, one)) / xp.sqrt(xp.where(alive, r2, one))  # r1 / r2 might overflow


def equalize_pair(w1: Array, b1: Array, w2: Array) -> tuple[Array, Array, Array]:
    """Two linear layers with a ReLU between them as two whose channels have equal ranges.

    w1 (C, in) · b1 (C,) · w2 (out, C)

    >>> w1, b1, w2 = torch.tensor([[4.0, -8.0], [0.5, 0.25]]), torch.tensor([6.0, 1.0]), torch.tensor([[2.0, 2.0]])
    >>> [w.tolist() for w in equalize_pair(w1, b1, w2)]
    [[[2.0, -4.0], [1.0, 0.5]], [3.0, 2.0], [[4.0, 1.0]]]
    """
    for name, values in (("w1", w1), ("b1", b1), ("w2", w2)):
        check_array(values, name)
    if w1.ndim != 2 or w2.ndim != 2 or b1.shape != w1.shape[:1] or w2.shape[1] != len(w1):
        shapes = (tuple(v.shape) for v in (w1, b1, w2))
        raise ValueError("w1 (C, in), b1 (C,) and w2 (out, C) do not fit: got {}, {}, {}".format(*shapes))
    xp = namespace(w1)
    s = equalizing_scales(xp.amax(xp.abs(w1), 1), xp.amax(xp.abs(w2), 0))
    return w1 / s[:, None], b1 / s, w2 * s


@checked
@in_turn
def equalize(model: nn.Module, example, *, iterations: int = 40) -> fx.GraphModule:
    """The same function with equal channel ranges in every pair of layers; batch norms are folded.

    example      inputs to trace it with, one batch or a tuple; their values do not matter
    iterations   rounds over all pairs: in a chain of layers each pair disturbs its neighbours; fewer where it settles
    The model itself is not changed; the result can be quantized, traced or equalized again.

    >>> net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
    >>> equal = equalize(net, torch.zeros(2, 3))
    >>> torch.allclose(equal.get_parameter("0.weight").abs().amax(1), equal.get_parameter("2.weight").abs().amax(0))
    True
    """
    iterations = check_whole(iterations, "iterations")
    graph = float_network(model, example)
    pairs = equalizable_pairs(graph, example)
    weights = Weights(graph)
    for _ in range(iterations):
        scales = [weights.share(pair, equalizing_scales(*weights.ranges(pair))) for pair in pairs]
        if all(bool((s.log().abs() < 1e-4).all()) for s in scales):
            break
    return weights.stored()


def pair_weights(model: nn.Module, example) -> dict[tuple[str, ...], tuple[torch.Tensor, torch.Tensor]]:
    """{names: (the weights that make each channel, those that read it)} for each pair, both (C, …): to look at.

    >>> net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 2))
    >>> {names: (made.shape, read.shape) for names, (made, read) in pair_weights(net, torch.zeros(2, 3, 8, 8)).items()}
    {('0', '3'): (torch.Size([4, 27]), torch.Size([4, 72]))}
    """
    graph = float_network(model, example)
    weights = Weights(graph)
    return {pair.names: weights.by_channel(pair) for pair in equalizable_pairs(graph, example)}


def check_ranges(**ranges: Array) -> None:
    """Raise a ValueError that names both unless they have one shape and are finite and at least 0."""
    for name, values in ranges.items():
        check_array(values, name)
    a, b = ranges.values()
    if a.shape != b.shape or not all(bool((namespace(r).isfinite(r) & (r >= 0)).all()) for r in (a, b)):
        raise ValueError(f"{' and '.join(ranges)} must have equal shapes, be finite and at least 0, got {a} and {b}")


class Weights:
    """The weights and biases of a captured graph, as factors are moved from one layer to the next."""

    def __init__(self, graph: fx.GraphModule):
        self.graph = graph
        self.of = {
            node: [parameter(graph, source).detach().clone() for source in sources]
            for node in graph.graph.nodes
            if (sources := weights_of(graph, node))
        }

    def by_channel(self, pair: Pair) -> tuple[torch.Tensor, torch.Tensor]:
        """The weights that make each channel (C, …), and those that read it (C, …), with zeros where one has fewer."""
        made = self.of[pair.first][0]
        made = made.reshape(len(made), -1)  # a norm's weight has one axis
        read = [[] for _ in made]
        for node, source in pair.readers.items():
            for channel, row in zip(source.tolist(), self._by_input(node, len(source)), strict=True):
                read[channel].append(row)
        rows = [torch.cat(parts) if parts else made.new_zeros(1) for parts in read]
        return made, nn.utils.rnn.pad_sequence(rows, batch_first=True)

    def ranges(self, pair: Pair) -> tuple[torch.Tensor, torch.Tensor]:
        """r₁ and r₂: the largest |w| that makes each channel, and the largest that reads it."""
        made, read = self.by_channel(pair)
        return made.abs().amax(1), read.abs().amax(1)

    def share(self, pair: Pair, s: torch.Tensor) -> torch.Tensor:
        """Divide what the first layer makes by s, multiply in the weights of those that read it; returns s."""
        self.of[pair.first] = [v / s.reshape(-1, *[1] * (v.ndim - 1)) for v in self.of[pair.first]]
        for node, source in pair.readers.items():
            self.of[node][0] = times_inputs(self.of[node][0], s[source])
        return s

    def stored(self) -> fx.GraphModule:
        """The graph with these weights. A layer that took in a batch norm has its own name again, if that is free."""
        nodes = list(self.graph.graph.nodes)
        modules = dict(self.graph.named_modules())
        for node, values in self.of.items():
            owner = layer_name(node)
            sources = weights_of(self.graph, node)
            for kind, source, value in zip(("weight", "bias"), sources, values, strict=False):
                own = f"{owner}.{kind}"
                if "layer" in sources[0].meta and owner in modules and all(own != other.target for other in nodes):
                    source.target = own
                path, _, name = source.target.rpartition(".")
                setattr(self.graph.get_submodule(path), name, nn.Parameter(value))
        return cleaned(self.graph)

    def _by_input(self, node, inputs):
        """The weight as (in, all that reads this input)."""
        w = self.of[node][0]
        return w.reshape(inputs // w.shape[1], -1, *w.shape[1:]).movedim(2, 1).reshape(inputs, -1)


def per_channel(pair: Pair, of_inputs: dict[fx.Node, torch.Tensor], channels: int) -> torch.Tensor:
    """The largest value of each channel, over all inputs of all layers that read it; 0 where none does."""
    largest = next(iter(of_inputs.values())).new_zeros(channels)
    for node, source in pair.readers.items():
        largest = largest.scatter_reduce(0, source, of_inputs[node], "amax")
    return largest


def times_inputs(w: torch.Tensor, s: torch.Tensor) -> torch.Tensor:
    """Weights (out, in/groups, …), each multiplied by the factor of the input that it reads, s (in,).

    >>> times_inputs(torch.ones(2, 1), torch.tensor([3.0, 5.0])).tolist()  # two groups of one
    [[3.0], [5.0]]
    """
    groups = len(s) // w.shape[1]
    factor = s.reshape(groups, 1, -1, *[1] * (w.ndim - 2))
    return (w.reshape(groups, -1, *w.shape[1:]) * factor).reshape(w.shape)
