"""A whole network in integers: the graph of a QuantizedModel, run in numpy as a chip without floats would.

    x ─ quantize ─> codes ─ layer, add, mean, … ─> codes ─ … ─> codes ─ dequantize ─> y

Between the first and the last node there is no float but the multipliers. Three things happen to codes:
    a layer      Σ in int32, requantized to the grid of its output (layers.py); an activation is a clip of the codes
    a join       additions and means are rescaled (joins.py)
    a move       max pooling, flatten, concatenation, … only move codes, onto another grid where they must

Shapes    inputs as the model takes them; codes int32
Error     against ONNX Runtime on the exported file: none, in the codes of every layer, add and move. A mean that a
          runtime computes in float (ReduceMean) may differ by one code where it is within 1e-6 of a tie
Source    Jacob et al. 2018, https://arxiv.org/abs/1712.05877, section 2.4
In production  QLinearConv, QGemm, QLinearAdd … of ONNX Runtime; the kernels of LiteRT for Microcontrollers
"""

import operator
from dataclasses import dataclass

import numpy as np
import torch
from torch import fx

from edukit.checked import checked
from edukit.graph import LAYERS, parameter
from edukit.inputs import as_inputs
from edukit.quantization.grid.affine import QParams, dequantize, quantize
from edukit.quantization.integer.joins import codes_of_means, integer_add, integer_mean, move_to_grid
from edukit.quantization.integer.layers import integer_conv, integer_linear
from edukit.quantization.ptq.placement import ACTIVATIONS, MEANS, SPLITS, moved_from
from edukit.quantization.ptq.rewrite import QuantizedModel

aten, ours = torch.ops.aten, torch.ops.edukit
NEAREST = {getattr(aten, f"upsample_nearest{n}d").vec for n in (1, 2, 3)}
IN_FLOAT = NEAREST | {getattr(aten, f"max_pool{n}d").default for n in (1, 2, 3)}
BOUNDS = {  # where no argument says otherwise
    aten.relu.default: (0.0, np.inf),
    aten.relu6.default: (0.0, 6.0),
    aten.hardtanh.default: (-1.0, 1.0),
    aten.clamp.default: (-np.inf, np.inf),
}


@dataclass(frozen=True)
class Codes:
    """Codes and the grid that says what they stand for."""

    q: np.ndarray
    grid: QParams

    @property
    def values(self) -> np.ndarray:
        return dequantize(self.q, self.grid).astype(np.float32)


@checked
def run_integers(quantized: QuantizedModel, *inputs):
    """The output of the model for inputs as it takes them, float32, computed on codes; a tuple where it has several.

    Raises ValueError that names an operation for which there are no integers here, such as a softmax, and TypeError
    for a model that is not a QuantizedModel.

    >>> from edukit.quantization import quantize_model
    >>> x = torch.rand(8, 1, 6, 6)
    >>> net = torch.nn.Sequential(torch.nn.Conv2d(1, 4, 3), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(64, 2))
    >>> quantized = quantize_model(net, x)
    >>> bool(np.abs(run_integers(quantized, x) - quantized(x).detach().numpy()).max() < 0.02)
    True
    """
    values = tuple(codes.values for codes in output_codes(quantized, *inputs))
    return values[0] if len(values) == 1 else values


def output_codes(quantized: QuantizedModel, *inputs) -> list[Codes]:
    """The same as codes on their grids, one for each output.

    >>> from edukit.quantization import quantize_model
    >>> quantized = quantize_model(torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.ReLU()), torch.rand(8, 3))
    >>> [codes.q.shape for codes in output_codes(quantized, torch.rand(5, 3))]
    [(5, 2)]
    """
    return _run(quantized, inputs).outputs


def all_codes(quantized: QuantizedModel, *inputs) -> dict[str, Codes]:
    """What every layer, join and move gives: its name in `quantized.network.graph` -> its codes, in order.

    >>> from edukit.quantization import quantize_model
    >>> quantized = quantize_model(torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.ReLU()), torch.rand(8, 3))
    >>> list(all_codes(quantized, torch.rand(1, 3)))
    ['input_1', 'relu']
    """
    return {node.args[0].name: codes for node, codes in _run(quantized, inputs).codes.items()}


