"""What the weights of an executed operator say: how wide it is, how many MACs, how many of its weights are zero.

    convolution      positions of the output · all weights         = B · H' · W' · N · (M / g) · k²
    matrix product   rows · all weights

Symbols   M, N channels in and out · g groups · k kernel
A layer in blocks of channels is filled up with zeros there: its own numbers are read where it had none yet.
"""

import math
from dataclasses import dataclass

import numpy as np
from onnx import numpy_helper

from edukit.deployment.explain.optimized import attribute

WEIGHT_AT = {"QLinearConv": 3, "QGemm": 3, "QLinearMatMul": 3, "QLinearConvTranspose": 3}  # else the second input
HAVE_WEIGHTS = ("Conv", "Gemm", "MatMul")


@dataclass(frozen=True)
class Layer:
    """A convolution or a matrix product with stored weights.

    shape    of the weights: (out, in / groups, …) of a convolution, (in, out) of a matrix product
    groups   1 of a dense layer; as many as channels of a depthwise convolution
    zeros    the share of the weights that are zero
    """

    shape: tuple[int, ...]
    groups: int
    is_conv: bool
    zeros: float
    bytes: int
    type: str
    stored_out: int = 0  # channels of the output as it lies in memory; 0 where they are its own

    @property
    def out(self) -> int:
        return self.shape[0] if self.is_conv else self.shape[-1]

    @property
    def inside(self) -> int:
        """Channels that each output channel reads."""
        return self.shape[1] if self.is_conv else self.shape[-2]

    @property
    def is_depthwise(self) -> bool:
        return self.is_conv and self.groups > 1 and self.inside == 1

    def macs(self, inputs, output) -> int:
        """Multiply-accumulates for an output of this shape."""
        return math.prod(output) // (self.stored_out or self.out) * math.prod(self.shape)


def layers_of(before, executed) -> dict[str, Layer]:
    """{executed node's name: Layer}; `before` is the graph whose layers are in no blocks of channels yet."""
    first = _Weights(before)
    last = _Weights(executed)
    found = {}
    for node in executed.graph.node:
        in_blocks = node.domain.endswith("nchwc") and len(node.input) > 1
        maker = first.makers.get(node.name.removesuffix("_nchwc")) if in_blocks else node
        layer = maker and _layer(maker, first if in_blocks else last, len(last.of(node.input[1])) if in_blocks else 0)
        if layer:
            found[node.name] = layer
    return found


class _Weights:
    """The stored arrays of a graph, also behind a dequantize that is executed."""

    def __init__(self, model):
        self.stored = {tensor.name: tensor for tensor in model.graph.initializer}
        self.makers = {node.output[0]: node for node in model.graph.node}

    def of(self, name: str):
        maker = self.makers.get(name)
        if maker is not None and maker.op_type == "DequantizeLinear":
            name = maker.input[0]
        return numpy_helper.to_array(self.stored[name]) if name in self.stored else None


def _layer(node, weights: _Weights, stored_out: int = 0) -> Layer | None:
    at = WEIGHT_AT.get(node.op_type, 1)
    if not any(word in node.op_type for word in HAVE_WEIGHTS) or len(node.input) <= at:
        return None
    w = weights.of(node.input[at])
    if w is None or w.ndim < 2:
        return None
    shape = w.shape[::-1] if attribute(node, "transB") else w.shape
    zeros = float(np.mean(w == _zero_point(node, weights, at, w)))
    return Layer(shape, attribute(node, "group", 1), "Conv" in node.op_type, zeros, w.nbytes, str(w.dtype), stored_out)


def _zero_point(node, weights, at, w):
    """The code that means 0, one for the layer or for each output channel; 0 of a float layer."""
    where = 5 if at == 3 else {"DynamicQuantizeMatMul": 3, "MatMulIntegerToFloat": 5}.get(node.op_type, 3)
    is_code = w.dtype.kind in "iu" and node.op_type not in ("Conv", "FusedConv", "Gemm", "MatMul")
    zero = weights.of(node.input[where]) if is_code and len(node.input) > where else None
    if zero is None:
        return np.zeros((), np.int8)
    if zero.size == 1:
        return zero.reshape(())
    out_comes_first = "Conv" in node.op_type or attribute(node, "transB")
    return zero.reshape(-1, *[1] * (w.ndim - 1)) if out_comes_first else zero
