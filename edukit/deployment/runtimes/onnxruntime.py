"""ONNX Runtime: the reader of ONNX files. Batch and threads are its own affair."""

from pathlib import Path

import numpy as np

from edukit.deployment.runtimes.opened import Opened
from edukit.errors import first_line

TYPES = {"float": "float32", "double": "float64"}


def opened(content: bytes, threads: int, path: Path, *, as_written: bool = False) -> Opened:
    """A file of these bytes; ValueError where ONNX Runtime refuses it."""
    session = inference_session(content, threads, path, as_written=as_written)
    names = [value.name for value in session.get_inputs()]
    kinds = [value.type.removeprefix("tensor(").removesuffix(")") for value in session.get_inputs()]
    return Opened(
        run=lambda arrays: session.run(None, dict(zip(names, arrays, strict=True))),
        inputs={value.name: tuple(value.shape) for value in session.get_inputs()},
        outputs={value.name: tuple(value.shape) for value in session.get_outputs()},
        types=[np.dtype(TYPES.get(kind, kind)) for kind in kinds],
    )


def inference_session(content: bytes, threads: int, path: Path, *, optimized: Path | None = None, as_written=False):
    """An onnxruntime.InferenceSession.

    optimized    where it writes the graph that it has made of the file's
    as_written   whether it computes the file's graph as it stands, quantize and dequantize in float
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors only
    if optimized:
        options.optimized_model_filepath = str(optimized)
    if as_written:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise ValueError(f"{path} is not a model that ONNX Runtime can run: {first_line(error)}") from error
