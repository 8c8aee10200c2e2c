"""Wanda: a weight counts as much as what it lets through, its size times the norm of its input.

    s_ij = |w_ij| ‖x_j‖        the weights with the lowest scores go, in each row or from one ranking

No gradient and no training is needed, only some inputs without labels. Where all inputs are of one size, the scores
of a row are those of magnitude.

Symbols   w weight, i its output, j its input · x_j all values that input j takes, in a convolution those at all places
Shapes    scores have the shape of the weight
Bound     without weight ij alone, the outputs of i change by exactly s_ij, measured as ‖change‖ over all inputs
Source    Sun et al. 2023, https://arxiv.org/abs/2306.11695
In production  llm-compressor's WandaPruningModifier
"""

from functools import partial

import torch
from torch import nn
from torch.nn.modules.conv import _ConvNd, _ConvTransposeNd

from edukit.copies import copied
from edukit.inputs import as_inputs
from edukit.pruning.weights.model_masks import layer_weights
from edukit.refuse import check_whole


def wanda_scores(model: nn.Module, x, *, batch_size: int = 256) -> dict[str, torch.Tensor]:
    """{weight: |w| times the norm of its input} of all convolutions and linear layers, for `score_masks`.

    x   inputs without labels, or a tuple of them for a model of several inputs; the model runs in evaluation mode
    Raises ValueError for a model with no such layer, and for one with a layer that x never reaches.

    >>> layer = nn.Linear(2, 1, bias=False)
    >>> layer.weight.data = torch.tensor([[-3.0, 1.0]])
    >>> wanda_scores(layer, torch.tensor([[0.0, 3.0], [1.0, 4.0]]))["weight"].tolist()
    [[3.0, 5.0]]
    """
    check_whole(batch_size, "batch_size")
    x = as_inputs(x, model)
    weights = layer_weights(model)
    squares: dict[str, torch.Tensor] = {}
    tried = copied(model).eval()
    for name, layer in tried.named_modules():
        if isinstance(layer, nn.Linear | _ConvNd) and not isinstance(layer, _ConvTransposeNd):
            layer.register_forward_pre_hook(partial(_add_squares, squares, f"{name}.weight".lstrip(".")))
    with torch.no_grad():
        for start in range(0, len(x[0]), batch_size):
            tried(*(part[start : start + batch_size] for part in x))
    if not_reached := [name for name in weights if name not in squares]:
        raise ValueError(f"model: {', '.join(not_reached)}: no input of a convolution or linear layer was seen there")
    return {name: w.abs() * squares[name].sqrt() for name, w in weights.items()}


def _add_squares(squares, name, layer, inputs) -> None:
    """Add to each weight the squares of the values that it meets: the slope of Σ y in w, where y is made from x²."""
    x = inputs[0].detach() ** 2
    w = layer.weight.detach().clone().requires_grad_(True)
    with torch.enable_grad():
        y = nn.functional.linear(x, w) if isinstance(layer, nn.Linear) else layer._conv_forward(x, w, None)
        (met,) = torch.autograd.grad(y.sum(), w)
    squares[name] = squares.get(name, 0) + met
