"""Layer by layer: the codes of each layer are chosen with the layers before it already quantized.

    float network       x  ─ layer ─ relu ─ …     what each layer should see and say
    quantized network   x̂  ─ layer ─ relu ─ …     what it does see, once the layers before it are quantized

Both are run side by side, once: on all calibration data, or on an even part of them where their activations would not
fit, as rows are drawn from few large pictures as well as from many small ones. At each layer a sample of its inputs is
taken from both, and from it the layer's codes.

Shapes    the sample: (groups, rows, in), where a row is what one output value is computed from; in = C/groups · kh · kw
Source    Frantar et al. 2022, https://arxiv.org/abs/2210.17323, for layers as matrices, one after the other
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import fx, nn
from torch.nn import functional as F

from edukit.graph import LAYERS, has_rows, joined, layer_name, parameter
from edukit.quantization.grid.affine import QParams, dequantize, fake_quantize, quantize
from edukit.quantization.ptq.placement import is_activation
from edukit.quantization.ptq.rounding import Moments, bias_correction, gptq
from edukit.refuse import is_finite
from edukit.turns import Bar

ROWS = 8192  # of a sample; more changes little, and each costs memory and time
VALUES = 2**25  # of the largest activation, in both networks: 128 MiB each
FEWEST = 32  # inputs, however large their activations


@dataclass
class Layer:
    """A layer to quantize: its weight, bias and grid, how it is rounded, and the codes, once it was.

    rounding       (w, x, grid) -> codes, such as `gptq`; None rounds each weight to its nearest code
    correct_bias   whether its bias makes good for the mean error of each output
    """

    weight: torch.Tensor
    bias: torch.Tensor | None
    grid: QParams
    codes: torch.Tensor | None = None
    rounding: Callable | None = None
    correct_bias: bool = False

    @property
    def stored(self) -> torch.Tensor:
        """The weights that the codes stand for."""
        return dequantize(self.codes, self.grid)


def has_weight(graph: fx.GraphModule, node: fx.Node) -> bool:
    """Whether an operation is a layer, wherever its weight comes from, or reads a parameter of the model."""
    return node.op == "call_function" and (
        node.target in LAYERS or any(isinstance(parameter(graph, v), nn.Parameter) for v in node.all_input_nodes)
    )


def round_layers(graph, layers: dict, grids: dict, batches) -> None:
    """Fill in the codes of each layer, and its corrected bias.

    layers     {node: Layer} · grids  {node: QParams} of the activations · batches  of calibration data
    """
    if not any(layer.rounding or layer.correct_bias for layer in layers.values()):
        for layer in layers.values():
            layer.codes = quantize(layer.weight, layer.grid)
    else:
        inputs = some_of(graph, joined(graph, batches))
        SideBySide(graph, layers, grids).run(*inputs)


def some_of(graph: fx.GraphModule, inputs: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
    """The inputs, or evenly spaced ones of them, so many that the largest activation stays below VALUES; FEWEST of them
    in any case.

    >>> from edukit.graph import capture
    >>> x = torch.rand(99, 3, 8, 8)
    >>> [len(part) for part in some_of(capture(nn.Conv2d(3, 4, 3), x), (x,))]
    [99]
    """
    shapes = [node.meta["val"].shape for node in graph.graph.nodes if is_activation(node)]
    of_one = max(math.prod(n for n in shape if type(n) is int) for shape in shapes)
    count = len(inputs[0])
    most = max(FEWEST, VALUES // of_one)
    if count <= most:
        return inputs
    chosen = torch.arange(most) * count // most
    return tuple(x[chosen] if rows else x for rows, x in zip(has_rows(graph), inputs, strict=True))


class SideBySide(fx.Interpreter):
    """Runs the float network and the quantized one, and rounds each layer when its turn comes."""

    def __init__(self, graph: fx.GraphModule, layers: dict, grids: dict):
        super().__init__(graph)
        self.layers = layers
        self.grids = grids
        self.hat = {}  # the values of the quantized network; self.env holds those of the float network
        self.bar = Bar(total=len(layers), desc="rounding", delay=2)

    def run(self, *inputs):
        with self.bar, torch.no_grad():
            return super().run(*inputs)

    def run_node(self, node):
        if node in self.layers:
            self._round(node)
            self.bar.update()
        value = super().run_node(node)
        if node.op == "output":
            return value
        hat = self._again(node) if node.op == "call_function" else value
        self.hat[node] = fake_quantize(hat, self.grids[node]) if node in self.grids else hat
        for done in self.user_to_last_uses.get(node, ()):
            del self.hat[done]
        return value

    def _again(self, node):
        """The same operation on the quantized network's values, with the layer's stored weight and its new bias."""
        args, kwargs = fx.node.map_arg((node.args, node.kwargs), self.hat.__getitem__)
        if layer := self.layers.get(node):
            args = (args[0], layer.stored, layer.bias, *args[3:])
        return node.target(*args, **kwargs)

    def _round(self, node):
        layer = self.layers[node]
        source = node.args[0]
        if not (layer.rounding or layer.correct_bias):
            layer.codes = quantize(layer.weight, layer.grid)
            return
        x, x_hat = (rows(node, values[source]) for values in (self.env, self.hat))
        if not (is_finite(x) and is_finite(x_hat)):
            name = layer_name(node)
            raise ValueError(
                f'calibration makes NaN or infinity before layer {name!r}; rounding="nearest" looks at weights alone'
            )
        w = layer.weight.reshape(len(x), -1, x.shape[-1])  # a matrix for each group
        layer.grid, grid = self._rounded(layer, w, x, x_hat)
        if layer.correct_bias:
            shift = bias_correction(w, dequantize(layer.codes.reshape(w.shape), grid), x, x_hat).flatten()
            layer.bias = shift if layer.bias is None else layer.bias + shift

    def _rounded(self, layer, w, x, x_hat):
        """Fills in the codes; the layer's grid, and the same one for the rows of w."""
        scales = layer.grid.scale.reshape((*w.shape[:2], 1) if layer.grid.scale.numel() > 1 else ())
        grid = replace(layer.grid, scale=scales, zero_point=torch.tensor(0))
        if layer.rounding is None:
            codes = quantize(w, grid)
        else:
            if layer.correct_bias:  # the means are the bias's task
                x, x_hat = (sample - sample.mean(1, keepdim=True) for sample in (x, x_hat))
            moments = Moments(x_hat)
            wanted = moments.refit(w, x)
            grid, codes = moments.best_step(wanted, grid)
            if layer.rounding is not gptq:
                codes = layer.rounding(wanted, x_hat, grid)
        layer.codes = codes.reshape(layer.weight.shape)
        return replace(layer.grid, scale=grid.scale.reshape(layer.grid.scale.shape)), grid


