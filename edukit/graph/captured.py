"""Graphs: any model as a graph of named operations and weights, whatever Python wrote it.

    capture(model, example)         ->  placeholder → aten.conv2d → aten.relu → … → output
    capture_each(models, example)   ->  the same graph for each, with its own weights

torch.export runs the model once on shapes alone and writes down the operators it meets, so residual additions,
functional calls, shared modules and attention layers all look alike. The techniques of this kit walk that graph
and never ask for the names of Python classes. The batch, axis 0 of each input, stays free unless the model's Python
has looped over it.

A captured graph is a model, too, for inputs of the sizes that it was captured for: sizes are numbers in the graph, so
inputs of others are refused. To capture a graph again is to copy it, a hundred times faster: what is to be quantized
ten times should be captured first.

Source    https://docs.pytorch.org/docs/stable/export.html
"""

import math
import sys
import warnings
from collections.abc import Iterable

import torch
from torch import fx, nn

from edukit.copies import copied, with_stored_weights
from edukit.errors import cause
from edukit.graph.nodes import LAYERS, aten, tensors_of
from edukit.inputs import as_inputs, check_count, check_it_runs, has_batch, with_two_rows
from edukit.refuse import check_model
from edukit.turns import in_turn


class Captured(fx.GraphModule):
    """A graph that answers inputs of the sizes it was captured for, and raises ValueError for others.

    captured_for   {input: (dtype, [(least, most) of each axis])}; most is infinity where the axis is free

    >>> capture(nn.Linear(2, 3), torch.zeros(4, 2)).captured_for
    {'input': (torch.float32, [(0, inf), (2, 2)])}
    """

    def __init__(self, root, graph, captured_for=None):
        super().__init__(root, graph)
        self.meta["captured for"] = captured_for or root.meta["captured for"]

    @property
    def captured_for(self) -> dict:
        return self.meta["captured for"]

    def __call__(self, *inputs, **named):
        check_sizes(self, *inputs, **named)
        return super().__call__(*inputs, **named)


def check_sizes(graph: Captured, *inputs, **named) -> None:
    """Raise a ValueError that names the input whose sizes the graph was not captured for.

    This and the next two are no methods: a graph has its model's parts as attributes, and one may be called `joined`.
    """
    for name, x in (dict(zip(graph.captured_for, inputs, strict=False)) | named).items():
        _, axes = graph.captured_for.get(name, (None, None))  # of another name, forward says so
        if isinstance(x, torch.Tensor) and axes is not None and not _fits(x, axes):
            allowed = ", ".join(_said(*axis) for axis in axes)
            raise ValueError(f"{name} has the shape {tuple(x.shape)}; this model was captured for ({allowed})")


def has_rows(graph: Captured) -> list[bool]:
    """Whether axis 0 of each input is the batch; masks and scalars may serve all rows alike."""
    return [bool(axes) and axes[0][0] != axes[0][1] for _, axes in graph.captured_for.values()]


def joined(graph: Captured, batches) -> tuple[torch.Tensor, ...]:
    """One batch of several: their rows one after the other; what serves all rows alike, as the first one has it.

    >>> [tuple(x.shape) for x in joined(capture(nn.Linear(2, 3), torch.zeros(4, 2)), 2 * [(torch.ones(5, 2),)])]
    [(10, 2)]
    """
    parts = zip(has_rows(graph), *batches, strict=True)
    return tuple(torch.cat(own) if rows else own[0] for rows, *own in parts)


@in_turn
def capture(model: nn.Module, example) -> Captured:
    """The model in evaluation mode as a functional graph with weights of its own; the model is not changed.

    example   one batch, or a tuple of batches for a model of several inputs
    Raises ValueError where the model's Python depends on the values it computes, and for a graph of other sizes.
    """
    check_model(model)
    inputs = with_two_rows(as_inputs(example, model))
    check_count(model, inputs)
    with torch.no_grad():
        if isinstance(model, Captured):
            check_sizes(model, *inputs)
            if [x.dtype for x in inputs] == [dtype for dtype, _ in model.captured_for.values()]:
                return copied(model).eval()
        frozen = with_stored_weights(model).eval()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", FutureWarning)
                graph = _exported(frozen, inputs)
        except Exception as error:
            check_it_runs(frozen, inputs)
            if "data-dependent" in str(error):
                raise ValueError(f"model decides in Python by the values that it computes: {cause(error)}") from error
            raise ValueError(f"model cannot be traced by torch.export: {cause(error)}") from error
    _check_batch_axis(graph, inputs)
    return graph


