"""Rewriting a graph for integers: every layer reads codes, and every value is put on its grid. The QDQ form:

    x ─ Q ─ DQ ─┐
    codes ─ DQ ─┼─ conv ─ relu ─ Q ─ DQ ─ …       Q quantize, DQ dequantize
    bias  ─ DQ ─┘

Q and DQ are operators of their own, edukit::quantize and edukit::dequantize, so that a graph shows them whole and an
exporter can name them. They run anywhere in float; a runtime with integer kernels replaces DQ → layer → Q by one
integer operator.

Weights become codes at scale S_w, symmetric; biases become int32 codes at S_x S_w, the scale of the sum to which they
are added.

Shapes    S_w (out,) along axis 0, or () for the whole tensor
Bound     |bias - S_x S_w code| <= S_x S_w / 2, and |code| <= 2^30, so that an int32 sum has room beside it
Source    https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html
In production  convert_pt2e of torchao.quantization.pt2e writes the same pattern
"""

from collections import Counter
from dataclasses import replace

import torch
from torch import fx, nn

from edukit.graph import Captured, attach, parameter
from edukit.quantization.grid import affine
from edukit.quantization.grid.affine import INT32, QParams, choose_qparams
from edukit.quantization.grid.calibrate import for_grid, min_max

ACCUMULATOR_LIMIT = 2**30


@torch.library.custom_op("edukit::quantize", mutates_args=())
def quantize(x: torch.Tensor, scale: torch.Tensor, zero_point: torch.Tensor, qmin: int, qmax: int) -> torch.Tensor:
    """Codes of x in the zero point's integer type."""
    codes = affine.quantize(x, affine.QParams(scale, zero_point.to(torch.int32), qmin, qmax))
    return codes.to(zero_point.dtype)


@quantize.register_fake
def _(x, scale, zero_point, qmin, qmax):
    return torch.empty_like(x, dtype=zero_point.dtype)


@torch.library.custom_op("edukit::dequantize", mutates_args=())
def dequantize(
    q: torch.Tensor, scale: torch.Tensor, zero_point: torch.Tensor | None = None, axis: int = 0
) -> torch.Tensor:
    """Real values of the codes q, whose scales lie along `axis`; no zero point means 0."""
    shape = [-1 if a == axis else 1 for a in range(q.ndim)] if scale.ndim else []
    zero = torch.zeros_like(scale) if zero_point is None else zero_point
    grid = affine.QParams(scale.reshape(shape), zero.to(torch.int32).reshape(shape), *INT32)
    return affine.dequantize(q, grid)


@dequantize.register_fake
def _(q, scale, zero_point=None, axis=0):
    return torch.empty_like(q, dtype=scale.dtype)


@torch.library.custom_op("edukit::dynamic_linear", mutates_args=())
def dynamic_linear(
    x: torch.Tensor, codes: torch.Tensor, scale: torch.Tensor, bias: torch.Tensor | None
) -> torch.Tensor:
    """x (…, in) on a uint8 grid of its own, times int8 codes (out, in) with scales (out,), plus a float bias."""
    if not x.numel():
        return x.new_zeros(*x.shape[:-1], len(codes))
    grid = choose_qparams(*min_max(x), signed=False)
    q = affine.quantize(x, grid) - grid.zero_point
    accumulator = q.double() @ codes.double().T  # whole numbers below 2^53: exact, as int32 sums are
    y = accumulator.float() * (grid.scale * scale)
    return y if bias is None else y + bias


@dynamic_linear.register_fake
def _(x, codes, scale, bias):
    return x.new_empty(*x.shape[:-1], len(codes))


class QuantizedModel(nn.Module):
    """A model whose weights are integer codes; runs in torch as QDQ, and exports as integers.

    network           the torch.fx module that runs
    report            a LayerReport for each operation with a weight, and for each without one that stays in float
    activation_bits   of its activations; None where they are float
    """

    def __init__(self, network: fx.GraphModule, report: list, activation_bits: int | None):
        super().__init__()
        self.network = network
        self.report = report
        self.activation_bits = activation_bits

    def forward(self, *inputs, **named):
        return self.network(*inputs, **named)

    def extra_repr(self) -> str:
        return counted(self.report)

    def _repr_html_(self) -> str | None:
        return self.report._repr_html_() if hasattr(self.report, "_repr_html_") else None


def counted(report) -> str:
    """How many operations compute with which numbers, in words, such as "5 in int8, 2 in float"."""
    return ", ".join(f"{count} in {kind}" for kind, count in Counter(row.precision for row in report).items())


