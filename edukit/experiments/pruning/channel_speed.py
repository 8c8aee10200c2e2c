"""How long a layer takes as its channels are counted up one by one.

    time(n) is not proportional to n²: runtimes lay neighbouring channels side by side and multiply them at once

Symbols   n channels in and out of each of three 3x3 convolutions with ReLU
Bound     none; on AVX2, ONNX Runtime takes its fast layout only where n is a multiple of 4
Source    ONNX Runtime's NCHWc layout, https://onnxruntime.ai/docs/performance/model-optimizations/graph-optimizations.html
In production  Torch-Pruning's round_to; tile sizes of cuDNN and of NPUs, 8 to 64
"""

from collections.abc import Iterable
from functools import partial

import numpy as np

from edukit.measure import Latency, latencies

LAYERS, SIZE = 3, 28


def channel_times(numbers: Iterable[int], *, repeats: int = 40) -> dict[int, Latency]:
    """{channels: seconds of one image}, in ONNX Runtime on one thread, all numbers taking turns.

    >>> list(channel_times([4, 5], repeats=1))
    [4, 5]
    """
    drawn = np.random.default_rng(0)
    calls = {}
    for n in numbers:
        session = _session(n, drawn)
        x = drawn.normal(size=(1, n, SIZE, SIZE)).astype(np.float32)
        calls[n] = partial(session.run, None, {"x": x})
    return latencies(calls, warmup=2, repeats=repeats)


def _session(n: int, drawn: np.random.Generator):
    """A file for n channels, written by hand: exporting two dozen of them would take a minute."""
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    nodes, weights = [], []
    for i in range(LAYERS):
        weights.append(numpy_helper.from_array(drawn.normal(0, 0.1, (n, n, 3, 3)).astype(np.float32), f"w{i}"))
        nodes.append(helper.make_node("Conv", [f"r{i}" if i else "x", f"w{i}"], [f"c{i}"], pads=[1] * 4))
        nodes.append(helper.make_node("Relu", [f"c{i}"], [f"r{i + 1}"]))
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, n, SIZE, SIZE]) for name in ("x", f"r{LAYERS}")]
    graph = helper.make_graph(nodes, "layers", ends[:1], ends[1:], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
