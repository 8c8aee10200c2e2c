"""Time by operator, from the runtime's own profiler, with what each operator has to do.

    file ─> ONNX Runtime with its profiler ─> events (name, µs, shapes) ─┐
    file ─> the graph that is executed     ─> weights, groups           ─┴─> calls: time, MACs, bytes, role

Symbols   MAC one multiplication and one addition
Bound     the profiler tells whole microseconds, and takes one or two for each call itself; that is taken off, in equal
          parts, so that the calls together take as long as a run without it
Source    https://onnxruntime.ai/docs/performance/tune-performance/profiling-tools.html
In production  the same profiler; LiteRT's benchmark_model --enable_op_profiling; ExecuTorch's Inspector
"""

import json
import math
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from edukit.deployment.explain.inputs import feed_of
from edukit.deployment.explain.layers import Layer, layers_of
from edukit.deployment.explain.optimized import opened, optimized, read
from edukit.errors import first_line
from edukit.refuse import check_whole

CODES = {"int8", "uint8", "int4", "uint4"}
CONVERSIONS = {"QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "Cast"}
LAYOUTS = {"ReorderInput", "ReorderOutput", "Transpose"}
MOVES = {
    "Reshape",
    "Flatten",
    "Squeeze",
    "Unsqueeze",
    "Identity",
    "Concat",
    "Split",
    "Slice",
    "Gather",
    "Expand",
    "Pad",
}
INSIDE = ("Integer", "DynamicQuantize", "QAttention")  # operators that take floats and compute with integers


@dataclass(frozen=True)
class Call:
    """An executed operator.

    kind      the operator, such as "QLinearConv"
    time_s    the lower quartile over the runs, the profiler's own time taken off
    role      "integer" or "float" arithmetic, "conversion" of types, "layout", "move"
    reads     type of the first input, such as "uint8"
    bytes     of activations and weights, read and written once
    layer     what its weights say; None where it has none
    """

    name: str
    kind: str
    time_s: float
    role: str
    reads: str = "float"
    macs: int = 0
    bytes: int = 0
    layer: Layer | None = None


@dataclass(frozen=True)
class Profile:
    """A file's calls in the order in which they run.

    run_s       seconds of one run without the profiler, the lower quartile
    quantized   whether the file holds quantized values, whatever is executed
    runtime     whose profiler told it; MACs and bytes are known in ONNX Runtime alone
    """

    calls: list[Call] = field(repr=False)
    run_s: float
    threads: int = 1
    quantized: bool = False
    runtime: str = "onnxruntime"

    def share(self, calls) -> float:
        """Of the time of all calls, the part that these calls take."""
        total = sum(call.time_s for call in self.calls)
        return sum(call.time_s for call in calls) / total if total else 0.0

    def of(self, *roles: str) -> list[Call]:
        """The calls with one of the roles."""
        return [call for call in self.calls if call.role in roles]


def profile(path, inputs=None, *, threads: int = 1, runs: int | None = None) -> Profile:
    """What every operator of an ONNX file takes in ONNX Runtime.

    inputs   one batch, or a tuple of batches; drawn in the file's shapes where it is None
    runs     30, or fewer where 30 would take more than about 2 s
    Raises ValueError for a file that cannot be run, or inputs that do not fit, for fewer than one thread.
    """
    check_whole(threads, "threads")
    model = read(path)
    feed = feed_of(model, inputs)
    session = opened(model, threads=threads)
    run = _refusing(session, feed)
    once_s = _timed(run)
    runs = runs or max(3, min(30, int(2 / max(once_s, 1e-9))))
    events = _events(model, feed, threads, runs)
    run_s = undisturbed([_timed(run) for _ in range(runs)])
    executed = optimized(model, "all")
    layers = layers_of(optimized(model, "extended"), executed)
    names = [node.name for node in executed.graph.node if node.name in events]
    times_s = without_profiler([undisturbed([event["dur"] / 1e6 for event in events[name]]) for name in names], run_s)
    calls = [_call(name, s, events[name][-1]["args"], layers.get(name)) for name, s in zip(names, times_s, strict=True)]
    quantized = any("Quantize" in node.op_type or "QLinear" in node.op_type for node in model.graph.node)
    return Profile(calls, run_s, threads, quantized)


def _refusing(session, feed) -> Callable:
    """A call that runs the session; the first one has passed, a ValueError says why it did not."""
    try:
        session.run(None, feed)
    except Exception as error:
        said = {name: (str(x.dtype), x.shape) for name, x in feed.items()}
        raise ValueError(f"inputs must be what the file takes, got {said}: {first_line(error)}") from error
    return lambda: session.run(None, feed)


def without_profiler(times_s: list[float], run_s: float) -> list[float]:
    """Times of calls without what the profiler took for each, so that they sum up to a run's; never less than a tenth.

    >>> [round(1e6 * s, 1) for s in without_profiler([3e-6, 9e-6], run_s=8e-6)]
    [1.0, 7.0]
    """
    own_s = max(0.0, sum(times_s) - run_s) / max(1, len(times_s))
    return [max(s - own_s, s / 10) for s in times_s]


def _events(model, feed, threads, runs, warmup: int = 5) -> dict[str, list[dict]]:
    """{node: its event in each run}, the warm-up left out; the profiler's file goes with its folder."""
    with tempfile.TemporaryDirectory() as folder:
        prefix = str(Path(folder) / "profile")
        session = opened(model, threads=threads, enable_profiling=True, profile_file_prefix=prefix)
        for _ in range(warmup + runs):
            session.run(None, feed)
        events = json.loads(Path(session.end_profiling()).read_text())
    found = defaultdict(list)
    for event in events:
        if event["cat"] == "Node" and event["name"].endswith("_kernel_time"):
            found[event["name"].removesuffix("_kernel_time")].append(event)
    return {name: rows[-runs:] for name, rows in found.items()}


def undisturbed(times_s) -> float:
    """The lower quartile: neighbours on a busy machine can only add to a time, and hit every operator differently.

    >>> undisturbed([5, 1, 1, 40, 2])
    1.0
    """
    return float(np.percentile(times_s, 25))


def _timed(call: Callable) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def _call(name: str, time_s: float, told: dict, layer: Layer | None) -> Call:
    """A call from what the profiler told of it."""
    inputs = [next(iter(value.items())) for value in told["input_type_shape"] if value]
    outputs = [next(iter(value.items())) for value in told["output_type_shape"] if value]
    reads = inputs[0][0] if inputs else "float"
    macs = 0
    if outputs and layer:
        macs = layer.macs(inputs[0][1], outputs[0][1])
    elif outputs and "MatMul" in told["op_name"]:  # of two activations, as in attention
        macs = math.prod(outputs[0][1]) * inputs[0][1][-1]
    moved = int(told["activation_size"]) + int(told["output_size"]) + (layer.bytes if layer else 0)
    return Call(name, told["op_name"], time_s, role_of(told["op_name"], reads), reads, macs, moved, layer)


def role_of(kind: str, reads: str) -> str:
    """What an operator does with its time.

    >>> role_of("QLinearConv", "uint8"), role_of("Conv", "float"), role_of("ConvInteger", "uint8")
    ('integer', 'float', 'integer')
    >>> role_of("QuantizeLinear", "float"), role_of("ReorderOutput", "float"), role_of("Reshape", "uint8")
    ('conversion', 'layout', 'move')
    """
    if kind in CONVERSIONS:
        return "conversion"
    if kind in LAYOUTS:
        return "layout"
    if kind in MOVES:
        return "move"
    return "integer" if reads in CODES or any(word in kind for word in INSIDE) else "float"
