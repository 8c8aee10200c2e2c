"""Batch norm folding: in evaluation mode, batch norm is a multiplication and an addition that a layer can absorb.

    γ (w·x + b - μ) / σ + β  =  (w γ/σ)·x + (b - μ) γ/σ + β        σ = sqrt(var + ε)

A norm that stands before a layer goes into that one, f = γ/σ:   w·(f x + β - μ f) + b  =  (w f)·x + b + w·(β - μ f)

A norm stays where it runs over another axis than the layer's outputs: on sequences (B, T, C) a linear layer makes
axis 2, and BatchNorm1d normalises axis 1. It stays before a convolution that pads: the zeros around the picture are no
values of the norm.

Symbols   γ, β the norm's weight and bias · μ, var its running statistics · w, b the layer before or behind it
Shapes    w (out, in, …), (in, out, …) where transposed; γ, β, μ, var (out,), or (in,) of the layer behind; b (out,)
Error     none but float rounding; only valid in evaluation mode, where μ and var are constants
Source    Jacob et al. 2018, https://arxiv.org/abs/1712.05877, section 3.2
In production  torch.nn.utils.fusion.fuse_conv_bn_eval; every runtime does it when it loads a float model
"""

from functools import partial

import numpy as np
import torch
from torch import fx, nn

from edukit.checked import checked
from edukit.copies import has_code_of_its_own, with_stored_weights
from edukit.errors import first_line
from edukit.graph import LAYERS, attach, capture, layer_name, parameter
from edukit.inputs import check_has_python
from edukit.quantization.ptq.standard_form import as_linear_layers, count_inside
from edukit.refuse import check_not_quantized, check_weights
from edukit.turns import in_turn

aten = torch.ops.aten
BATCH_NORM = aten._native_batch_norm_legit_no_training.default
TRANSPOSED = {aten.conv_transpose1d.default, aten.conv_transpose2d.input, aten.conv_transpose3d.input}
ROWS = {aten.view.default, aten.reshape.default, aten.flatten.using_ints, aten._unsafe_view.default}
_MODULES = (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.Linear)
_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)


def folded(weight, bias, gamma, beta, mean, variance, epsilon):
    """The weight and bias of one layer that does the work of a layer and the batch norm behind it."""
    factor = (variance + epsilon).rsqrt()
    factor = factor if gamma is None else gamma * factor
    shift = -mean if bias is None else bias - mean
    offset = shift * factor if beta is None else shift * factor + beta
    return weight * factor.reshape(-1, *[1] * (weight.ndim - 1)), offset


@checked
@in_turn
def fold_batchnorm(model: nn.Module, example=None) -> nn.Module:
    """A copy in evaluation mode in which every batch norm right behind a convolution or linear layer is folded in.

    example   inputs, one batch or a tuple: then the result is the graph that `quantize_model` starts from, in which
              norms right before a layer are folded, too. Without it the modules stay, with an Identity for the norm
    Without an example torch.fx follows the modules. Norms that do not stand directly behind such a layer, or whose
    layer is used twice or has hooks, stay. Raises ValueError for a model that is quantized already or cannot be traced;
    the copy raises it for inputs whose norm would have run over another axis than the layer's outputs.

    >>> net = nn.Sequential(nn.Conv2d(1, 4, 3, bias=False), nn.BatchNorm2d(4)).eval()
    >>> fold_batchnorm(net)[1]
    Identity()
    """
    if example is not None:
        return float_network(model, example)
    check_has_python(model)
    check_not_quantized(model)
    model = with_stored_weights(model).eval()
    try:
        nodes = list(fx.symbolic_trace(model).graph.nodes)
    except Exception as error:
        said = first_line(error).split(". ")[0]
        raise ValueError(f"model cannot be traced by torch.fx, give an example to follow its graph: {said}") from error
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
    as_linear_layers(graph)
    count_inside(graph)
    fold_graph(graph)
    return graph


def fold_graph(graph: fx.GraphModule, *, before_layers: bool = True) -> None:
    """Fold every batch norm of a captured graph into the layer before it, in place.

    before_layers   whether what remains goes into the layer behind it, into transposed convolutions and through rows
    """
    for norm in [node for node in graph.graph.nodes if node.target is BATCH_NORM]:
        layer = _layer_before(norm) if before_layers else norm.args[0]
        behind = _layer_behind(graph, norm) if before_layers else None
        if takes_in_norm(graph, layer) or before_layers and _takes_in(graph, layer):
            _store(graph, layer, _with_norm_behind(graph, layer, norm))
        elif behind is not None:
            _store(graph, behind, _with_norm_before(graph, behind, norm))
        else:
            continue
        for item in list(norm.users):  # the operator returns a tuple, of which item 0 is the result
            item.replace_all_uses_with(norm.args[0])
            graph.graph.erase_node(item)
        graph.graph.erase_node(norm)
    graph.graph.eliminate_dead_code()
    graph.recompile()  # until then the module would run its old code


