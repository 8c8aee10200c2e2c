"""The cost of attention as the sequence grows: multiply-adds by the formula, time and memory as measured.

    multiply-adds   softmax N² (d + e)      linear 2 N d e      equal at N = 2 d e / (d + e), the crossing
    slope           of log cost against log N: 2 where the cost grows with N², 1 where it grows with N
    memory          softmax 2 N² numbers: the scores, and their softmax; linear a few times N (d + e)

Symbols   N positions · d features of a query and a key · e of a value; one head, one sequence
Bound     multiply-adds are not time: exponentials, divisions and memory are not counted, nor is calling an operator
Source    Katharopoulos et al. 2020, https://arxiv.org/abs/2006.16236; Dao et al. 2022,
          https://arxiv.org/abs/2205.14135 (fused: the same N² multiply-adds, without N² numbers in memory)
In production  torch.utils.benchmark for the time, torch.profiler(profile_memory=True) for the memory
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn.functional import scaled_dot_product_attention

from edukit.measure import Latency, latencies, peak_memory
from edukit.networks.attention import linear_attention, softmax_attention
from edukit.turns import Bar

KINDS = {"softmax": softmax_attention, "softmax, fused": scaled_dot_product_attention, "linear": linear_attention}


@dataclass(frozen=True)
class Cost:
    """Of one call: how long it took, and by how many bytes the process grew."""

    latency: Latency
    peak_bytes: int


def multiply_adds(N: int, d: int, e: int) -> dict[str, int]:
    """By the formula, of both kinds; fused or not makes no difference.

    >>> multiply_adds(1024, 64, 64)
    {'softmax': 134217728, 'linear': 8388608}
    """
    return {"softmax": N * N * (d + e), "linear": 2 * N * d * e}


def crossing(d: int, e: int) -> float:
    """The N above which linear attention needs fewer multiply-adds.

    >>> crossing(64, 64), crossing(64, 16)
    (64.0, 25.6)
    """
    return 2 * d * e / (d + e)


def measure_cost(lengths, *, d: int = 64, kinds: dict[str, Callable] = KINDS) -> dict[str, dict[int, Cost]]:
    """{kind: {N: Cost}} of one head with d = e: the kinds take turns, and what is short is timed more often.

    The peak is that of a process which already holds memory: what fits into it reads as 0.

    >>> costs = measure_cost([8, 16])
    >>> list(costs), list(costs["linear"])
    (['softmax', 'softmax, fused', 'linear'], [8, 16])
    """
    costs = {name: {} for name in kinds}
    for N in Bar(lengths, desc="cost of attention", unit="length", delay=2):
        random = torch.Generator().manual_seed(N)
        qkv = 2 * torch.rand(3, 1, 1, N, d, generator=random) - 1
        calls = {name: lambda attend=attend, qkv=qkv: attend(*qkv) for name, attend in kinds.items()}
        peaks = {name: peak_memory(call) for name, call in calls.items()}
        times = _timed(calls, multiply_adds(N, d, d))
        for name in kinds:
            costs[name][N] = Cost(times[name], peaks[name])
    return costs


def _timed(calls, counts) -> dict[str, Latency]:
    """Kinds of about the same length take turns, 30 of each where it is short, and 3 where it takes long."""
    repeats, times = {}, {}
    for name, call in calls.items():
        count = counts["linear" if name == "linear" else "softmax"]
        repeats.setdefault(30 if count < 2e8 else 10 if count < 1e9 else 3, {})[name] = call
    for number, alike in repeats.items():
        times |= latencies(alike, warmup=0, repeats=number)
    return times


def slope(points: dict[int, float]) -> float:
    """Of the straight line through log cost against log N: with which power of N the cost grows.

    >>> round(slope({N: 5.0 * N**2 for N in (16, 64, 256)}), 6)
    2.0
    """
    N, cost = np.array(list(points.items()), float).T
    return float(np.polyfit(np.log(N), np.log(cost), 1)[0])


def meeting(one: dict[int, float], two: dict[int, float]) -> float | None:
    """The last N where one and two cost the same, between those that were measured; None where they never meet.

    >>> round(meeting({16: 1.0, 64: 16.0}, {16: 4.0, 64: 4.0}), 6)
    32.0
    """
    N = np.log(list(one))
    gap = np.log([one[n] / two[n] for n in one])
    (turns,) = np.nonzero(gap[:-1] * gap[1:] <= 0)
    if not len(turns):
        return None
    i = turns[-1]
    share = gap[i] / (gap[i] - gap[i + 1]) if gap[i] != gap[i + 1] else 0.0
    return float(np.exp(N[i] + share * (N[i + 1] - N[i])))
