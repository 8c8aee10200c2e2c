"""Nodes of a graph: which of them are layers, which weights they read, and what these are called."""

import torch
from torch import fx, nn

aten = torch.ops.aten
CONVOLUTIONS = aten.conv1d, aten.conv2d, aten.conv3d
LAYERS = {operation for conv in CONVOLUTIONS for operation in (conv.default, conv.padding)}  # padding="same"
LAYERS |= {aten.linear.default}


def parameter(graph: fx.GraphModule, node) -> torch.Tensor | None:
    """The tensor behind a `get_attr` node, or None for anything that is computed."""
    if not isinstance(node, fx.Node) or node.op != "get_attr":
        return None
    *path, name = node.target.split(".")
    return getattr(graph.get_submodule(".".join(path)), name)


def layer_name(node: fx.Node) -> str:
    """The module that owns an operation's weight, such as "features.0", or the operation's own name."""
    weights = [source for source in node.all_input_nodes if source.op == "get_attr"]
    if not weights:
        return node.name
    return weights[0].meta.get("layer") or weights[0].target.rpartition(".")[0] or weights[0].target


def tensors_of(model: nn.Module, *, shared_once: bool = True) -> dict[str, torch.Tensor]:
    """Parameters and buffers by name; what has several names under the first of them, or under all."""
    parameters = model.named_parameters(remove_duplicate=shared_once)
    return dict(parameters) | dict(model.named_buffers(remove_duplicate=shared_once))


def attach(graph: fx.GraphModule, name: str, tensor: torch.Tensor) -> fx.Node:
    """Store a tensor in the graph's module, as it is, and return a new node that reads it."""
    (graph.register_parameter if isinstance(tensor, nn.Parameter) else graph.register_buffer)(name, tensor)
    node = graph.graph.get_attr(name)
    node.meta["val"] = tensor
    return node
