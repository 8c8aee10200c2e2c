"""ONNX files written by hand: a chain of convolutions, in float or with Q/DQ, in milliseconds instead of an export.

    float   x ─ Conv ─ Relu ─ … ─ y
    int8    x ─ Q ─ DQ ─ Conv ─ Relu ─ Q ─ DQ ─ … ─ y       int8 weights; activations uint8 ("u8s8") or int8 ("s8s8")

The weights were never trained: speed does not ask what they mean.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

ACTIVATIONS = {"u8s8": np.uint8, "s8s8": np.int8}
SCALE = 0.02  # of every weight and activation: with weights drawn as below, the codes stay in range


def conv_chain(path, channels: int, size: int, *, layers: int = 4, kind: str = "float", **options) -> Path:
    """Write a chain of convolutions with ReLU, and return the path.

    channels, size   of every layer; the input is (1, channels, size, size)
    kind             "float", "u8s8" or "s8s8"
    options          kernel=3 · groups=1 · zeros=0.0, the share of the weights that are zero · between=None, an operator
                     behind each ReLU that has no integer kernel, such as "Sin", in float · zero_point: by default the
                     lowest code, with which a ReLU is the clip of the grid, and needs no operator · codes=False,
                     whether a quantized file takes and gives codes instead of floats
    """
    writer = _Writer(kind, **options)
    name = writer.entry()
    for i in range(layers):
        name = writer.layer(name, i, channels)
    return writer.save(path, name, [1, channels, size, size])


class _Writer:
    def __init__(self, kind, *, kernel=3, groups=1, zeros=0.0, between=None, zero_point=None, codes=False):
        if kind != "float" and kind not in ACTIVATIONS:
            raise ValueError(f"kind must be float, {' or '.join(ACTIVATIONS)}, got {kind!r}")
        self.kind = kind
        self.kernel = kernel
        self.groups = groups
        self.zeros = zeros
        self.between = between
        self.codes = codes and kind != "float"
        self.drawn = np.random.default_rng(0)
        self.nodes = []
        self.weights = []
        if kind != "float":
            self._store("scale", np.float32(SCALE))
            self._store("bias_scale", np.float32(SCALE * SCALE))
            lowest = np.iinfo(ACTIVATIONS[kind]).min
            self._store("zero", ACTIVATIONS[kind](lowest if zero_point is None else zero_point))

    def entry(self) -> str:
        """The name of the input as the first layer reads it."""
        return self._node("DequantizeLinear", ["x", "scale", "zero"], "x_dq") if self.codes else self.quantized("x")

    def quantized(self, name: str) -> str:
        """The name behind a quantize and a dequantize; the same name in a float file."""
        if self.kind == "float":
            return name
        self._node("QuantizeLinear", [name, "scale", "zero"], f"{name}_q")
        return self._node("DequantizeLinear", [f"{name}_q", "scale", "zero"], f"{name}_dq")

    def layer(self, name: str, i: int, channels: int) -> str:
        """A convolution, a ReLU, and what comes behind it."""
        w = self._weight(f"w{i}", (channels, channels // self.groups, self.kernel, self.kernel))
        pads = [self.kernel // 2] * 4
        self._node("Conv", [name, w, *self._bias(f"b{i}", channels)], f"c{i}", pads=pads, group=self.groups)
        name = self.quantized(self._node("Relu", [f"c{i}"], f"r{i}"))
        return self.quantized(self._node(self.between, [name], f"s{i}")) if self.between else name

    def save(self, path, name, shape) -> Path:
        if self.codes:
            self.nodes.pop()  # the last dequantize
            name = self.nodes[-1].output[0]
        kind = helper.np_dtype_to_tensor_dtype(np.dtype(ACTIVATIONS[self.kind])) if self.codes else TensorProto.FLOAT
        ends = [helper.make_tensor_value_info(end, kind, shape) for end in ("x", name)]
        graph = helper.make_graph(self.nodes, "chain", ends[:1], ends[1:], self.weights)
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10), path)
        return Path(path)

    def _weight(self, name, shape) -> str:
        w = self.drawn.normal(0, 1 / np.sqrt(np.prod(shape[1:])), shape).astype(np.float32)
        w[self.drawn.random(shape) < self.zeros] = 0
        if self.kind == "float":
            return self._store(name, w)
        self._store(f"{name}_q", np.clip(np.rint(w / SCALE), -127, 127).astype(np.int8))
        return self._node("DequantizeLinear", [f"{name}_q", "scale"], name)

    def _bias(self, name, channels) -> list[str]:
        if self.kind == "float":
            return [self._store(name, np.zeros(channels, np.float32))]
        self._store(f"{name}_q", np.zeros(channels, np.int32))
        return [self._node("DequantizeLinear", [f"{name}_q", "bias_scale"], name)]

    def _store(self, name, value) -> str:
        self.weights.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def _node(self, kind, inputs, output, **attributes) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], name=f"{kind}_{output}", **attributes))
        return output
