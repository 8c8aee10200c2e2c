"""This machine as a device: its bandwidth, its peaks and the price of a call, MEASURED in a few seconds.

    bandwidth   copying 64 MB: as many bytes read as written
    peak        one wide 3x3 convolution, in FP32 and in INT8, on one thread of ONNX Runtime
    call        a chain of operators that have next to nothing to do

Assumes   that what the runtime reaches on its favourite layer is the roof for all others
Source    Williams et al. 2009, https://doi.org/10.1145/1498765.1498785, measured roofs
"""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from edukit.deployment.device.profiles import Device, Figure
from edukit.measure import latency

CHANNELS, SIZE = 256, 28
LINKS = 50


def measure_machine() -> Device:
    """A profile with measured figures for estimates of latency; it has no budgets and no heat."""
    macs = CHANNELS * CHANNELS * 9 * SIZE * SIZE
    how = f"one thread of ONNX Runtime, 3x3 convolution of {CHANNELS} channels, {SIZE}x{SIZE}"
    figures = {
        "bandwidth_bytes_per_s": Figure(_bandwidth(), "measured", "copying 64 MB, bytes read and written"),
        "float32_macs_per_s": Figure(macs / _seconds(_convolution(), _images(np.float32)), "measured", how),
        "int8_macs_per_s": Figure(macs / _seconds(_integer_convolution(), _images(np.uint8)), "measured", how),
        "call_s": Figure(
            _seconds(_chain(), np.zeros((1, 16), np.float32)) / LINKS, "measured", f"{LINKS} tiny operators"
        ),
    }
    return Device("this machine", "measured in this session", figures)


def _bandwidth() -> float:
    source = np.ones(8 << 20)
    target = np.empty_like(source)
    return 2 * source.nbytes / latency(lambda: np.copyto(target, source), warmup=2, repeats=10).median_s


def _images(kind):
    return np.random.default_rng(0).integers(0, 255, (1, CHANNELS, SIZE, SIZE)).astype(kind)


def _seconds(model, x) -> float:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return latency(lambda: session.run(None, {"x": x}), warmup=3, repeats=15).median_s


def _convolution():
    weights = np.random.default_rng(1).normal(size=(CHANNELS, CHANNELS, 3, 3)).astype(np.float32)
    node = helper.make_node("Conv", ["x", "w"], ["y"], pads=[1] * 4)
    return _model([node], TensorProto.FLOAT, [1, CHANNELS, SIZE, SIZE], {"w": weights})


def _integer_convolution():
    drawn = np.random.default_rng(1)
    one, zero, middle = np.float32(1), np.uint8(0), np.int8(0)
    weights = drawn.integers(-127, 127, (CHANNELS, CHANNELS, 3, 3)).astype(np.int8)
    inputs = ["x", "s", "z", "w", "s", "m", "t", "z"]
    node = helper.make_node("QLinearConv", inputs, ["y"], pads=[1] * 4)
    constants = {"s": one, "z": zero, "m": middle, "t": np.float32(1e5), "w": weights}
    return _model([node], TensorProto.UINT8, [1, CHANNELS, SIZE, SIZE], constants)


def _chain():
    names = ["x", *(f"a{i}" for i in range(1, LINKS)), "y"]
    weights = np.eye(16, dtype=np.float32)
    nodes = [helper.make_node("MatMul", [names[i], "w"], [names[i + 1]]) for i in range(LINKS)]
    return _model(nodes, TensorProto.FLOAT, [1, 16], {"w": weights})


def _model(nodes, kind, shape, constants):
    ends = [helper.make_tensor_value_info(name, kind, shape) for name in ("x", "y")]
    initializers = [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "roof", ends[:1], ends[1:], initializers)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
