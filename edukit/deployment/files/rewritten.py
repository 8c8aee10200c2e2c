"""Operators that the runtimes for phones compute in ways of their own, written as ones that they all compute alike.

    an average over the whole map                 a mean over height and width, which stay as 1
    a shortcut that slices and pads channels      what it is, a strided 1x1 convolution of zeros and ones
    a concatenation of parts on other grids       of parts that were moved to the grid of the whole
    rows of a sequence made a matrix              a linear layer on the sequence: XNNPACK wants codes right before it

ExecuTorch moves a value to another grid in float, exactly. LiteRT's multiplier for it has 8 bits, and its codes can be
one away; a depthwise 1x1 convolution of ones is exact there.

The ones of a quantized graph are codes k at scale 1 / k. Such a convolution must give the code that a move gives: it is
asked for all 256 codes, for k = 127 and down, and the graph stays as it is where no k passes.

Symbols   k code of a one · q code of the value · S, Z scales and zero points of input x and output y
Error     none: rint((k (q - Z_x)) · fl(S_x · fl(1 / k) / S_y)) = rint(S_x (q - Z_x) / S_y) for each of the 256 q
Source    He et al. 2016, https://arxiv.org/abs/1512.03385, section 4.2: the shortcut, "option A"
In production  the 1x1 convolution of "option B" is learned, and quantizers give the parts of a concatenation one grid
"""

import sys

import numpy as np
import torch
from torch import fx, nn

from edukit.copies import copied
from edukit.graph import attach, parameter
from edukit.quantization.ptq.placement import moved_from

aten, ours = torch.ops.aten, torch.ops.edukit
CODES = np.arange(256, dtype=np.float32)
MAP = 2, 3  # the axes of height and width


def rewritten(network: fx.GraphModule, *, convolve_parts: bool = False) -> fx.GraphModule:
    """A copy of a network, captured or quantized, that answers the same and that runtimes compute alike.

    convolve_parts   whether a convolution moves the parts of a concatenation to another grid, as for LiteRT

    >>> from edukit.graph import capture
    >>> net = rewritten(capture(nn.AdaptiveAvgPool2d(1), torch.zeros(2, 3, 4, 4)))
    >>> [node.name for node in net.graph.nodes if node.op == "call_function"]
    ['mean_dim']
    """
    graph = copied(network)
    for node in list(graph.graph.nodes):
        with graph.graph.inserting_before(node):
            if node.target is aten.cat.default:
                _move_parts(graph, node, convolve_parts)
            rewrite = REWRITES.get(node.target)
            new = rewrite(graph, node) if rewrite else None
        if new is not None:
            new.meta.setdefault("val", node.meta.get("val"))
            node.replace_all_uses_with(new, delete_user_cb=lambda user, new=new: user is not new)
    graph.graph.eliminate_dead_code()
    graph.recompile()
    return graph


def _pool(graph, pool) -> fx.Node | None:
    """A mean instead of a pool whose only window is the whole map."""
    x, window = pool.args[:2]
    whole = 1 if pool.target is aten.adaptive_avg_pool2d.default else tuple(shape_of(x)[-2:])
    has_padding = any(np.ravel(argument).any() for argument in pool.args[3:4])
    if has_padding or tuple(np.broadcast_to(window, 2)) != tuple(np.broadcast_to(whole, 2)):
        return None
    return graph.graph.call_function(aten.mean.dim, (x, [-2, -1], True))


def _mean(graph, mean) -> fx.Node | None:
    """A mean over the map that keeps its axes, and a flatten, instead of one that drops them."""
    x, axes = mean.args[:2]
    rank = len(shape_of(x))
    if rank != 4 or {axis % rank for axis in axes or ()} != set(MAP) or (len(mean.args) > 2 and mean.args[2]):
        return None
    kept = graph.graph.call_function(aten.mean.dim, (x, [-2, -1], True))
    kept.meta["val"] = mean.meta["val"][..., None, None]
    if grid := _grid_behind(graph, mean):
        kept = _on_grid(graph, kept, grid)
    return graph.graph.call_function(aten.flatten.using_ints, (kept, 1))


def _shortcut(graph, pad) -> fx.Node | None:
    """A convolution instead of channels of zeros around every s-th pixel; None for any other padding."""
    x, strides = _strided(pad.args[0])
    sizes = pad.args[1]
    mode, value = (*pad.args[2:], *("constant", 0)[len(pad.args) - 2 :])
    if mode != "constant" or value or len(shape_of(x)) != 4 or len(sizes) != 6 or any(sizes[:4]) or min(sizes) < 0:
        return None
    channels = int(shape_of(x)[1])
    ones = torch.zeros(channels + sum(sizes), channels, 1, 1)
    ones[sizes[4] : sizes[4] + channels, :, 0, 0] = torch.eye(channels)
    weight = _weight_of_ones(graph, pad.name, x, ones, _grid_behind(graph, pad))
    return weight and graph.graph.call_function(aten.conv2d.default, (x, weight, None, strides))


def _move_parts(graph, cat, convolve) -> None:
    """Put the parts of a concatenation, and itself, on the grid of the whole."""
    grid = _grid_behind(graph, cat)
    for number, part in enumerate(dict.fromkeys(cat.args[0]) if grid else ()):
        own = _grid_before(graph, part)
        if own and not _same_grid(graph, own, grid):
            moved = (
                _convolved(graph, f"{cat.name}_part_{number}", _on_grid(graph, part, own), grid) if convolve else part
            )
            if moved is not None:
                cat.replace_input_with(part, _on_grid(graph, moved, grid))
    if grid and ours.quantize.default not in {user.target for user in cat.users}:
        with graph.graph.inserting_before(cat.next):
            real = _on_grid(graph, cat, grid)
        cat.replace_all_uses_with(real, delete_user_cb=lambda user: user is not real.args[0])


