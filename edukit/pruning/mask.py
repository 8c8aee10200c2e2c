"""Masks: which single weights stay (True) and which become zero (False).

    threshold   stays where |w| >= θ
    magnitude   the round(s n) smallest of n weights go, whatever their size
    2:4         of every 4 neighbours the 2 largest stay

Symbols   w weights · θ threshold · s sparsity, the share that goes, 0 to 1 · n number of weights
Shapes    a mask has the shape of w
Bound     no mask with as many zeros changes w less: ‖w - m w‖ is smallest for the magnitude mask
Source    Han et al. 2015, https://arxiv.org/abs/1506.02626; 2:4: Mishra et al. 2021, https://arxiv.org/abs/2104.08378
In production  torch.nn.utils.prune. Zeros alone make nothing faster or smaller: see shrink.py
"""

import copy

import numpy as np
import torch
from torch import nn
from torch.nn.modules.conv import _ConvNd

from edukit.pruning.score import Array, as_weights


def threshold_mask(w: Array, threshold: float) -> Array:
    """True where |w| >= threshold.

    threshold   finite, 0 or more

    >>> threshold_mask(np.array([0.2, -0.3, 0.5]), 0.3).tolist()
    [False, True, True]
    """
    if not 0 <= threshold < float("inf"):
        raise ValueError(f"threshold must be finite and not negative, got {threshold!r}")
    return abs(as_weights(w)) >= threshold


def magnitude_mask(w: Array, sparsity: float) -> Array:
    """False for exactly round(sparsity * size) weights: the smallest, and among equals the first.

    sparsity   0 (all stay) to 1 (none stays)

    >>> magnitude_mask(np.array([0.3, -0.1, 0.3, 0.3]), 0.5).tolist()
    [False, False, True, True]
    """
    w = as_weights(w)
    return _without(w, abs(w).reshape(-1).argsort(stable=True), sparsity)


def random_mask(w: Array, sparsity: float, *, seed: int = 0) -> Array:
    """False for exactly round(sparsity * size) weights drawn by lot: the baseline that a score must beat.

    >>> int(random_mask(np.ones((4, 5)), 0.25).sum())
    15
    """
    w = as_weights(w)
    order = np.random.default_rng(seed).permutation(int(np.prod(w.shape)))
    return _without(w, torch.from_numpy(order).to(w.device) if isinstance(w, torch.Tensor) else order, sparsity)


def two_four_mask(w: Array) -> Array:
    """True for the 2 largest of every 4 weights along the last axis; among equals the first go.

    w   (..., 4 k): lay the axis that the layer sums over last, `conv.weight.reshape(filters, -1)`

    >>> two_four_mask(np.array([0.1, -0.9, 0.5, 0.2])).tolist()
    [False, True, True, False]
    """
    w = as_weights(w)
    if not w.ndim or w.shape[-1] % 4:
        raise ValueError(f"w must have a last axis that is a multiple of 4, got shape {tuple(w.shape)}")
    rank = abs(w).reshape(-1, 4).argsort(stable=True).argsort()  # 0 for the smallest of the four, 3 for the largest
    return (rank >= 2).reshape(w.shape)


def prune_model(model: nn.Module, sparsity: float, *, scope: str = "layer") -> nn.Module:
    """A copy of the model in which the smallest weights of its convolutions and linear layers are zero.

    sparsity   0 to below 1: reached, not added, so that pruning a pruned model to 0.5 leaves it at 0.5
    scope      "layer": the same share of each layer · "global": one ranking, so that layers may differ
    Biases and norms stay. Raises ValueError for another sparsity or scope, NaN, or a model without such layers.

    >>> pruned = prune_model(nn.Linear(8, 4), 0.5)
    >>> int((pruned.weight == 0).sum())
    16
    """
    if not 0 <= sparsity < 1:
        raise ValueError(f"sparsity must be 0 to below 1, got {sparsity!r}")
    if scope not in ("layer", "global"):
        raise ValueError(f'scope must be "layer" or "global", got {scope!r}')
    pruned = copy.deepcopy(model)
    weights = layer_weights(pruned)
    for w, stays in zip(weights, _masks(weights, sparsity, scope), strict=True):
        w.masked_fill_(~stays, 0)
    return pruned


def layer_weights(model: nn.Module) -> list[torch.Tensor]:
    """The weights of the model's convolutions, linear and attention layers, each once, without gradient.

    >>> [tuple(w.shape) for w in layer_weights(nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2)))]
    [(2, 1, 3, 3)]
    """
    layers = [m for m in model.modules() if isinstance(m, nn.Linear | _ConvNd | nn.MultiheadAttention)]
    theirs = {id(p) for layer in layers for p in layer.parameters(recurse=False)}
    found = {name: p for name, p in model.named_parameters() if name.endswith("weight") and id(p) in theirs}
    if not found:
        raise ValueError(f"model has no convolution or linear layer to prune, got {type(model).__name__}")
    return [as_weights(p, f"model: {name}") for name, p in found.items()]


def _masks(weights, sparsity, scope):
    if scope == "layer":
        return [magnitude_mask(w, sparsity) for w in weights]
    ranked_together = magnitude_mask(torch.cat([w.reshape(-1) for w in weights]), sparsity)
    pieces = ranked_together.split([w.numel() for w in weights])
    return [mask.reshape(w.shape) for mask, w in zip(pieces, weights, strict=True)]


def _without(w, order, sparsity):
    """True in the shape of w, except at the first round(sparsity * size) places of the order."""
    if not 0 <= sparsity <= 1:
        raise ValueError(f"sparsity must be 0 to 1, got {sparsity!r}")
    stays = order >= 0
    stays[order[: round(sparsity * len(order))]] = False
    return stays.reshape(w.shape)