def rows(node: fx.Node, x: torch.Tensor) -> torch.Tensor:
    """What the values of a layer's output are computed from: at most ROWS of them, (groups, rows, in)."""
    draw = torch.Generator().manual_seed(0)
    if node.target is torch.ops.aten.linear.default:
        flat = x.reshape(-1, x.shape[-1])
        return flat[torch.randperm(len(flat), generator=draw)[:ROWS]][None]
    patches, groups = _patches(node, x)
    B, C, *places = patches.shape[: patches.ndim // 2 + 1]
    chosen = [torch.randint(n, (min(ROWS, B * math.prod(places)),), generator=draw) for n in (B, *places)]
    picked = patches.movedim(1, len(places) + 1)[tuple(chosen)]  # (rows, C, kh, kw)
    return picked.reshape(len(picked), groups, -1).transpose(0, 1)


def _patches(node, x):
    """A view of every patch that the kernel sees, (B, C, places…, kernel…), and the number of groups."""
    defaults = 1, 0, 1, 1
    stride, padding, dilation, groups = (*node.args[3:], *defaults[len(node.args[3:]) :])
    kernel = node.args[1].meta["val"].shape[2:]
    stride, dilation = (_each(v, kernel) for v in (stride, dilation))
    spans = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
    sides = [((s - 1) // 2, s // 2) for s in spans] if padding == "same" else [(p, p) for p in _each(padding, kernel)]
    x = F.pad(x, [side for pair in reversed(sides) for side in pair])
    for axis, (span, step) in enumerate(zip(spans, stride, strict=True), start=2):
        x = x.unfold(axis, span, step)
    return x[(..., *(slice(None, None, d) for d in dilation))], groups


def _each(value, kernel):
    """One value for each axis of the kernel."""
    value = [0] if value == "valid" else [value] if isinstance(value, int) else list(value)
    return value if len(value) == len(kernel) else value * len(kernel)
