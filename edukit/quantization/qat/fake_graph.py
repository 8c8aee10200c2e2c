"""Rewriting a captured graph for QAT: fake-quantize what `quantize_model` would quantize, keep weights trainable.

    x ─ fake ─ layer(x, w, b, γ, β, μ, σ²) ─ relu ─ fake ─ …       modules of fake.py, called by the graph

A second copy of the graph stays as it was captured: it will be quantized once the weights have changed.
A value that was only moved (max pooling, flatten) is on its grid already, so it gets no fake of its own.

Source    Jacob et al. 2018, https://arxiv.org/abs/1712.05877, figure 1.1 b
In production  prepare_qat_pt2e of torchao.quantization.pt2e inserts the same modules
"""

import operator
from dataclasses import dataclass
from functools import partial

import torch
from torch import fx

from edukit.quantization.grid.affine import QParams
from edukit.quantization.ptq.fold import BATCH_NORM, takes_in_norm
from edukit.quantization.ptq.placement import moved_from, observed, why_float
from edukit.quantization.ptq.standard_form import READ
from edukit.quantization.qat.fake import BatchNorm, FakeQuantize, QuantizedLayer


@dataclass(frozen=True)
class Reads:
    """What one layer reads: the tensors' names (weight, bias, and those of its norm), and the norm, or None.

    turns   operations on the weight that give the layer's matrix, each with its arguments, such as (aten.t.default,)
    """

    names: list[str | None]
    norm: BatchNorm | None
    turns: tuple[tuple, ...] = ()

    def tensors(self, graph: fx.GraphModule) -> list[torch.Tensor | None]:
        """The tensors of these names, as they are now, and as the layer reads them."""
        tensors = [name and operator.attrgetter(name)(graph) for name in self.names]
        for turn, *arguments in self.turns:
            tensors[0] = turn(tensors[0], *arguments)
        return tensors

    def nodes(self, graph: fx.Graph) -> list[fx.Node | None]:
        """New nodes that read them."""
        nodes = [None if name is None else graph.get_attr(name) for name in self.names]
        for turn, *arguments in self.turns:
            nodes[0] = graph.call_function(turn, (nodes[0], *arguments))
        return nodes


def layers_of(graph: fx.GraphModule) -> dict[str, Reads]:
    """What each layer reads that has an integer form, by its node's name; before batch norm is folded."""
    norms = {node.args[0]: node for node in graph.graph.nodes if node.target is BATCH_NORM}
    layers = {}
    for node in [node for node in graph.graph.nodes if why_float(node) is None]:
        norm = norms.get(node) if takes_in_norm(graph, node) else None
        weight, turns = node.args[1].meta.get(READ, (node.args[1].target, ()))
        read = [node.args[2] if len(node.args) > 2 else None, *(norm.args[1:5] if norm else ())]
        names = [None if tensor is None else tensor.target for tensor in read]
        layers[node.name] = Reads([weight, *names], BatchNorm(*norm.args[5:7]) if norm else None, turns)
    return layers


def origins(graph: fx.GraphModule) -> dict[fx.Node, fx.Node]:
    """Each value that is quantized, with the one whose grid it takes: itself, or what it was moved from."""
    origin = {}
    for point in observed(graph):
        origin[point] = origin.get(moved_from(point), point)
    return origin


def fake_activation(graph: fx.GraphModule, point: fx.Node, grid: QParams, bits: int, learned: bool) -> FakeQuantize:
    """Send a value through a fake of its own before anyone reads it."""
    fake = FakeQuantize(bits, learned=learned)
    fake.start(grid)
    graph.add_submodule(f"{point.name}_fake", fake)
    with graph.graph.inserting_before(point.next):
        call = graph.graph.call_module(f"{point.name}_fake", (point,))
    point.replace_all_uses_with(call, delete_user_cb=lambda user: user is not call)
    return fake


def fake_layer(graph: fx.GraphModule, node: fx.Node, reads: Reads, source: FakeQuantize, **options) -> None:
    """Put a module in the place of a layer and of the norm that was folded into it."""
    operation = partial(_call, node.target, tuple(node.args[3:]))
    graph.add_submodule(f"{node.name}_layer", QuantizedLayer(operation, source, norm=reads.norm, **options))
    with graph.graph.inserting_before(node):
        call = graph.graph.call_module(f"{node.name}_layer", (node.args[0], *reads.nodes(graph.graph)))
    node.replace_all_uses_with(call)
    graph.graph.erase_node(node)


def make_trainable(graph: fx.GraphModule) -> None:
    """Norms that were not folded become modules; no view can flatten images that training lays out channels last."""
    for node in list(graph.graph.nodes):
        if node.target is BATCH_NORM:
            _replace_norm(graph, node)
        elif node.target is torch.ops.aten.view.default:
            node.target = torch.ops.aten.reshape.default


def answer_with_a_tensor(graph: fx.GraphModule) -> None:
    """Return a single output as it is: a tree of outputs, as torch.export leaves it, cannot be copied quietly."""
    output = graph.graph.output_node()
    if len(output.args[0]) == 1:
        output.args = tuple(output.args[0])
        graph.graph.set_codegen(fx.graph.CodeGen())
        graph.recompile()


def _replace_norm(graph, norm):
    graph.add_submodule(f"{norm.name}_norm", BatchNorm(*norm.args[5:7]))
    with graph.graph.inserting_before(norm):
        call = graph.graph.call_module(f"{norm.name}_norm", norm.args[:5])
    for item in list(norm.users):  # the operator returned a tuple, of which item 0 is the result
        item.replace_all_uses_with(call)
        graph.graph.erase_node(item)
    graph.graph.erase_node(norm)


def _call(operation, options, x, weight, bias):
    return operation(x, weight, bias, *options)
