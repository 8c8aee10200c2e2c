"""What a model costs: parameters, multiply-accumulates, bytes, seconds, memory.

    convolution   B · N · H' · W' · (M / g) · k²        H', W' of the output; of the input when transposed
    matrix product (n, m) @ (m, p)   n · m · p          linear layers, attention
    latency       median, 90th percentile (p90) and interquartile range (IQR) of single calls after a warm-up
    peak memory   largest resident set while a function runs, minus the resident set before

Symbols   MAC one multiplication and one addition, so 1 MAC = 2 FLOPs · M, N channels in and out · g groups · k kernel
Bound     MACs say nothing of memory traffic: two nets with equal MACs can differ several times in latency
Source    Howard et al. 2017, https://arxiv.org/abs/1704.04861, table 8 ("mult-adds")
In production  torch.utils.flop_counter, fvcore (MACs); torch.utils.benchmark, a runtime's own profiler (latency)
"""

import copy
import gc
import threading
import time
import warnings
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from edukit.refuse import check_whole

aten = torch.ops.aten
FIRST_FACTOR = {  # the argument where a matrix product's factors begin
    **dict.fromkeys((aten.mm, aten.bmm, aten.mv, aten.dot), 0),
    **dict.fromkeys((aten.addmm, aten.baddbmm, aten.addbmm, aten.addmv), 1),
}
SAMPLE_S = 0.001  # between two looks at the resident set


def count_parameters(model: nn.Module) -> int:
    """Learned numbers, shared ones once. Zero for a model whose weights are stored as integer buffers.

    >>> count_parameters(nn.Linear(4, 3))
    15
    """
    return sum(weight.numel() for weight in model.parameters())


def count_macs(model: nn.Module, input_shape) -> int:
    """Multiply-accumulates for one input, counted while a copy of the model runs on zeros in evaluation mode.

    input_shape   without batch, such as (3, 224, 224); several of them for a model of several inputs
    Counted       convolutions, matrix products, attention; not biases, norms, activations, pooling
    Raises ValueError if the model does not take these shapes, or holds a recurrent layer that runs as one operator.

    >>> count_macs(nn.Conv2d(3, 8, 3, padding=1), (3, 10, 10))  # 8 · 10 · 10 · 3 · 3²
    21600
    """
    with torch.no_grad(), warnings.catch_warnings(), _plain_attention(), _MacCounter() as counter:
        warnings.simplefilter("ignore", FutureWarning)  # torch's own, whenever a traced model is copied
        try:
            several = isinstance(input_shape[0], tuple | list)
            shapes = input_shape if several else [input_shape]
            copy.deepcopy(model).eval()(*(torch.zeros(1, *shape) for shape in shapes))
        except (RuntimeError, TypeError, IndexError) as error:
            raise ValueError(f"model does not take input_shape {input_shape}: {error}") from error
    return counter.macs


def size_bytes(path_or_model: str | Path | nn.Module) -> int:
    """Bytes of a file, of all files in a folder, or of a model's parameters and buffers, shared ones once.

    >>> size_bytes(nn.Linear(4, 3)), size_bytes(nn.Linear(4, 3).half())
    (60, 30)
    """
    if isinstance(path_or_model, nn.Module):
        tensors = [value for value in path_or_model.state_dict().values() if isinstance(value, torch.Tensor)]
        return sum({tensor.data_ptr(): tensor.nbytes for tensor in tensors}.values())
    path = Path(path_or_model)
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if not file.is_dir())


@dataclass(frozen=True)
class Latency:
    """Seconds a single call takes: the middle one, the one that 9 of 10 stay below, and the spread of the middle half.

    >>> Latency.of([0.004, 0.001, 0.002, 0.003, 0.005])
    Latency(median_s=0.003, p90_s=0.0046, iqr_s=0.002, repeats=5)
    """

    median_s: float
    p90_s: float
    iqr_s: float
    repeats: int

    @classmethod
    def of(cls, times_s) -> "Latency":
        p25, p50, p75, p90 = np.percentile(times_s, [25, 50, 75, 90])
        median_s, p90_s, iqr_s = (round(float(seconds), 9) for seconds in (p50, p90, p75 - p25))
        return cls(median_s, p90_s, iqr_s, len(times_s))


def latency(fn: Callable[[], object], *, warmup: int = 10, repeats: int = 50) -> Latency:
    """How long one call of fn takes: `warmup` calls are thrown away, `repeats` are timed one by one.

    >>> latency(lambda: sum(range(1000)), repeats=20).repeats
    20
    """
    return latencies({"": fn}, warmup=warmup, repeats=repeats)[""]


def latencies(fns: dict[str, Callable], *, warmup: int = 10, repeats: int = 50, block: int = 10) -> dict[str, Latency]:
    """Several functions side by side: they take turns, so that a busy moment of the machine hits all of them alike.

    block   calls timed in one turn; an untimed call comes first and brings the function's data back into the cache

    >>> list(latencies({"short": lambda: sum(range(10)), "long": lambda: sum(range(1000))}))
    ['short', 'long']
    """
    for name, value, least in (("warmup", warmup, 0), ("repeats", repeats, 1), ("block", block, 1)):
        check_whole(value, name, least)
    times_s = {name: [] for name in fns}
    for fn in fns.values():
        for _ in range(warmup):
            fn()
    for start in range(0, repeats, block):
        for name, fn in fns.items():
            fn()
            times_s[name] += [_time_s(fn) for _ in range(min(block, repeats - start))]
    return {name: Latency.of(times) for name, times in times_s.items()}


def peak_memory(fn: Callable[[], object]) -> int:
    """Bytes by which this process grew at most while fn ran, its result included.

    The resident set is read every millisecond by a second thread: a shorter peak can be missed, and memory that the
    process held before and uses again is not counted. Measure in a fresh process for a figure that stands alone.

    >>> 50e6 < peak_memory(lambda: np.ones(12_500_000)) < 200e6  # 100 MB, and what else the process does meanwhile
    True
    """
    gc.collect()
    process, done = psutil.Process(), threading.Event()
    samples = [process.memory_info().rss]

    def watch():
        while not done.wait(SAMPLE_S):
            samples.append(process.memory_info().rss)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        result = fn()
        samples.append(process.memory_info().rss)  # what fn still holds
        del result
    finally:
        done.set()
        watcher.join()
    return max(samples) - samples[0]


class _MacCounter(TorchDispatchMode):
    """Sees every operator on its way to the processor, whatever Python called it."""

    def __init__(self):
        super().__init__()
        self.macs = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        self.macs += _macs(func, args, out)
        return out


def _macs(func, args, out) -> int:
    op = func.overloadpacket
    if op is aten.convolution:
        x, weight, transposed = args[0], args[1], args[6]
        return (x if transposed else out).numel() * weight[0].numel()
    if op in FIRST_FACTOR:
        left, right = args[FIRST_FACTOR[op] :][:2]
        return left.numel() * (right.shape[-1] if right.ndim > 1 else 1)
    if op.__name__.startswith("_scaled_dot_product"):
        query, key, value = args[:3]
        return query[..., 0].numel() * key.shape[-2] * (key.shape[-1] + value.shape[-1])
    if op is aten.mkldnn_rnn_layer:
        raise ValueError("model holds a recurrent layer that runs as one operator, whose MACs cannot be followed")
    return 0


@contextmanager
def _plain_attention():
    """torch's attention layers as separate operators, not as one that hides its matrix products."""
    before = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(before)


def _time_s(fn) -> float:
    start = time.perf_counter_ns()
    fn()
    return (time.perf_counter_ns() - start) / 1e9