def _convolved(graph, name, part, grid) -> fx.Node | None:
    """A depthwise 1x1 convolution of ones behind a part."""
    shape = shape_of(part)
    if len(shape) != 4:
        return None
    channels = int(shape[1])
    weight = _weight_of_ones(graph, name, part, torch.ones(channels, 1, 1, 1), grid)
    if weight is None:
        return None
    arguments = (part, weight, None, [1, 1], [0, 0], [1, 1], channels)
    moved = graph.graph.call_function(aten.conv2d.default, arguments)
    moved.meta["val"] = _value(part)
    return moved


def _grid_behind(graph, node) -> tuple | None:
    """Where a value is quantized, also after it was moved: scale, zero point, ends; None where it stays float."""
    for user in node.users:
        if user.target is ours.quantize.default:
            return _again(graph, user.args[1:])
    users = list(node.users)
    moves = len(users) == 1 and (users[0].target is aten._unsafe_view.default or moved_from(users[0]) is node)
    return _grid_behind(graph, users[0]) if moves else None


def _grid_before(graph, node) -> tuple | None:
    """The grid that a value is on, also after it was moved; None for a float value."""
    while (before := moved_from(node)) is not None:
        node = before
    return _again(graph, node.args[0].args[1:]) if node.target is ours.dequantize.default else None


def _again(graph, grid) -> tuple:
    """The scale and zero point of a grid in new nodes, which stand before those that will read them."""
    return (*(graph.graph.get_attr(source.target) for source in grid[:2]), *grid[2:])


def _on_grid(graph, x, grid) -> fx.Node:
    codes = graph.graph.call_function(ours.quantize.default, (x, *grid))
    codes.meta["val"] = x.meta.get("val")
    return graph.graph.call_function(ours.dequantize.default, (codes, *grid[:2]))


def _same_grid(graph, one, other) -> bool:
    return all(torch.equal(parameter(graph, a), parameter(graph, b)) for a, b in zip(one[:2], other[:2], strict=True))


def _strided(node) -> tuple[fx.Node, list[int]]:
    """What slices took every s-th row and column of, and both strides."""
    strides = [1, 1]
    while node.target is aten.slice.Tensor:
        x, axis, start, end, step = (*node.args, *(0, 0, sys.maxsize, 1)[len(node.args) - 1 :])
        whole = start in (0, None) and (end is None or end == sys.maxsize)
        if not whole or (step != 1 and axis not in (2, 3)):
            break
        if step != 1:
            strides[axis - 2] *= step
        node = x
    return node, strides


def _weight_of_ones(graph, name, x, ones, grid) -> fx.Node | None:
    """As it is in a float graph, as codes in a quantized one; None where no code gives the answers of a move."""
    if x.target is not ours.dequantize.default or grid is None:
        return attach(graph, f"{name}_ones", nn.Parameter(ones, requires_grad=False))
    scales_and_zeros = [parameter(graph, node).numpy().astype(np.float32) for node in (*x.args[1:3], *grid[:2])]
    one = _code_of_one(*scales_and_zeros)
    if one is None:
        return None
    codes = nn.Parameter((ones * one).to(torch.int8), requires_grad=False)
    parts = {"codes": codes, "scale": torch.tensor(1 / one), "zero_point": torch.tensor(0, dtype=torch.int8)}
    stored = tuple(attach(graph, f"{name}_ones_{part}", tensor) for part, tensor in parts.items())
    return graph.graph.call_function(ours.dequantize.default, stored)


def _code_of_one(x_scale, x_zero, y_scale, y_zero) -> int | None:
    """The largest k with which the convolution moves all 256 codes as a runtime does."""
    steps = CODES - x_zero
    moved = np.clip(np.rint(steps * x_scale / y_scale) + y_zero, 0, 255)
    for one in range(127, 0, -1):
        multiplier = x_scale * np.float32(1 / one) / y_scale
        if np.array_equal(np.clip(np.rint(steps * one * multiplier) + y_zero, 0, 255), moved):
            return one
    return None


def _linear(graph, view) -> fx.Node | None:
    """Instead of a view that undoes the flatten before a linear layer, which becomes one on the sequence."""
    value = view.args[0]
    while value.target in THROUGH:
        value = value.args[0]
    flat = value.args[0] if value.target is aten.linear.default else None
    if getattr(flat, "target", None) is not aten.flatten.using_ints or flat.args[1:] != (0, -2):
        return None
    if len(value.users) != 1 or len(view.meta["val"].shape) != len(shape_of(flat.args[0])):
        return None
    value.replace_input_with(flat, flat.args[0])
    return view.args[0]


def shape_of(node) -> torch.Size:
    """Of a value, also of one that was put on its grid; the batch may be a symbol."""
    return _value(node).shape


def _value(node) -> torch.Tensor:
    """The tensor that a node was traced with, also of one that was put on its grid."""
    while node.target is ours.dequantize.default:
        node = node.args[0].args[0]
    return node.meta["val"]


THROUGH = {ours.dequantize.default, ours.quantize.default, aten.relu.default, aten.relu6.default, aten.hardtanh.default}
REWRITES = {
    aten.adaptive_avg_pool2d.default: _pool,
    aten.avg_pool2d.default: _pool,
    aten.mean.dim: _mean,
    aten.pad.default: _shortcut,
    aten.view.default: _linear,
}
