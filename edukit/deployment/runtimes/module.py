"""torch: a model in memory, called like a file. It is copied, so that training it on changes no answer."""

import inspect

import torch
from torch import nn
from torch.utils._pytree import tree_leaves

from edukit.copies import with_stored_weights
from edukit.deployment.runtimes.opened import Opened
from edukit.graph import Captured
from edukit.inputs import NAMED, as_inputs
from edukit.quantization import QuantizedModel
from edukit.training import threads as torch_threads


def opened(model: nn.Module, threads: int) -> Opened:
    """The model as it is now, in evaluation mode. Shapes are known where it was captured, as quantized models are."""
    model = with_stored_weights(model).eval()
    kinds = {weight.dtype for weight in model.parameters() if weight.is_floating_point()}

    def run(arrays):
        inputs = as_inputs(tuple(arrays))
        if len(kinds) == 1:
            inputs = tuple(x.to(*kinds) if x.is_floating_point() else x for x in inputs)
        with torch_threads(threads), torch.no_grad():
            found = model(*inputs)
        return [x.numpy() for x in tree_leaves(found)]

    graph = model.network if isinstance(model, QuantizedModel) else model
    if isinstance(graph, Captured):
        inputs = {name: tuple(_size(*ends) for ends in axes) for name, (_, axes) in graph.captured_for.items()}
        types = [torch.empty(0, dtype=dtype).numpy().dtype for dtype, _ in graph.captured_for.values()]
    else:
        given = [p for p in inspect.signature(model.forward).parameters.values() if p.kind not in NAMED]
        inputs = {p.name: None for p in given if p.default is p.empty}
        types = [None for _ in inputs]
    return Opened(run, inputs, {}, types)


def _size(least, most) -> int | str:
    return int(least) if least == most else "batch"
