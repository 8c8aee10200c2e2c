"""Rewriting a graph for integers: every layer reads codes, every value is put on its grid. The QDQ form:

    x ─ Q ─ DQ ─┐
    codes ─ DQ ─┼─ conv ─ relu ─ Q ─ DQ ─ …       Q quantize, DQ dequantize
    bias  ─ DQ ─┘

Weights   codes at scale S_w, symmetric · bias int32 codes at S_x S_w, the scale of the sum that it is added to
Shapes    S_w (out,) along axis 0, or () for the whole tensor
Bound     |bias - S_x S_w code| <= S_x S_w / 2, and |code| <= 2^30, so that an int32 sum has room beside it
Source    https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html
In production  convert_pt2e of torchao.quantization.pt2e writes the same pattern
"""

import torch
from torch import fx, nn

from edukit.graph import attach, parameter
from edukit.quantization import operators  # noqa: F401, defines torch.ops.edukit
from edukit.quantization.affine import QParams, choose_qparams, quantize

ACCUMULATOR_LIMIT = 2**30


def quantize_weight(graph: fx.GraphModule, node: fx.Node, x_grid: QParams, bits: int, per_channel: bool) -> None:
    """Replace the weight and bias of one layer by codes and their dequantization."""
    weight = parameter(graph, node.args[1]).detach()
    bias = parameter(graph, node.args[2]) if len(node.args) > 2 else None
    grid = _weight_grid(weight, bias, x_grid, bits, per_channel)
    with graph.graph.inserting_before(node):
        arguments = [_stored(graph, f"{node.name}_weight", quantize(weight, grid).to(torch.int8), grid.scale.flatten())]
        if bias is not None:
            scale = (grid.scale * x_grid.scale).flatten().expand(len(bias)).contiguous()
            codes = torch.round(bias.detach().double() / scale.double()).to(torch.int32)
            arguments.append(_stored(graph, f"{node.name}_bias", codes, scale))
    node.args = (node.args[0], *arguments, *node.args[1 + len(arguments) :])
    if node.target is torch.ops.aten.linear.default and node.meta["val"].ndim > 2:
        _as_matrix(graph, node)


def quantize_activation(graph: fx.GraphModule, point: fx.Node, grid: QParams) -> None:
    """Put a value on its grid: every reader now gets what its code stands for."""
    with graph.graph.inserting_before(point.next):
        scale = attach(graph, f"{point.name}_scale", grid.scale)
        zero = attach(graph, f"{point.name}_zero_point", grid.zero_point.to(torch.uint8))
        arguments = (point, scale, zero, grid.qmin, grid.qmax)
        codes = graph.graph.call_function(torch.ops.edukit.quantize.default, arguments)
        real = graph.graph.call_function(torch.ops.edukit.dequantize.default, (codes, scale, zero))
    point.replace_all_uses_with(real, delete_user_cb=lambda user: user is not codes)


def cleaned(graph: fx.GraphModule) -> fx.GraphModule:
    """A module that holds only what the changed graph still reads."""
    graph.graph.eliminate_dead_code()
    graph.graph.lint()
    return fx.GraphModule(graph, graph.graph).eval()


def _as_matrix(graph, linear):
    """A linear layer on (B, T, …, in) as one on a matrix: runtimes have an integer operator for matrices alone."""
    x, aten = linear.args[0], torch.ops.aten
    sizes = x.meta["val"].shape[:-1]  # whole numbers, but for the free batch
    with graph.graph.inserting_before(linear):
        free = {
            i: graph.graph.call_function(aten.sym_size.int, (x, i)) for i, n in enumerate(sizes) if type(n) is not int
        }
        rows = graph.graph.call_function(aten.flatten.using_ints, (x, 0, -2))
    linear.replace_input_with(x, rows)
    with graph.graph.inserting_after(linear):
        shape = [*(free.get(i, n) for i, n in enumerate(sizes)), -1]
        restored = graph.graph.call_function(aten.view.default, (linear, shape))
    linear.replace_all_uses_with(restored, delete_user_cb=lambda user: user is not restored)


def _weight_grid(weight, bias, x_grid, bits, per_channel) -> QParams:
    axes = tuple(range(1 if per_channel else 0, weight.ndim))
    high = weight.detach().abs().amax(axes, keepdim=True)
    if bias is not None:  # a tiny weight beside a large bias: the bias code must fit in 32 bits
        need = bias.detach().abs().reshape(-1, *[1] * (weight.ndim - 1)) / (x_grid.scale * ACCUMULATOR_LIMIT)
        high = torch.maximum(high, (need if per_channel else need.amax()) * (2 ** (bits - 1) - 1))
    return choose_qparams(-high, high, bits, symmetric=True)


def _stored(graph, name, codes, scale):
    """codes as a parameter, so that it is counted; its scale as a buffer; and the node that multiplies the two."""
    scale = scale if scale.numel() > 1 else scale.reshape(())
    arguments = [attach(graph, f"{name}_codes", nn.Parameter(codes, requires_grad=False))]
    arguments.append(attach(graph, f"{name}_scale", scale))
    if codes.dtype == torch.int8:  # ONNX Runtime has an integer Gemm only for weights that state their zero point
        arguments.append(attach(graph, f"{name}_zero_point", torch.zeros_like(scale, dtype=torch.int8)))
    return graph.graph.call_function(torch.ops.edukit.dequantize.default, tuple(arguments))
