"""Masks of a whole model: {weight: True where it stays}, row by row, layer by layer or from one ranking.

    row      the round(s n) smallest of each output's weights go
    layer    the round(s n) smallest of each layer go
    global   the round(s N) smallest of all layers go: a layer that matters may keep more
    n:m      n of every m inputs of each output stay

Common mistakes are a function that claims to return a pruned copy and prunes the model it was given, and a sparsity
of 0.5 that is applied five times.

Symbols   s sparsity · n weights of a row or of a layer · N of all layers
Shapes    a mask has the shape of its weight; biases, norms and embeddings have none
Assumes   that a layer's weight is a parameter: one that is computed, by weight_norm or torch.nn.utils.prune, is refused
Bound     masks do not compound: of a model that is pruned to s, the same s prunes nothing more
Source    Han et al. 2015, https://arxiv.org/abs/1506.02626
In production  torch.nn.utils.prune.l1_unstructured, global_unstructured, which change the model they are given
"""

import warnings

import numpy as np
import torch
from torch import nn
from torch.nn.modules.conv import _ConvNd
from torch.nn.utils import parametrize

from edukit.checked import checked
from edukit.copies import copied, with_stored_weights
from edukit.graph import capture
from edukit.pruning.score import as_weights, wide
from edukit.pruning.weights.mask import n_m_mask, without
from edukit.refuse import check_model, check_not_quantized, shown

LAYERS = nn.Linear | _ConvNd | nn.MultiheadAttention | nn.RNNBase | nn.RNNCellBase
PRODUCTS = {"matmul", "mm", "addmm", "linear"}
MAKE_IT_A_PARAMETER = "make it a parameter first: parametrize.remove_parametrizations, or torch.nn.utils.prune.remove"

Masks = dict[str, torch.Tensor]  # {name of a parameter: True where a weight stays}


@checked
def prune_model(model: nn.Module, sparsity: float, *, scope: str = "layer", example=None) -> nn.Module:
    """A copy of the model in which the smallest weights of its convolutions, linear and recurrent layers are zero.

    sparsity, scope, example   as for `magnitude_masks`: the sparsity is reached, not added, so that pruning a pruned
                               model to 0.5 leaves it at 0.5
    Biases and norms stay; what else stays whole, such as an embedding, is named in a warning. Raises ValueError for
    another sparsity or scope, NaN, weights that are computed in each call, or a model without such layers.

    >>> pruned = prune_model(nn.Linear(8, 4), 0.5)
    >>> int((pruned.weight == 0).sum())
    16
    """
    model = with_stored_weights(model)
    masks = magnitude_masks(model, sparsity, scope=scope, example=example)
    if whole := [name for name, p in model.named_parameters() if p.ndim > 1 and name not in masks]:
        hint = "" if example is not None else "; with an example, products such as x @ W are found"
        warnings.warn(
            f"{', '.join(whole)} stay whole: sparsity {sparsity} is that of the other layers{hint}", stacklevel=3
        )
    return apply_masks(model, masks)


@checked
def magnitude_masks(model: nn.Module, sparsity: float, *, scope: str = "layer", example=None) -> Masks:
    """{weight: mask} for all convolutions, linear, attention and recurrent layers of the model.

    sparsity   0 to below 1
    scope      "row": the same share of each output's weights · "layer": of each layer · "global": one ranking, so that
               layers may differ
    example    a batch: then the model is followed, and weights that are written as products, x @ W, are found, too

    >>> net = nn.Sequential(nn.Linear(2, 4), nn.Linear(4, 4))
    >>> nn.init.constant_(net[0].weight, 0.01).shape, nn.init.constant_(net[1].weight, 0.9).shape
    (torch.Size([4, 2]), torch.Size([4, 4]))
    >>> [int(mask.sum()) for mask in magnitude_masks(net, 0.25, scope="global").values()]
    [2, 16]
    """
    _check_model_choice(sparsity, scope)
    return score_masks(
        {name: wide(w).abs() for name, w in layer_weights(model, example).items()}, sparsity, scope=scope
    )


def score_masks(scores: dict[str, torch.Tensor], sparsity: float, *, scope: str = "layer") -> Masks:
    """The same for any scores {weight: one number for each of its numbers}: those with the lowest score go.

    >>> score_masks({"w": torch.tensor([3.0, -1.0, 2.0, 0.0])}, 0.5)["w"].tolist()
    [True, False, True, False]
    """
    _check_model_choice(sparsity, scope)
    if scope == "row":
        return {name: _without_in_rows(s, sparsity) for name, s in scores.items()}
    if scope == "layer":
        return {name: without(s, s.reshape(-1).argsort(stable=True), sparsity) for name, s in scores.items()}
    together = torch.cat([s.reshape(-1) for s in scores.values()])
    pieces = without(together, together.argsort(stable=True), sparsity).split([s.numel() for s in scores.values()])
    return {name: mask.reshape(s.shape) for mask, (name, s) in zip(pieces, scores.items(), strict=True)}


def _without_in_rows(scores, sparsity):
    rows = scores.reshape(len(scores), -1)
    ranks = rows.argsort(dim=1, stable=True).argsort(dim=1)
    return (ranks >= round(sparsity * rows.shape[1])).reshape(scores.shape)


