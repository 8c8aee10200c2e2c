"""The roofline of this machine: the least time that so much work can take, measured on the runtime itself.

    time >= max(MACs / peak, bytes / bandwidth)
    ridge = peak / bandwidth          a layer with fewer MACs a byte waits for memory, whatever its arithmetic costs

Symbols   peak: MACs a second of a matrix product of 384 x 384, in float and with integers (uint8 by int8)
Cost      one or two seconds, once in a process
Bound     the best of several tries: a busy machine can only look slower than it is. Activations that stay in a cache
          move faster than the bandwidth, which is that of 64 MB
Source    Williams, Waterman, Patterson 2009, https://doi.org/10.1145/1498765.1498785
In production  Intel Advisor, NVIDIA Nsight Compute, likwid-bench
"""

import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from onnx import TensorProto, helper, numpy_helper

from edukit.deployment.device.profiles import Device, Figure
from edukit.deployment.device.roofline import roofline as least_time
from edukit.deployment.explain.optimized import opened

LANES = {"AVX512": 16, "AVX2": 8}  # numbers of 32 bits in a vector; other processors have 4
SIZE, LARGE = 384, 16_000_000


@dataclass(frozen=True)
class Machine:
    """What one run can reach at best, on so many threads.

    bandwidth           bytes a second, read and written
    float_macs_s        multiply-accumulates a second, in FP32; integer_macs_s: in INT8
    run_s, call_s       seconds of a run and of a further convolution that have nothing to do
    lanes               numbers of 32 bits that a vector instruction takes
    is_x86              whether the processor multiplies uint8 by int8, and not int8 by int8
    """

    bandwidth: float
    float_macs_s: float
    integer_macs_s: float
    run_s: float
    call_s: float
    lanes: int = 16
    is_x86: bool = True

    def peak(self, role: str) -> float:
        """MACs a second of a role of arithmetic: "integer", or else float."""
        return self.integer_macs_s if role == "integer" else self.float_macs_s

    def least_s(self, macs: int, size_bytes: int, role: str) -> float:
        """The least time for so many MACs on so many bytes.

        >>> Machine(1e9, 1e9, 4e9, 0, 0).least_s(2000, 1000, "integer"), Machine(1e9, 1e9, 4e9, 0, 0).ridge("integer")
        (1e-06, 4.0)
        """
        return least_time(macs, size_bytes, self.peak(role), self.bandwidth)

    def ridge(self, role: str) -> float:
        """MACs a byte from which on the arithmetic, and not the memory, sets the time."""
        return self.peak(role) / self.bandwidth

    def device(self) -> Device:
        """The same figures as a profile, for estimates of latency; it has no budgets and no heat.

        >>> Machine(1e9, 2e9, 8e9, 0, 1e-5).device()["int8_macs_per_s"]
        8000000000.0
        """
        product = f"a matrix product of {SIZE} x {SIZE} in ONNX Runtime"
        figures = {
            "bandwidth_bytes_per_s": Figure(self.bandwidth, "measured", "copying 64 MB, bytes read and written"),
            "float32_macs_per_s": Figure(self.float_macs_s, "measured", product),
            "int8_macs_per_s": Figure(self.integer_macs_s, "measured", product),
            "call_s": Figure(self.call_s, "measured", "a convolution that has next to nothing to do"),
        }
        return Device("this machine", "measured in this session", figures)


@cache
def roofline(threads: int = 1) -> Machine:
    """This machine's figures in ONNX Runtime, measured once in a process."""
    drawn = np.random.default_rng(0)
    x = drawn.random((SIZE, SIZE), np.float32)
    codes = drawn.integers(0, 256, (SIZE, SIZE)).astype(np.uint8)
    products = [
        _call(_product("MatMul", x), x, threads),
        _call(_product("MatMulInteger", codes.astype(np.int8)), codes, threads),
    ]
    few, many = (_call(_tiny_convolutions(n), np.ones((1, 16, 1, 1), np.float32), threads) for n in (4, 104))
    large = drawn.random(LARGE, np.float32)
    target = np.empty_like(large)
    float_s, integer_s, few_s, many_s, copy_s = best_s([*products, few, many, lambda: np.copyto(target, large)])
    call_s = max(0.0, many_s - few_s) / 100
    return Machine(
        bandwidth=2 * large.nbytes / copy_s,
        float_macs_s=SIZE**3 / float_s,
        integer_macs_s=SIZE**3 / integer_s,
        run_s=max(0.0, few_s - 4 * call_s),
        call_s=call_s,
        lanes=LANES.get(torch.backends.cpu.get_cpu_capability(), 4),
        is_x86=platform.machine().lower() in ("x86_64", "amd64", "i686"),
    )


def best_s(calls: list[Callable], rounds: int = 12, block: int = 4, clock=time.perf_counter) -> list[float]:
    """The shortest time of each; all take turns, each for a block of calls that find their data in the cache."""
    best = [float("inf")] * len(calls)
    for _ in range(rounds):
        for i, call in enumerate(calls):
            for _ in range(block):
                start = clock()
                call()
                best[i] = min(best[i], clock() - start)
    return best


def _call(model, x, threads) -> Callable:
    session = opened(model, threads=threads)
    return lambda: session.run(None, {"x": x})


def _product(kind: str, w: np.ndarray):
    types = (TensorProto.FLOAT, TensorProto.FLOAT) if kind == "MatMul" else (TensorProto.UINT8, TensorProto.INT32)
    return _model([helper.make_node(kind, ["x", "w"], ["y"])], {"w": w}, types, w.shape)


def _tiny_convolutions(count: int):
    """A chain of 1x1 convolutions on one position: 256 MACs each, so that nearly all of its time is that of a call."""
    names = ["x", *(f"c{i}" for i in range(1, count)), "y"]
    nodes = [helper.make_node("Conv", [names[i], "w"], [names[i + 1]]) for i in range(count)]
    w = np.eye(16, dtype=np.float32).reshape(16, 16, 1, 1)
    return _model(nodes, {"w": w}, (TensorProto.FLOAT, TensorProto.FLOAT), [1, 16, 1, 1])


def _model(nodes, weights, types, shape):
    ends = [helper.make_tensor_value_info(name, kind, shape) for name, kind in zip("xy", types, strict=True)]
    stored = [numpy_helper.from_array(w, name) for name, w in weights.items()]
    graph = helper.make_graph(nodes, "probe", ends[:1], ends[1:], stored)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
