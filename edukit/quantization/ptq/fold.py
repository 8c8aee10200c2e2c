"""Batch norm folding: in evaluation mode, batch norm is a multiplication and an addition that a layer can absorb.

    γ (w·x + b - μ) / σ + β  =  (w γ/σ)·x + (b - μ) γ/σ + β        σ = sqrt(var + ε)

A norm stays where it runs over another axis than the layer's outputs: on sequences (B, T, C) a linear layer makes
axis 2, and BatchNorm1d normalises axis 1.

Symbols   γ, β the norm's weight and bias · μ, var its running statistics · w, b the layer before it
Shapes    w (out, in, …); γ, β, μ, var, b (out,)
Error     none but float rounding; only valid in evaluation mode, where μ and var are constants
Source    Jacob et al. 2018, https://arxiv.org/abs/1712.05877, section 3.2
In production  torch.nn.utils.fusion.fuse_conv_bn_eval; every runtime does it when it loads a float model
"""

from functools import partial

import torch
from torch import fx, nn

from edukit.copies import with_stored_weights
from edukit.graph import LAYERS, attach, capture, layer_name, parameter
from edukit.refuse import check_weights, first_line
from edukit.turns import in_turn

BATCH_NORM = torch.ops.aten._native_batch_norm_legit_no_training.default
_MODULES = (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.Linear)
_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)


def folded(weight, bias, gamma, beta, mean, variance, epsilon):
    """The weight and bias of one layer that does the work of a layer and the batch norm behind it."""
    factor = (variance + epsilon).rsqrt()
    factor = factor if gamma is None else gamma * factor
    shift = -mean if bias is None else bias - mean
    offset = shift * factor if beta is None else shift * factor + beta
    return weight * factor.reshape(-1, *[1] * (weight.ndim - 1)), offset


@in_turn
def fold_batchnorm(model: nn.Module) -> nn.Module:
    """A copy in evaluation mode in which every batch norm right behind a convolution or linear layer is folded in.

    The graph is followed (torch.fx), so the order of attributes does not matter. Norms that do not stand directly
    behind such a layer, or whose layer is used twice, stay. Raises ValueError where torch.fx cannot trace the model;
    the copy raises it for inputs whose norm would have run over another axis than the layer's outputs.

    >>> net = nn.Sequential(nn.Conv2d(1, 4, 3, bias=False), nn.BatchNorm2d(4)).eval()
    >>> fold_batchnorm(net)[1]
    Identity()
    """
    model = with_stored_weights(model).eval()
    try:
        nodes = list(fx.symbolic_trace(model).graph.nodes)
    except Exception as error:
        raise ValueError(f"model cannot be traced by torch.fx: {first_line(error)}") from error
    calls = [node.target for node in nodes if node.op == "call_module"]
    calls += [node.target.rpartition(".")[0] for node in nodes if node.op == "get_attr"]  # a weight read by itself
    for node in nodes:
        norm = _module(model, node, _NORMS)
        layer = _module(model, node.args[0], _MODULES) if norm else None
        if layer and _fits(layer, norm) and len(node.args[0].users) == 1:
            if calls.count(node.target) == calls.count(node.args[0].target) == 1:
                _fold_modules(layer, norm)
                model.set_submodule(node.target, _nothing(node.target, layer.weight.ndim))
    return model


def float_network(model: nn.Module, example) -> fx.GraphModule:
    """The graph that is going to be quantized: checked, traced, with batch norm folded; example as in `capture`.

    It is a captured graph: to quantize it takes less time than to quantize the model, and gives the same.
    Raises what `check_weights` and `capture` raise.

    >>> net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4))
    >>> [node.name for node in float_network(net, torch.zeros(2, 1, 8, 8)).graph.nodes if node.op == "call_function"]
    ['conv2d']
    """
    check_weights(model)
    graph = capture(model, example)
    fold_graph(graph)
    return graph


def fold_graph(graph: fx.GraphModule) -> None:
    """Fold every batch norm of a captured graph into the layer before it, in place."""
    for norm in [node for node in graph.graph.nodes if node.target is BATCH_NORM]:
        layer, *arguments = norm.args
        if not takes_in_norm(graph, layer):
            continue
        gamma, beta, mean, variance = (parameter(graph, a) for a in arguments[:4])
        weight = parameter(graph, layer.args[1])
        bias = parameter(graph, layer.args[2]) if len(layer.args) > 2 else None
        new = folded(weight, bias, gamma, beta, mean, variance, arguments[5])
        with graph.graph.inserting_before(layer):
            weight_node, bias_node = (
                attach(graph, f"{layer.name}_{kind}", nn.Parameter(value.detach(), requires_grad=False))
                for kind, value in zip(("weight", "bias"), new, strict=True)
            )
        weight_node.meta["layer"] = layer_name(layer)
        layer.args = (layer.args[0], weight_node, bias_node, *layer.args[3:])
        for item in list(norm.users):  # the operator returns a tuple, of which item 0 is the result
            item.replace_all_uses_with(layer)
            graph.graph.erase_node(item)
        graph.graph.erase_node(norm)
    graph.graph.eliminate_dead_code()
    graph.recompile()  # until then the module would run its old code


def takes_in_norm(graph: fx.GraphModule, layer: fx.Node) -> bool:
    """Whether a batch norm behind this operation of a captured graph can be folded into it."""
    if layer.target not in LAYERS or len(layer.users) > 1:
        return False
    stored = [parameter(graph, source) for source in layer.args[1:3] if source is not None]
    if any(tensor is None for tensor in stored):  # computed
        return False
    return layer.meta["val"].ndim == stored[0].ndim  # only then are its outputs axis 1, which a batch norm normalises


def _module(model, node, kinds):
    if not isinstance(node, fx.Node) or node.op != "call_module":
        return None
    module = model.get_submodule(node.target)
    return module if isinstance(module, kinds) else None


def _fits(layer, norm) -> bool:
    return norm.running_mean is not None and len(norm.running_mean) == len(layer.weight)


def _nothing(name, ndim) -> nn.Identity:
    """What stands in the place of a folded norm, and refuses values in which the norm would have run over no outputs.

    A hook, because no example tells beforehand whether a linear layer will see sequences.
    """
    nothing = nn.Identity()
    nothing.register_forward_pre_hook(partial(_check_axes, name=name, ndim=ndim))
    return nothing


def _check_axes(module, inputs, *, name, ndim):
    if inputs[0].ndim != ndim:
        raise ValueError(f"x has {inputs[0].ndim} axes at {name}, which was folded for {ndim}: it normalises axis 1")


def _fold_modules(layer, norm):
    with torch.no_grad():
        statistics = (norm.weight, norm.bias, norm.running_mean, norm.running_var, norm.eps)
        weight, bias = folded(layer.weight, layer.bias, *statistics)
        layer.weight, layer.bias = nn.Parameter(weight), nn.Parameter(bias)