def _layer_before(norm):
    """What a norm reads, also where a sequence was laid out as rows in between: its channels stay the last axis."""
    node = norm.args[0]
    rows = norm.args[0].meta["val"]
    while rows.ndim == 2 and node.target in ROWS and len(node.users) == 1:
        source = node.args[0]
        if source.target is aten.linear.default and source.meta["val"].shape[-1] == rows.shape[-1]:
            return source
        node = source
    return norm.args[0]


def takes_in_norm(graph: fx.GraphModule, layer: fx.Node) -> bool:
    """Whether a batch norm behind this operation of a captured graph can be folded into it."""
    stored = _of_one_reader(graph, layer, LAYERS)
    # only with as many axes as the weight are its outputs axis 1, which a batch norm normalises
    return bool(stored) and layer.meta["val"].ndim == stored[0].ndim


def _takes_in(graph, layer):
    """Whether the outputs are axis 1, too, in a transposed convolution and in a sequence that is laid out as rows."""
    if layer.target is aten.linear.default:
        return bool(_of_one_reader(graph, layer, LAYERS)) and next(iter(layer.users)).target in ROWS
    stored = _of_one_reader(graph, layer, TRANSPOSED)
    return bool(stored) and layer.meta["val"].ndim == stored[0].ndim


def _of_one_reader(graph, layer, kinds):
    """The weight and bias of a layer of these kinds whose result is read once; [] where one is computed."""
    if layer.target not in kinds or len(layer.users) > 1:
        return []
    stored = [parameter(graph, source) for source in layer.args[1:3] if source is not None]
    return [] if any(tensor is None for tensor in stored) else stored


def _layer_behind(graph, norm):
    """The only reader of a norm, if it is a layer that reads its channels, all of them inside the picture."""
    readers = [user for item in norm.users for user in item.users]
    if len(readers) != 1 or readers[0].target not in LAYERS:
        return None
    (layer,) = readers
    stored = [parameter(graph, source) for source in layer.args[1:3] if source is not None]
    if layer.args[0] not in norm.users or any(tensor is None for tensor in stored):
        return None
    if norm.args[0].meta["val"].ndim != stored[0].ndim:
        return None
    padding = layer.args[4] if len(layer.args) > 4 else 0
    inside = layer.target is aten.linear.default or padding == "valid" or not np.any(padding)
    return layer if inside else None


def _with_norm_behind(graph, layer, norm):
    weight, bias = _stored(graph, layer)
    statistics = *(parameter(graph, a) for a in norm.args[1:5]), norm.args[6]
    if layer.target not in TRANSPOSED:
        return folded(weight, bias, *statistics)
    groups = layer.args[6] if len(layer.args) > 6 else 1
    blocks = weight.reshape(groups, -1, *weight.shape[1:]).transpose(1, 2)  # (groups, out, in, …)
    new, offset = folded(blocks.flatten(0, 1), bias, *statistics)
    return new.reshape(blocks.shape).transpose(1, 2).reshape(weight.shape), offset


def _with_norm_before(graph, layer, norm):
    weight, bias = _stored(graph, layer)
    one = torch.ones(len(parameter(graph, norm.args[3])))
    factor, offset = folded(one, None, *(parameter(graph, a) for a in norm.args[1:5]), norm.args[6])
    groups = len(one) // weight.shape[1]
    rows = weight.reshape(groups, -1, *weight.shape[1:])
    along = groups, 1, -1, *[1] * (weight.ndim - 2)
    added = (rows * offset.reshape(along)).reshape(len(weight), -1).sum(1)
    return (rows * factor.reshape(along)).reshape(weight.shape), added if bias is None else bias + added


def _stored(graph, layer):
    return parameter(graph, layer.args[1]), parameter(graph, layer.args[2]) if len(layer.args) > 2 else None


def _store(graph, layer, weight_and_bias) -> None:
    """A new weight and bias for one layer, which keeps its name."""
    name = layer_name(layer)
    with graph.graph.inserting_before(layer):
        nodes = [
            attach(graph, f"{layer.name}_{kind}", nn.Parameter(value.detach(), requires_grad=False))
            for kind, value in zip(("weight", "bias"), weight_and_bias, strict=True)
        ]
    nodes[0].meta["layer"] = name
    layer.args = (layer.args[0], *nodes, *layer.args[3:])


def _module(model, node, kinds):
    if not isinstance(node, fx.Node) or node.op != "call_module":
        return None
    module = model.get_submodule(node.target)
    return module if isinstance(module, kinds) else None


def _fits(layer, norm) -> bool:
    plain = not (has_code_of_its_own(layer) or has_code_of_its_own(norm))
    return plain and norm.running_mean is not None and len(norm.running_mean) == len(layer.weight)


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
        layer.weight = nn.Parameter(weight)
        layer.bias = nn.Parameter(bias)
