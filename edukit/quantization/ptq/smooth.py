"""SmoothQuant and AWQ: a layer's inputs are divided by s, its weights multiplied by s, and both quantize better.

    y = W x = (W S) (S⁻¹ x)                  the division moves into what made x: a norm, a layer, a ReLU between

    SmoothQuant  s_j = max|x_j|^α / max|W_j|^(1 - α)     for 8-bit activations: outliers move into the weights
    AWQ          s_j = mean|x_j|^β                       for weights of few bits: where x is large, w gets more codes

At α = 1/2, max|x_j / s_j| = max|W_j s_j|. β = 0 is no scaling, so AWQ's error is never above that without it. Once a
scaled weight is the largest of its row, the row's step grows with it: then s gains nothing more.

Symbols   j an input channel · S = diag(s) · α how much of the difficulty moves, 0 none to 1 all
          β found on a grid from 0 to 1, for each pair: the smallest error of the layers' outputs
Shapes    s (C,), a factor for each channel that the first of a pair makes (pairs.py)
Error     none before quantization but float rounding; what made x is divided row by row, which a scale for each
          output channel does not feel
Source    Xiao et al. 2022, https://arxiv.org/abs/2211.10438; Lin et al. 2023, https://arxiv.org/abs/2306.00978
In production  SmoothQuantModifier and AWQModifier of llm-compressor; torchao.prototype holds both
"""

from functools import partial

import torch
from torch import fx, nn

from edukit.checked import checked
from edukit.graph import joined, layer_name, watched
from edukit.quantization.grid.affine import Array, check_bits, fake_quantize, namespace
from edukit.quantization.grid.granularity import join_groups, split_groups
from edukit.quantization.grid.observer import as_batches
from edukit.quantization.ptq.equalize import Weights, check_ranges, per_channel, times_inputs
from edukit.quantization.ptq.fold import float_network
from edukit.quantization.ptq.layerwise import rows
from edukit.quantization.ptq.pairs import channel_axis, equalizable_pairs
from edukit.quantization.ptq.placement import why_float
from edukit.quantization.ptq.rewrite import weight_grid
from edukit.quantization.ptq.rounding import second_moment
from edukit.refuse import check_weights, check_whole
from edukit.turns import in_turn

GRID = [i / 20 for i in range(21)]  # the values of β that are tried


def smoothing_scales(x_max: Array, w_max: Array, alpha: float = 0.5) -> Array:
    """s = max|x|^α / max|w|^(1 - α) for each input channel, and 1 where either is 0.

    >>> import numpy as np
    >>> smoothing_scales(np.float32([100, 1, 0]), np.float32([1, 1, 2])).tolist()
    [10.0, 1.0, 1.0]
    """
    check_alpha(alpha)
    check_ranges(x_max=x_max, w_max=w_max)
    xp = namespace(x_max)
    alive = (x_max > 0) & (w_max > 0)
    one = xp.ones_like(x_max)
    return xp.where(alive, x_max, one) ** alpha / xp.where(alive, w_max, one) ** (1 - alpha)


@checked
@in_turn
def smoothquant(model: nn.Module, calibration, *, alpha: float = 0.5) -> fx.GraphModule:
    """The same function with inputs that 8 bits suit better, wherever what makes them can take the division.

    calibration   as for `quantize_model`
    The result's meta["left_out"] names the layers whose inputs stay as they are: something else reads them as well, or
    they come out of an operation that no factor passes. Raises ValueError for alpha outside 0 to 1.

    >>> net = nn.Sequential(nn.LayerNorm(4), nn.Linear(4, 2), nn.GELU(), nn.Linear(2, 2))
    >>> smooth = smoothquant(net, torch.rand(9, 4))
    >>> smooth.meta["left_out"]
    ['3']
    """
    check_alpha(alpha)
    weights, pairs, batches = _prepared(model, calibration)
    largest = _on_inputs(weights.graph, pairs, batches, lambda node, x: _by_channel(node, x).amax(0))
    for pair in pairs:
        made, w_max = weights.ranges(pair)
        weights.share(pair, smoothing_scales(per_channel(pair, largest, len(made)), w_max, alpha))
    return _finished(weights, pairs)