def n_m_masks(model: nn.Module, n: int, m: int) -> Masks:
    """{weight: mask} n:m along the inputs of each output, for all layers whose number of inputs is a multiple of m.

    A layer with another number, such as a first convolution with 3 · 3 · 3 inputs, stays whole and has no mask.

    >>> masks = n_m_masks(nn.Sequential(nn.Linear(3, 8), nn.Linear(8, 2)), 2, 4)
    >>> {name: int(mask.sum()) for name, mask in masks.items()}
    {'1.weight': 8}
    """
    n_m_mask(np.zeros(0), n, m)  # refuses an n and m that there are not
    weights = layer_weights(model)
    fitting = {name: w.reshape(len(w), -1) for name, w in weights.items() if w[0].numel() % m == 0}
    masks = {name: n_m_mask(rows, n, m).reshape(weights[name].shape) for name, rows in fitting.items()}
    if not masks:
        raise ValueError(f"model has no layer whose number of inputs is a multiple of {m}, got {type(model).__name__}")
    return masks


@checked
def apply_masks(model: nn.Module, masks: Masks) -> nn.Module:
    """A copy of the model with zeros where the masks are False.

    masks   {name of a parameter: True where it stays}, of its shape

    >>> apply_masks(nn.Linear(2, 1), {"weight": torch.tensor([[True, False]])}).weight[0, 1].item()
    0.0
    """
    check_model(model)
    _check_masks(model, masks)
    masked = copied(model)
    write_zeros(masked, masks)
    return masked


def write_zeros(model: nn.Module, masks: Masks) -> None:
    """The same in the model itself: for the copy that a training loop owns.

    >>> layer = nn.Linear(2, 1)
    >>> write_zeros(layer, {"weight": torch.tensor([[True, False]])})
    >>> layer.weight[0, 1].item()
    0.0
    """
    for name, stays in masks.items():
        model.get_parameter(name).detach().masked_fill_(~stays, 0)


def layer_weights(model: nn.Module, example=None) -> dict[str, torch.Tensor]:
    """{name: weight} of the model's convolutions, linear, attention, recurrent layers, each once, without gradient.

    example   a batch: then products of a value with a stored matrix, such as x @ W, are linear layers as well

    >>> [tuple(w.shape) for w in layer_weights(nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2))).values()]
    [(2, 1, 3, 3)]
    """
    check_not_quantized(model)
    layers = {name: m for name, m in model.named_modules() if isinstance(m, LAYERS)}
    for name, layer in layers.items():
        if isinstance(layer, nn.Linear | _ConvNd) and "weight" not in layer._parameters:
            path = f"{name}.weight".lstrip(".")
            raise ValueError(f"model: {path} is computed in each call, by {_computed_by(layer)}; {MAKE_IT_A_PARAMETER}")
    theirs = {id(p) for layer in layers.values() for p in layer.parameters(recurse=False) if p.ndim > 1}
    theirs |= set() if example is None else _ids_of_products(model, example)
    found = {name: p for name, p in model.named_parameters() if id(p) in theirs}
    if not found:
        kind = type(model).__name__
        raise ValueError(f"model has no convolution or linear layer, nor a recurrent one, to prune, got {kind}")
    return {name: as_weights(p, f"model: {name}") for name, p in found.items()}


def _ids_of_products(model, example):
    """Which parameters are a factor of a matrix product."""
    names = {
        source.target
        for node in capture(model, example).graph.nodes
        if getattr(node.target, "_opname", "") in PRODUCTS
        for source in node.all_input_nodes
        if source.op == "get_attr"
    }
    return {id(p) for name, p in model.named_parameters(remove_duplicate=False) if name in names and p.ndim > 1}


def _computed_by(layer):
    """The parametrization, or the names of what an older hook computes it from."""
    if parametrize.is_parametrized(layer, "weight"):
        return ", ".join(type(part).__name__.lstrip("_") for part in layer.parametrizations["weight"])
    return "a hook on " + ", ".join(name for name in layer._parameters if name.startswith("weight"))


def _check_model_choice(sparsity, scope):
    if not 0 <= sparsity < 1:
        raise ValueError(f"sparsity must be 0 to below 1, got {sparsity!r}")
    if scope not in ("row", "layer", "global"):
        raise ValueError(f'scope must be "row", "layer" or "global", got {scope!r}')


def _check_masks(model, masks):
    shapes = {name: tuple(p.shape) for name, p in model.named_parameters(remove_duplicate=False)}
    for name, stays in masks.items():
        if name not in shapes:
            raise ValueError(f"masks must name parameters of the model, got {shown(name)}")
        if not isinstance(stays, torch.Tensor):
            raise TypeError(f"masks must be tensors of truth values, got {shown(stays)} for {name}")
        if tuple(stays.shape) != shapes[name] or stays.dtype != torch.bool:
            expected = f"truth values of shape {shapes[name]}"
            raise ValueError(f"masks: {name} must hold {expected}, got {stays.dtype} {tuple(stays.shape)}")
