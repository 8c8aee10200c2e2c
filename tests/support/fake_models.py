"""Models that cost nothing: a file of a few bytes is a number, and its session multiplies by it."""

from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

from edukit.deployment.manager.measured import Measured


class Times:
    """A session that multiplies its input by the number in the file."""

    inputs = {"x": ("batch",)}

    def __init__(self, path):
        self.factor = int(Path(path).read_text())

    def __call__(self, x):
        return np.asarray(x) * self.factor


def bytes_of(path) -> Measured:
    """A measurement without a process: a model takes a hundred times its number."""
    return Measured(100 * int(Path(path).read_text()), 0.001, {"x": ["batch"]}, {"y": ["batch"]})


def file_of(folder, number: int) -> Path:
    path = Path(folder) / f"times{number}.onnx"
    path.write_text(str(number))
    return path


def linear_file(folder, rows: int, columns: int) -> Path:
    """A real ONNX file of one matrix product, written by hand: exporting one takes seconds."""
    weights = np.random.default_rng(0).normal(size=(rows, columns)).astype(np.float32)
    ends = [
        helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, ["batch", size])
        for name, size in (("x", rows), ("y", columns))
    ]
    node = helper.make_node("MatMul", ["x", "w"], ["y"])
    graph = helper.make_graph([node], "linear", ends[:1], ends[1:], [numpy_helper.from_array(weights, "w")])
    path = Path(folder) / f"linear{rows}x{columns}.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10), path)
    return path
