"""The same network in standard form: one way to write a linear layer and an average pooling, whatever Python wrote.

    x @ W,  mm(x, W)             ->  linear(x, Wᵀ)
    addmm(b, x, W),  x @ W + b   ->  linear(x, Wᵀ, b)
    linear(x, Vᵀ)                ->  the same, with Vᵀ stored: a decoder that shares the encoder's weight
    avg_pool with ceil_mode      ->  count_include_pad=False: every runtime divides by the places inside

GPT-2 writes its linear layers as products, and much code that follows a formula. Only what is stored counts: a product
of two values, as in attention, stays one.

With ceil_mode the last window of a pooling may hang over the border. torch divides by the places inside; with
count_include_pad=True, ONNX Runtime's integer operator divides by the whole window, with False as torch does.

Shapes    x (…, in), W (in, out), b (out,)
Error     none: the same sums and counts, only written the other way
"""

import torch
from torch import fx, nn
from torch.nn import functional as F

from edukit.graph import attach, parameter

aten = torch.ops.aten
PRODUCTS = {aten.matmul.default, aten.mm.default}
TURNS = {aten.t.default, aten.transpose.int, aten.permute.default, aten.numpy_T.default}
POOLS = {aten.avg_pool1d.default, aten.avg_pool2d.default, aten.avg_pool3d.default}
READ = "read"  # node.meta[READ] = (name of the model's weight, ((operation, arguments behind it…), …)) of a stored one


def as_linear_layers(graph: fx.GraphModule) -> None:
    """Write every product of a value with a stored matrix as a linear layer, in place.

    >>> from edukit.graph import capture
    >>> class Product(nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.w = nn.Parameter(torch.ones(2, 3))
    ...     def forward(self, x):
    ...         return x @ self.w
    >>> graph = capture(Product(), torch.ones(4, 2))
    >>> as_linear_layers(graph)
    >>> [str(node.target) for node in graph.graph.nodes if node.op == "call_function"]
    ['aten.linear.default']
    """
    for node in list(graph.graph.nodes):
        if found := _product(graph, node):
            _write(graph, node, *found)
    graph.graph.eliminate_dead_code()
    graph.recompile()


def _product(graph, node):
    """(x, the node of the weight, whether that is (in, out), the weight as (out, in), the bias or None) of a linear
    layer written otherwise."""
    if node.target in PRODUCTS:
        x, weight, bias, turned = *node.args[:2], None, True
    elif node.target is aten.addmm.default and not set(node.kwargs.values()) - {1}:
        bias, x, weight = node.args
        turned = True
    elif node.target is aten.linear.default and node.args[1].op != "get_attr":
        x, weight, *rest = node.args
        bias, turned = rest[0] if rest else None, False
    else:
        return None
    value = _constant(graph, weight)
    if value is None or value.ndim != 2 or x.meta["val"].ndim < 2 or _constant(graph, x) is not None:
        return None
    value = value.T if turned else value
    return (x, weight, turned, value, bias) if bias is None or _is_bias(graph, bias, len(value)) else None


def _write(graph, node, x, weight, turned, value, bias):
    last = node
    if bias is None and (sum_ := _only_user(node, aten.add.Tensor)) and not sum_.kwargs:
        other = next((term for term in sum_.args if term is not node), None)
        if isinstance(other, fx.Node) and _is_bias(graph, other, len(value)):
            last, bias = sum_, other
    with graph.graph.inserting_before(last):
        learned = nn.Parameter(value.detach().clone(memory_format=torch.contiguous_format), requires_grad=False)
        stored = attach(graph, f"{node.name}_stored", learned)
        stored.meta["layer"] = _layer(weight)
        stored.meta[READ] = _reading(weight, turned)
        linear = graph.graph.call_function(aten.linear.default, (x, stored) if bias is None else (x, stored, bias))
    linear.meta = dict(last.meta)
    last.replace_all_uses_with(linear)
    graph.graph.erase_node(last)
    if last is not node:
        graph.graph.erase_node(node)


def _constant(graph, node):
    """A stored tensor, also where it is read the other way round; None for what is computed."""
    if isinstance(node, fx.Node) and node.target in TURNS:
        value = _constant(graph, node.args[0])
        return None if value is None else node.target(value, *node.args[1:])
    return parameter(graph, node)


def _is_bias(graph, node, outputs) -> bool:
    value = parameter(graph, node)
    return value is not None and value.shape == (outputs,)


def _only_user(node, target):
    users = list(node.users)
    return users[0] if len(users) == 1 and users[0].target is target else None


def _layer(weight) -> str:
    """The module of the weight, or its own name where the model itself holds it."""
    name, _ = _reading(weight, False)
    return name.rpartition(".")[0] or name


def _reading(weight, turned):
    """The name of a weight in the model, and the operations on it that give the matrix (out, in)."""
    turns = [(aten.t.default,)] if turned else []
    while weight.op != "get_attr":
        turns.insert(0, (weight.target, *weight.args[1:]))
        weight = weight.args[0]
    return weight.target, tuple(turns)


def count_inside(graph: fx.GraphModule) -> None:
    """Write every average pooling whose windows hang over the border with count_include_pad=False, in place.

    >>> from edukit.graph import capture
    >>> graph = capture(torch.nn.AvgPool2d(2, ceil_mode=True), torch.zeros(2, 1, 3, 3))
    >>> count_inside(graph)
    >>> [node.args[5] for node in graph.graph.nodes if node.target in POOLS]
    [False]
    """
    for node in list(graph.graph.nodes):
        if node.target in POOLS and len(node.args) > 4 and node.args[4] and (node.args[5:] or [True])[0]:
            padding = node.args[3] if any(_listed(node.args[3])) else None
            if padding is None:
                node.args = (*node.args[:5], False, *node.args[6:])
            else:
                _pad_first(graph, node, _listed(padding))
    graph.recompile()


def _pad_first(graph, node, padding):
    """Zeros around the values count, what hangs over these does not; left alone where a window would be new."""
    x = node.args[0]
    dimensions = x.meta["val"].ndim - 2
    each = padding * (dimensions // len(padding))
    borders = [amount for pad in reversed(each) for amount in (pad, pad)]
    arguments = (*node.args[1:3], [0] * dimensions, True, False, *node.args[6:])
    with torch.no_grad():
        padded = F.pad(torch.zeros(1, 1, *x.meta["val"].shape[2:]), borders)
        if node.target(padded, *arguments).shape[2:] != node.meta["val"].shape[2:]:
            return
    with graph.graph.inserting_before(node):
        pad = graph.graph.call_function(aten.pad.default, (x, borders))
    pad.meta["val"] = x.meta["val"].new_empty([*x.meta["val"].shape[:2], *padded.shape[2:]])
    node.args = (pad, *arguments)


def _listed(padding) -> list[int]:
    return list(padding) if isinstance(padding, list | tuple) else [padding]