@checked
@in_turn
def awq(model: nn.Module, calibration, weight_bits: int = 4, *, group_size: int | None = None) -> fx.GraphModule:
    """The same function with weights that a few bits suit better: inputs that are large get weights that are larger.

    weight_bits   2 to 8, and
    group_size    how many neighbouring weights will share a scale, None for all of a channel: what s is chosen for
    Raises ValueError for others. meta["left_out"] as for `smoothquant`; meta["beta"] says what was chosen: {layer: β}.

    >>> net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
    >>> list(awq(net, torch.rand(99, 4)).meta["beta"])
    ['2']
    """
    weight_bits = check_bits(weight_bits, "weight_bits", most=8)
    group_size = None if group_size is None else check_whole(group_size, "group_size")
    weights, pairs, batches = _prepared(model, calibration)
    sizes = _on_inputs(weights.graph, pairs, batches, lambda node, x: _by_channel(node, x).mean(0))
    moments = _on_inputs(weights.graph, pairs, batches, lambda node, x: second_moment(rows(node, x), 0))
    stored = partial(_stored, bits=weight_bits, group_size=group_size)
    beta = {}
    for pair in pairs:
        size = per_channel(pair, sizes, len(weights.of[pair.first][0]))
        errors = {
            b: sum(
                scaled_error(weights.of[node][0], _spread(size, b)[source], moments[node], stored)
                for node, source in pair.readers.items()
            )
            for b in GRID
        }
        best = min(GRID, key=errors.get)  # the first of equals: no scaling rather than some
        weights.share(pair, _spread(size, best))
        beta |= dict.fromkeys(pair.names[1:], best)
    result = _finished(weights, pairs)
    result.meta["beta"] = beta
    return result


def scaled_error(w: torch.Tensor, s: torch.Tensor, moment: torch.Tensor, stored) -> float:
    """The energy of the error of a layer's outputs when stored(w s) reads x / s: E‖(stored(w s) / s - w) x‖².

    w (out, in/groups, …) · s (in,) · moment (groups, n, n) = E[x xᵀ] for the n inputs of one output · stored  w -> ŵ

    >>> w, s = torch.tensor([[1.0, 0.25]]), torch.tensor([1.0, 2.0])
    >>> scaled_error(w, s, torch.eye(2)[None], torch.ceil), scaled_error(w, s / s, torch.eye(2)[None], torch.ceil)
    (0.0625, 0.5625)
    """
    error = times_inputs(stored(times_inputs(w, s)), 1 / s) - w
    error = error.double().reshape(len(moment), -1, moment.shape[-1])
    return float((error @ moment.double() * error).sum())


def check_alpha(alpha: float) -> None:
    """Raise a ValueError unless alpha is from 0 to 1."""
    if not isinstance(alpha, int | float) or not 0 <= alpha <= 1:
        raise ValueError(f"alpha must be from 0 to 1, got {alpha!r}")


def _prepared(model, calibration):
    check_weights(model)
    batches = as_batches(calibration, model)
    graph = float_network(model, batches[0])
    return Weights(graph), equalizable_pairs(graph, batches[0], norms=True), batches


def _finished(weights, pairs):
    scaled = {node for pair in pairs for node in pair.readers}
    left_out = [layer_name(n) for n in weights.graph.graph.nodes if why_float(n) is None and n not in scaled]
    result = weights.stored()
    result.meta["left_out"] = left_out
    return result


def _on_inputs(graph, pairs, batches, measure) -> dict[fx.Node, torch.Tensor]:
    """{layer: measure(layer, its inputs)} for each layer that reads a pair's channels, on all calibration data."""
    found = {}
    readers = {node for pair in pairs for node in pair.readers}

    def look(node, value):
        for reader in readers.intersection(node.users):
            if reader.args[0] is node:
                found[reader] = measure(reader, value)

    with torch.no_grad():
        watched(graph, joined(graph, batches), look)
    return found


def _by_channel(node, x):
    """|x| with the channels last: (values, in)."""
    x = x.abs().movedim(channel_axis(node), -1)
    return x.reshape(-1, x.shape[-1])


def _spread(size, beta):
    """s = size^β with its smallest and largest as far below 1 as above; 1 where all is 0."""
    largest = size.max()
    if largest == 0:
        return torch.ones_like(size)
    s = (size / largest).clamp(min=1e-4) ** beta
    return s / s.min().sqrt()


def _stored(w, bits, group_size):
    """What these weights become: the nearest codes, a scale for each channel or for each group in it."""
    rows_of = w.flatten(1)
    groups = rows_of if group_size is None else split_groups(rows_of, group_size)
    flat = groups.flatten(0, -2)
    stored = fake_quantize(flat, weight_grid(flat, bits)).reshape(groups.shape)
    return (stored if group_size is None else join_groups(stored, rows_of.shape[1])).reshape(w.shape)
