"""Graphs: any model as a graph of named operations and weights, whatever Python wrote it.

    capture(model, example)         ->  placeholder → aten.conv2d → aten.relu → … → output
    capture_each(models, example)   ->  the same graph for each, with its own weights

torch.export runs the model once on shapes alone and writes down the operators it meets, so residual additions,
functional calls, shared modules and attention layers all look alike. The techniques of this kit walk that graph
and never ask for the names of Python classes. The batch, axis 0 of each input, stays free.

A captured graph is a model, too. To capture it again for the same sizes is to copy it, a hundred times faster: what is
to be quantized ten times should be captured first.

`watched` runs a graph and shows each value to a function as soon as it is computed: to look at it, or to change it.

Source    https://docs.pytorch.org/docs/stable/export.html
"""

import copy
import warnings
from collections.abc import Callable, Iterable

import numpy as np
import torch
from torch import fx, nn

from edukit.refuse import first_line

aten = torch.ops.aten
CONVOLUTIONS = aten.conv1d, aten.conv2d, aten.conv3d
LAYERS = {operation for conv in CONVOLUTIONS for operation in (conv.default, conv.padding)}  # padding="same"
LAYERS |= {aten.linear.default}


def capture(model: nn.Module, example) -> fx.GraphModule:
    """The model in evaluation mode as a functional graph with weights of its own; the model is not changed.

    example   one batch, or a tuple of batches for a model of several inputs
    Raises ValueError where the model's Python depends on the values it computes.
    """
    inputs = tuple(example_rows(x) for x in as_inputs(example))
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        frozen = copy.deepcopy(model).eval()
        if isinstance(model, fx.GraphModule) and model.meta.get("captured for") == _sizes(inputs):
            return frozen
        try:
            graph = _exported(frozen, inputs)
        except Exception as error:
            raise ValueError(f"model cannot be traced by torch.export: {first_line(error)}") from error
    graph.meta["captured for"] = _sizes(inputs)
    return graph


def capture_each(models: Iterable[nn.Module], example) -> list[fx.GraphModule]:
    """A graph for each of several models that differ in their weights alone: the first is followed, for all of them.

    Raises TypeError for a single model, ValueError where a graph does not answer the example as its model does.

    >>> nets, x = [nn.Linear(2, 3), nn.Linear(2, 3)], torch.ones(4, 2)
    >>> [torch.equal(graph(x), net(x)) for graph, net in zip(capture_each(nets, x), nets)]
    [True, True]
    """
    if isinstance(models, nn.Module):  # an nn.Sequential would be taken for a list of its layers
        raise TypeError(f"models must be a list of models, got {type(models).__name__}")
    graphs, inputs = [], as_inputs(example)
    for number, model in enumerate(models):
        graph, own = capture(graphs[0] if graphs else model, example), tensors_of(model, shared_once=False)
        try:
            with torch.no_grad():
                for name, tensor in tensors_of(graph, shared_once=False).items():
                    tensor.copy_(own.get(name, tensor))  # what has no name in the model is a constant of its code
                answers = copy.deepcopy(model).eval()(*inputs)
                torch.testing.assert_close(graph(*inputs), answers, rtol=1e-3, atol=1e-3)
        except (RuntimeError, AssertionError) as error:
            raise ValueError(f"models[{number}] differs from the first in more than its weights: {error}") from error
        graphs.append(graph)
    return graphs


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


def watched(graph: fx.GraphModule, inputs: tuple, look: Callable, *, compute: dict | None = None):
    """Run the graph and return what it answers; each value is looked at, or changed, as soon as it is computed.

    look      look(node, value): what it returns goes on in place of the value, unless it is None
    compute   {node: function}: these operations are computed by function(x) from their first input instead

    >>> net = capture(nn.Sequential(nn.Linear(2, 2), nn.ReLU()), torch.zeros(3, 2))
    >>> seen = []
    >>> _ = watched(net, (torch.zeros(3, 2),), lambda node, value: seen.append(node.name))
    >>> seen[2:]
    ['input_1', 'linear', 'relu', 'output']
    """
    return _Watched(graph, look, compute or {}).run(*inputs)


class _Watched(fx.Interpreter):
    def __init__(self, graph, look, compute):
        super().__init__(graph)
        self.look, self.compute = look, compute

    def run_node(self, node):
        if node in self.compute:
            value = self.compute[node](self.env[node.args[0]])
        else:
            value = super().run_node(node)
        changed = self.look(node, value)
        return value if changed is None else changed


def _as_tensor(batch) -> torch.Tensor:
    if isinstance(batch, torch.Tensor):
        return batch
    batch = np.asarray(batch)
    return torch.as_tensor(batch.astype(np.float32) if batch.dtype == np.float64 else batch)


def example_rows(x: torch.Tensor) -> torch.Tensor:
    """What torch.export may look at: two rows at least, for it takes a 1 for a constant, and no view of another tensor.

    >>> example_rows(torch.zeros(1, 3)).shape
    torch.Size([2, 3])
    """
    return torch.cat([x, x]) if x.ndim and len(x) == 1 else x.clone()


def _sizes(inputs) -> list:
    """What a graph is made for: all but the batch."""
    return [(x.dtype, x.shape[1:]) for x in inputs]


def _exported(model, inputs) -> fx.GraphModule:
    free_batch = torch.export.ShapesCollection()
    for x in inputs:
        free_batch[x] = {0: torch.export.Dim.AUTO}
    exported = torch.export.export(model, inputs, dynamic_shapes=free_batch)
    return _plain(exported.run_decompositions({}).module())


def _plain(exported: fx.GraphModule) -> fx.GraphModule:
    """Without export's own shape guards, and able to change between train and eval like any module."""
    for node in list(exported.graph.nodes):
        if node.op == "call_module" and node.target == "_guards_fn":
            exported.graph.erase_node(node)
    exported.graph.eliminate_dead_code()
    return fx.GraphModule(exported, exported.graph).eval()
