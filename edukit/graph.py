"""A model as a graph: every operation a node, every weight a name, whatever the Python that wrote it.

    capture(model, example)  ->  placeholder → aten.conv2d → aten.relu → … → output

torch.export runs the model once on shapes alone and writes down the operators it meets, so residual additions,
functional calls, shared modules and attention layers all look alike. The techniques of this kit walk that graph
and never ask for the names of Python classes. The batch, axis 0 of each input, stays free.

Source    https://docs.pytorch.org/docs/stable/export.html
"""

import copy
import warnings

import numpy as np
import torch
from torch import fx, nn


def capture(model: nn.Module, example) -> fx.GraphModule:
    """The model in evaluation mode as a functional graph with weights of its own; the model is not changed.

    example   one batch, or a tuple of batches for a model of several inputs
    Raises ValueError where the model's Python depends on the values it computes.
    """
    inputs = tuple(_two_rows(x) for x in as_inputs(example))
    frozen = copy.deepcopy(model).eval()
    free_batch = torch.export.ShapesCollection()
    for x in inputs:
        free_batch[x] = {0: torch.export.Dim.AUTO}
    try:
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            exported = torch.export.export(frozen, inputs, dynamic_shapes=free_batch).run_decompositions({})
    except Exception as error:
        reason = str(error).strip().split("\n")[0]
        raise ValueError(f"model cannot be traced by torch.export: {type(error).__name__}: {reason}") from error
    return _plain(exported.module())


def as_inputs(example) -> tuple[torch.Tensor, ...]:
    """One batch or several as a tuple of tensors; numpy's float64, its default, becomes float32, torch's.

    >>> as_inputs(np.array([0.5]))[0].dtype, len(as_inputs((torch.zeros(2), torch.zeros(3))))
    (torch.float32, 2)
    """
    return tuple(_as_tensor(batch) for batch in (example if isinstance(example, tuple) else (example,)))


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


def attach(graph: fx.GraphModule, name: str, tensor: torch.Tensor) -> fx.Node:
    """Store a tensor in the graph's module, as it is, and return a new node that reads it."""
    (graph.register_parameter if isinstance(tensor, nn.Parameter) else graph.register_buffer)(name, tensor)
    node = graph.graph.get_attr(name)
    node.meta["val"] = tensor
    return node


def _as_tensor(batch) -> torch.Tensor:
    if isinstance(batch, torch.Tensor):
        return batch
    batch = np.asarray(batch)
    return torch.as_tensor(batch.astype(np.float32) if batch.dtype == np.float64 else batch)


def _two_rows(x: torch.Tensor) -> torch.Tensor:
    """A batch of one would be taken for a constant 1 in the graph."""
    return torch.cat([x, x]) if x.ndim and len(x) == 1 else x


def _plain(exported: fx.GraphModule) -> fx.GraphModule:
    """Without export's own shape guards, and able to change between train and eval like any module."""
    for node in list(exported.graph.nodes):
        if node.op == "call_module" and node.target == "_guards_fn":
            exported.graph.erase_node(node)
    exported.graph.eliminate_dead_code()
    return fx.GraphModule(exported, exported.graph).eval()
