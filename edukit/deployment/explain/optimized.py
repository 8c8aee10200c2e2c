"""The graph that ONNX Runtime makes of a file, read from the file that it writes itself.

    level "none"      as the file has it
    level "extended"  batch norm folded, convolution + activation fused, Q/DQ absorbed; every layer in its own layout
    level "all"       what is executed: also in blocks of channels (NCHWc), with reorder nodes, for this processor

Source    https://onnxruntime.ai/docs/performance/model-optimizations/graph-optimizations.html
In production  SessionOptions.optimized_model_filepath, then Netron
"""

import tempfile
from pathlib import Path

import onnx
import onnxruntime

from edukit.deployment.runtimes.session import load, runtime_of

_Level = onnxruntime.GraphOptimizationLevel
LEVELS = {"none": _Level.ORT_DISABLE_ALL, "extended": _Level.ORT_ENABLE_EXTENDED, "all": _Level.ORT_ENABLE_ALL}


def read(path) -> onnx.ModelProto:
    """An ONNX file that ONNX Runtime can run, every node with a name of its own.

    Raises ValueError for a file of another runtime, one that is missing, damaged, or no model.
    """
    if (runtime := runtime_of(path)) != "onnxruntime":
        raise ValueError(f"path must end in .onnx, got {path}: {runtime} does not write down the graph that it makes")
    load(path, "onnxruntime")
    model = onnx.load(path)
    for i, node in enumerate(model.graph.node):
        node.name = node.name or f"{node.op_type}_at_{i}"
    return model


def optimized(model: onnx.ModelProto, level: str = "all") -> onnx.ModelProto:
    """The model as ONNX Runtime has it after its own optimization, up to a level of LEVELS."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "optimized.onnx"
        opened(model, level=level, optimized_model_filepath=str(path))
        return onnx.load(path)


def opened(model: onnx.ModelProto, *, threads: int = 1, level: str = "all", **options):
    """An onnxruntime.InferenceSession of a model in memory; options are attributes of its SessionOptions."""
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = threads
    settings.inter_op_num_threads = 1
    settings.log_severity_level = 3  # errors only
    settings.graph_optimization_level = LEVELS[level]
    for name, value in options.items():
        setattr(settings, name, value)
    return onnxruntime.InferenceSession(model.SerializeToString(), settings, providers=["CPUExecutionProvider"])


def attribute(node, name: str, default=None):
    """The value of a node's attribute."""
    return next((onnx.helper.get_attribute_value(a) for a in node.attribute if a.name == name), default)