def _run(quantized, inputs) -> "_Network":
    if not isinstance(quantized, QuantizedModel):
        raise TypeError(f"quantized must be a QuantizedModel, got {type(quantized).__name__}")
    places = [node for node in quantized.network.graph.nodes if node.op == "placeholder"]
    if len(inputs) != len(places):
        raise ValueError(f"the model takes {len(places)} inputs, got {len(inputs)}")
    return _Network(quantized.network, dict(zip(places, map(np.asarray, as_inputs(inputs)), strict=True)))


class _Network:
    """Walks the graph once; `codes` holds what every quantize node gives, and `outputs` what the model returns."""

    def __init__(self, graph: fx.GraphModule, inputs: dict[fx.Node, np.ndarray]):
        self.graph = graph
        self.inputs = inputs
        self.codes = {}
        for node in graph.graph.nodes:
            if node.target is ours.quantize.default:
                grid = self._grid(*node.args[1:])
                self.codes[node] = Codes(self.on_grid(node.args[0], grid), grid)
            elif node.op == "output":
                results = node.args[0] if isinstance(node.args[0], tuple | list) else (node.args[0],)
                self.outputs = [self._known(result) for result in results]

    def on_grid(self, node: fx.Node, grid: QParams) -> np.ndarray:
        """The codes of a node's value on a grid: computed where something is computed, else moved there."""
        if node in self.inputs:
            return quantize(self.inputs[node], grid)
        if node.target is ours.dequantize.default:
            known = self._known(node)
            return known.q if _same(known.grid, grid) else move_to_grid(known.q, known.grid, grid)
        compute = COMPUTED.get(node.target) or (_Network.move if moved_from(node) is not None else None)
        if compute is None:
            made = node.args[0] if node.target is operator.getitem else node  # one of several results
            raise ValueError(f"quantized computes {made.name} in float: there are no integers here for {made.target}")
        if ignored := {name: value for name, value in node.kwargs.items() if not _changes_nothing(name, value)}:
            raise ValueError(f"quantized computes {node.name} with {ignored}; here there are no integers for that")
        return compute(self, node, grid)

    def layer(self, node, grid) -> np.ndarray:
        x, w = self._known(node.args[0]), self._stored(node.args[1])
        bias = self._stored(node.args[2]).q if len(node.args) > 2 and node.args[2] is not None else None
        if node.target is aten.linear.default:
            return integer_linear(x.q, w.q, bias, x.grid, w.grid, grid)
        geometry = dict(zip(("stride", "padding", "dilation", "groups"), node.args[3:], strict=False))
        return integer_conv(x.q, w.q, bias, x.grid, w.grid, grid, **geometry)

    def add(self, node, grid) -> np.ndarray:
        a, b = (self._known(argument) for argument in node.args)
        return integer_add(a.q, b.q, a.grid, b.grid, grid)

    def mean(self, node, grid) -> np.ndarray:
        """Over a whole picture as a runtime's integer operator does it, over windows and other axes by their sums."""
        x = self._known(node.args[0])
        over = node.args[1] if len(node.args) > 1 else None
        is_mean = node.target is aten.mean.dim
        whole = {a % x.q.ndim for a in over} == {2, 3} if is_mean and over else over in (1, [1], [1, 1])
        if x.q.ndim != 4 or not whole or node.target is aten.avg_pool2d.default:
            sums = torch.from_numpy(x.q - x.grid.zero_point).double()
            means = node.target(sums, *self._numbers(node.args[1:]), **node.kwargs)
            return codes_of_means(means.numpy(), x.grid, grid)
        q = integer_mean(x.q, x.grid, grid)
        keeps = not is_mean or len(node.args) > 2 and node.args[2]
        return q if keeps else q[..., 0, 0]

    def activation(self, node, grid) -> np.ndarray:
        """Clipping the codes at the codes of the bounds."""
        given = [*node.args[1:3], None, None]
        bounds = [b if g is None else g for g, b in zip(given, BOUNDS[node.target], strict=False)]
        return np.clip(self.on_grid(node.args[0], grid), *quantize(np.float32(bounds), grid))

    def cat(self, node, grid) -> np.ndarray:
        return np.concatenate([self.on_grid(part, grid) for part in node.args[0]], *node.args[1:])

    def pad(self, node, grid) -> np.ndarray:
        """With the code of the number that is written there."""
        x, pads = node.args[:2]
        mode, value = *node.args[2:], *("constant", None)[len(node.args) - 2 :]
        border = float(quantize(np.float32(value or 0), grid))
        codes = torch.from_numpy(self.on_grid(x, grid)).double()
        return aten.pad.default(codes, pads, mode, border if mode == "constant" else None).to(torch.int32).numpy()

    def move(self, node, grid) -> np.ndarray:
        """The same operation on codes; a split is taken apart by the getitem behind it."""
        codes = torch.from_numpy(self.on_grid(moved_from(node) or node.args[0], grid)).contiguous()
        if node.args[0].target in SPLITS:
            return node.args[0].target(codes, *self._numbers(node.args[0].args[1:]))[node.args[1]].numpy()
        if node.target in IN_FLOAT:
            codes = codes.double()  # torch does not pool int32; these are the same whole numbers
        return node.target(codes, *self._numbers(node.args[1:])).to(torch.int32).numpy()

    def _numbers(self, arguments):
        """Sizes that depend on the batch are nodes of the graph; here they are the numbers that they stand for."""
        return fx.node.map_arg(
            arguments,
            lambda n: self._size(*n.args) if n.target is aten.sym_size.int else n.target(*self._numbers(n.args)),
        )

    def _size(self, node, axis) -> int:
        """Of one axis of a value: known from its codes, or a formula of the batch."""
        if node.target is ours.dequantize.default:
            return self._known(node).q.shape[axis]
        size = node.meta["val"].shape[axis]
        (given, x) = next(iter(self.inputs.items()))
        return int(size.node.expr.subs(given.meta["val"].shape[0].node.expr, len(x)))

    def _known(self, node) -> Codes:
        """The codes behind a dequantize node, of an activation, or of what is only moved behind it."""
        if isinstance(node, fx.Node) and moved_from(node) is not None:
            grid = self._known(moved_from(node)).grid
            return Codes(self.on_grid(node, grid), grid)
        known = self.codes.get(node.args[0]) if getattr(node, "target", None) is ours.dequantize.default else None
        if known is None:
            raise ValueError(f"quantized leaves {getattr(node, 'name', node)} in float; it must be on a grid")
        return known

    def _stored(self, node) -> Codes:
        """The codes of a weight or a bias."""
        if node.target is not ours.dequantize.default:
            raise ValueError(f"quantized holds {node.name} in float; all weights must be codes")
        codes, scale = (parameter(self.graph, argument).detach().numpy() for argument in node.args[:2])
        return Codes(codes, QParams(scale, np.int32(0), -128, 127))

    def _grid(self, scale, zero_point, qmin, qmax) -> QParams:
        scale, zero_point = (parameter(self.graph, node).numpy() for node in (scale, zero_point))
        return QParams(scale, zero_point.astype(np.int32), qmin, qmax)


COMPUTED = {
    **dict.fromkeys(LAYERS, _Network.layer),
    **dict.fromkeys(MEANS, _Network.mean),
    **dict.fromkeys(ACTIVATIONS, _Network.activation),
    aten.add.Tensor: _Network.add,
    aten.cat.default: _Network.cat,
    aten.pad.default: _Network.pad,
    **dict.fromkeys((aten._unsafe_view.default, aten.pixel_shuffle.default, aten.roll.default), _Network.move),
    **dict.fromkeys(NEAREST | {aten.flip.default}, _Network.move),
}
KEYWORDS = {"alpha": (1,), "dtype": (None, torch.float32), "implicit": (False,)}  # values that change nothing


def _same(one: QParams, other: QParams) -> bool:
    return one.scale == other.scale and one.zero_point == other.zero_point


def _changes_nothing(keyword, value) -> bool:
    return keyword == "memory_format" or value in KEYWORDS.get(keyword, ())
