"""Smaller ONNX files with the same answers: two codes of 4 bits in a byte, and short names.

    weight, int8, all codes from -8 to 7   →   int4, two in a byte, and one Cast to int8 behind it
    names of nodes and values              →   1, 2, … A, B; inputs and outputs keep theirs

ONNX Runtime computes the Cast of a constant once, when it loads the file. What it executes afterwards is what it
executes of the larger file, so that answers and times are the same. `explain` can no longer name the layers.

Bound     the answers are equal bit for bit, which `packed` does not look at; compress does, before it keeps a file
Assumes   a reader of opset 21; those of older runtimes refuse the file when they load it
Source    https://onnx.ai/onnx/technical/int4.html
In production  4-bit weights of ONNX Runtime's MatMulNBits, for linear layers, computed in float
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET, IR_VERSION = 21, 10  # the first that know int4
WORTH = 128  # weights from which a Cast costs less than half of their bytes
LOW, HIGH = -8, 7


def packed(content: bytes) -> bytes:
    """The bytes of an ONNX file, without its seal, smaller; the same graph where nothing can be packed.

    >>> from onnx import parser
    >>> text = '<ir_version: 8, opset_import: ["": 18]> g (float[1] input) => (float[1] output) {output = Relu(input)}'
    >>> onnx.load_from_string(packed(parser.parse_model(text).SerializeToString())).graph.node[0].op_type
    'Relu'
    """
    model = onnx.load_from_string(content)
    model.ClearField("metadata_props")  # the seal is one of them
    weights = {node.input[0] for node in model.graph.node if node.op_type == "DequantizeLinear"}
    casts = [_cast(model.graph, tensor) for tensor in list(model.graph.initializer) if _fits(tensor, weights)]
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    if casts:
        next(opset for opset in model.opset_import if not opset.domain).version = OPSET
        model.ir_version = max(model.ir_version, IR_VERSION)
    _shorten(model.graph)
    return model.SerializeToString()


def in_fours(codes: np.ndarray) -> bytes:
    """Codes from -8 to 7, two in a byte, the first in its lower half.

    >>> in_fours(np.array([1, -1, 7])).hex()
    'f107'
    """
    low = np.zeros(codes.size + codes.size % 2, np.uint8)
    low[: codes.size] = codes.astype(np.int8).view(np.uint8).ravel() & 15
    return (low[0::2] | low[1::2] << 4).tobytes()


def _fits(tensor, weights) -> bool:
    if tensor.data_type != TensorProto.INT8 or tensor.name not in weights:
        return False
    codes = numpy_helper.to_array(tensor)
    return codes.size >= WORTH and LOW <= codes.min() and codes.max() <= HIGH


def _cast(graph, tensor):
    """Store the tensor as int4, and return the node that gives the old name its codes back."""
    raw = in_fours(numpy_helper.to_array(tensor))
    small = TensorProto(name=f"{tensor.name}_int4", data_type=TensorProto.INT4, dims=tensor.dims, raw_data=raw)
    name = tensor.name
    graph.initializer.remove(tensor)
    graph.initializer.append(small)
    return helper.make_node("Cast", [small.name], [name], to=TensorProto.INT8)


def _shorten(graph) -> None:
    """Names of one or two letters for all but inputs and outputs; nodes need none."""
    kept = {value.name for value in (*graph.input, *graph.output)} | {""}
    short = {}

    def renamed(name):
        return name if name in kept else short.setdefault(name, np.base_repr(len(short), 36))

    for node in graph.node:
        node.name = ""
        for names in (node.input, node.output):
            new = [renamed(name) for name in names]
            del names[:]
            names.extend(new)
    for tensor in graph.initializer:
        tensor.name = renamed(tensor.name)