def weight_grid(weight: torch.Tensor, bits: int, *, per_channel: bool = True, calibrator=min_max) -> QParams:
    """The symmetric grid of a layer's weights (out, …): a scale for each output channel, or one for all.

    The range decides alone, whichever calibrator found it; one that tries grids tries this one.
    """
    choose = choose_qparams if bits == 8 else all_codes
    low, high = for_grid(calibrator, bits, True, choose)(weight, 0 if per_channel else None)
    return choose(low, high, bits, symmetric=True)


def all_codes(low, high, bits: int, *, symmetric: bool = True) -> QParams:
    """The grid of weights below 8 bits: symmetric, but all 2^b codes count, -2^(b-1) to 2^(b-1) - 1.

    S = max|range| / (2^(b-1) - 1/2), so that both ends of the range lie within S / 2 of a code. With 8 bits the codes
    are -127 to 127, as LiteRT wants them, and S = max|range| / 127.

    >>> grid = all_codes(torch.tensor(-1.5), torch.tensor(1.0), 2)
    >>> float(grid.scale), grid.qmin, grid.qmax
    (1.0, -2, 1)
    """
    grid = choose_qparams(low, high, bits, symmetric=symmetric)
    return replace(grid, scale=grid.scale * grid.qmax / (grid.qmax + 0.5), qmin=-grid.qmax - 1)


def store_layer(graph: fx.GraphModule, node: fx.Node, layer, x_grid: QParams | None = None) -> None:
    """Replace the weight and bias of one layer by what is stored: codes, and the node that dequantizes them.

    layer    its codes, their grid, and its bias or None
    x_grid   the grid of the layer's input: then its bias becomes int32 codes as well, at scale S_x S_w
    """
    with graph.graph.inserting_before(node):
        weight = _stored(graph, f"{node.name}_weight", layer.codes.to(torch.int8), layer.grid.scale.flatten())
        bias = None if layer.bias is None else _stored_bias(graph, node, layer, x_grid)
    node.args = (node.args[0], weight, bias, *node.args[3:])
    if x_grid is not None and node.target is torch.ops.aten.linear.default and node.meta["val"].ndim > 2:
        _as_matrix(graph, node)


def store_half(graph: fx.GraphModule, node: fx.Node) -> None:
    """Keep the weight of a layer as float16, half the bytes; it is computed in float32."""
    with graph.graph.inserting_before(node):
        half = nn.Parameter(parameter(graph, node.args[1]).detach().half(), requires_grad=False)
        stored = attach(graph, f"{node.name}_weight_half", half)
        weight = graph.graph.call_function(torch.ops.aten.to.dtype, (stored, torch.float32))
    node.replace_input_with(node.args[1], weight)


def with_room_for_bias(grid: QParams, bias: torch.Tensor | None, x_grid: QParams | None) -> QParams:
    """A tiny weight beside a large bias: the grid with a scale so large that the bias code fits in 32 bits."""
    if bias is None or x_grid is None:
        return grid
    need = bias.detach().abs() / (x_grid.scale * ACCUMULATOR_LIMIT)
    need = need.reshape(grid.scale.shape) if grid.scale.ndim else need.amax()
    return replace(grid, scale=torch.maximum(grid.scale, need))


def layer_bias(graph: fx.GraphModule, node: fx.Node) -> torch.Tensor | None:
    """The bias of a layer, or None."""
    return parameter(graph, node.args[2]) if len(node.args) > 2 else None


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
    return Captured(graph, graph.graph).eval()


def _as_matrix(graph, linear):
    """A linear layer on (B, T, …, in) as one on a matrix: runtimes have an integer operator for matrices alone."""
    x = linear.args[0]
    aten = torch.ops.aten
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
    restored.meta["val"] = linear.meta["val"]
    linear.replace_all_uses_with(restored, delete_user_cb=lambda user: user is not restored)


def _stored_bias(graph, node, layer, x_grid):
    bias = layer.bias.detach()
    if x_grid is None:
        return attach(graph, f"{node.name}_bias", nn.Parameter(bias, requires_grad=False))
    scale = (layer.grid.scale * x_grid.scale).flatten().expand(len(bias)).contiguous()
    return _stored(graph, f"{node.name}_bias", torch.round(bias.double() / scale.double()).to(torch.int32), scale)


def _stored(graph, name, codes, scale):
    """codes as a parameter, so that it is counted; its scale as a buffer; and the node that multiplies the two."""
    scale = scale if scale.numel() > 1 else scale.reshape(())
    arguments = [attach(graph, f"{name}_codes", nn.Parameter(codes, requires_grad=False))]
    arguments.append(attach(graph, f"{name}_scale", scale))
    if codes.dtype == torch.int8:  # ONNX Runtime has an integer Gemm only for weights that state their zero point
        arguments.append(attach(graph, f"{name}_zero_point", torch.zeros_like(scale, dtype=torch.int8)))
    return graph.graph.call_function(torch.ops.edukit.dequantize.default, tuple(arguments))
