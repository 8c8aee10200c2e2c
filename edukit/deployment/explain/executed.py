"""The operators that a runtime really executes, counted in the graph after its own optimization.

    Conv, Gemm, MatMul                        computed in float
    QLinearConv, QGemm, QLinearMatMul         computed with integers

A file that says QDQ (quantize and dequantize around a layer) and runs as float is slower than one that never was
quantized: only this count tells the two apart.

In production  Netron shows a file's own graph; ONNX Runtime saves the optimized one (optimized_model_filepath)
"""

import tempfile
from collections import Counter
from pathlib import Path

from edukit.deployment.runtimes.session import onnxruntime_session


def operators(path) -> Counter:
    """How many of each operator ONNX Runtime executes for this file, after its own optimization.

    QLinearConv, QGemm and QLinearMatMul are integer operators; Conv, Gemm and MatMul run in float.
    """
    import onnx

    with tempfile.TemporaryDirectory() as folder:
        optimized = Path(folder) / "optimized.onnx"
        onnxruntime_session(Path(path), 1, optimized)
        return Counter(node.op_type for node in onnx.load(optimized).graph.node)