@in_turn
def capture_each(models: Iterable[nn.Module], example) -> list[fx.GraphModule]:
    """A graph for each of several models that differ in their weights alone: the first is followed, for all of them.

    Raises TypeError for a single model, ValueError where a graph does not answer the example as its model does.

    >>> nets, x = [nn.Linear(2, 3), nn.Linear(2, 3)], torch.ones(4, 2)
    >>> [torch.equal(graph(x), net(x)) for graph, net in zip(capture_each(nets, x), nets)]
    [True, True]
    """
    if isinstance(models, nn.Module):  # an nn.Sequential would be taken for a list of its layers
        raise TypeError(f"models must be a list of models, got {type(models).__name__}")
    graphs = []
    for number, model in enumerate(models):
        inputs = as_inputs(example, model)
        graph = capture(graphs[0] if graphs else model, example)
        own = tensors_of(model, shared_once=False)
        try:
            with torch.no_grad():
                for name, tensor in tensors_of(graph, shared_once=False).items():
                    tensor.copy_(own.get(name, tensor))  # what has no name in the model is a constant of its code
                answers = copied(model).eval()(*(x.clone() for x in inputs))
                torch.testing.assert_close(graph(*inputs), answers, rtol=1e-3, atol=1e-3)
        except (RuntimeError, AssertionError) as error:
            raise ValueError(f"models[{number}] differs from the first in more than its weights: {error}") from error
        graphs.append(graph)
    return graphs


def _check_batch_axis(graph, inputs) -> None:
    """A convolution would take the channels of a single image for a batch."""
    for node in graph.graph.nodes:
        if node.target in LAYERS and node.target is not aten.linear.default:
            x, weight = (argument.meta["val"] for argument in node.args[:2])
            if x.ndim < weight.ndim and any(x.ndim == given.ndim for given in inputs):
                shapes = " and ".join(str(tuple(given.shape)) for given in inputs)
                raise ValueError(f"inputs of {shapes} have no batch axis: stack single images to a batch")


def _exported(model, inputs) -> Captured:
    free_batch = torch.export.ShapesCollection()
    for x in inputs:
        if has_batch(x, inputs):
            free_batch[x] = {0: torch.export.Dim.AUTO}
    model.register_forward_pre_hook(_clone_inputs)
    exported = torch.export.export(model, inputs, dynamic_shapes=free_batch).run_decompositions({})
    graph = _plain(exported.module())
    places = [node for node in graph.graph.nodes if node.op == "placeholder"]
    sizes = {node.target: (node.meta["val"].dtype, allowed_sizes(node.meta["val"], exported)) for node in places}
    return Captured(graph, graph.graph, sizes).eval()


def _clone_inputs(model, inputs):
    """What a model writes into its input, it writes into a copy."""
    return tuple(x.clone() for x in inputs)


def _plain(exported: fx.GraphModule) -> fx.GraphModule:
    """Without export's own shape guards and the copies of the inputs, which nothing in a functional graph changes."""
    for node in list(exported.graph.nodes):
        if node.op == "call_module" and node.target == "_guards_fn":
            exported.graph.erase_node(node)
        elif node.target is aten.clone.default and node.args[0].op == "placeholder":
            node.replace_all_uses_with(node.args[0])
            exported.graph.erase_node(node)
    exported.graph.eliminate_dead_code()
    return exported


def allowed_sizes(x, exported) -> list[tuple[float, float]]:
    """(least, most) of each axis of an input, as torch.export has found them; it never asks for less than 2."""
    axes = []
    for size in x.shape:
        found = size.node.expr if isinstance(size, torch.SymInt) else size
        ends = exported.range_constraints.get(found)  # None for a number
        least, most = (ends.lower, ends.upper) if ends else (found, found)
        axes.append((0 if least == 2 < most else int(least), int(most) if most < sys.maxsize // 2 else math.inf))
    return axes


def _fits(x, axes) -> bool:
    free = (0, math.inf)  # is not compared: torch.export would note down the comparison
    return x.ndim == len(axes) and all(a == free or a[0] <= n <= a[1] for n, a in zip(x.shape, axes, strict=True))


def _said(least, most) -> str:
    if least == most:
        return str(least)
    return f"{least} or more" if least and most == math.inf else "N" if most == math.inf else f"{least} to {most}"
