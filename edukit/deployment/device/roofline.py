"""The roofline: how long a layer takes at least, by arithmetic or by memory. An ESTIMATE, never a measurement.

    t = max(MACs / peak, bytes / bandwidth) + t_call        a network: the sum over its layers, one after the other
    ridge = peak / bandwidth                                layers of fewer MACs a byte wait for memory

Symbols   peak multiply-accumulates per second · t_call what it costs to start an operator
Assumes   each number is read or written once; INT8 moves a quarter of the bytes of FP32; nothing overlaps
Source    Williams et al. 2009, https://doi.org/10.1145/1498765.1498785
In production  a latency table measured on the device, layer by layer, predicts better
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from edukit.deployment.device.profiles import Device
from edukit.networks.costs import LayerCost

BYTES = {"float32": 4, "int8": 1}


@dataclass(frozen=True)
class LayerTime:
    """Seconds of one layer, estimated: what its arithmetic, its memory and its call take."""

    name: str
    arithmetic_s: float
    memory_s: float
    call_s: float

    @property
    def total_s(self) -> float:
        """The longer one of arithmetic and memory, and the call.

        >>> LayerTime("a", arithmetic_s=0.5, memory_s=2.0, call_s=0.25).total_s
        2.25
        """
        return max(self.arithmetic_s, self.memory_s) + self.call_s

    @property
    def waits_for(self) -> str:
        """What takes the most of the three."""
        parts = {"arithmetic": self.arithmetic_s, "memory": self.memory_s, "the call": self.call_s}
        return max(parts, key=parts.get)


def roofline(macs: float, bytes_moved: float, macs_per_s: float, bytes_per_s: float) -> float:
    """Seconds that a layer takes at least.

    macs, bytes_moved         not negative
    macs_per_s, bytes_per_s   above 0, or ValueError

    >>> roofline(macs=1e6, bytes_moved=1e6, macs_per_s=1e9, bytes_per_s=1e10)
    0.001
    """
    for name, value in (("macs", macs), ("bytes_moved", bytes_moved)):
        if not 0 <= value < math.inf:
            raise ValueError(f"{name} must be finite and not negative, got {value!r}")
    for name, value in (("macs_per_s", macs_per_s), ("bytes_per_s", bytes_per_s)):
        if not 0 < value < math.inf:
            raise ValueError(f"{name} must be finite and above 0, got {value!r}")
    return max(macs / macs_per_s, bytes_moved / bytes_per_s)


def layer_times(costs: Iterable[LayerCost], device: Device, precision: str = "float32") -> list[LayerTime]:
    """Estimated seconds of each layer, as `layer_costs` gives them; ValueError for an unknown precision.

    >>> from edukit.deployment.device.profiles import devices
    >>> from edukit.networks import mobilenet_v1
    >>> from edukit.networks.costs import layer_costs
    >>> times = layer_times(layer_costs(mobilenet_v1(), (3, 224, 224)), devices["phone"])
    >>> times[0].waits_for, times[-1].waits_for  # a convolution uses each weight often, the last layer once
    ('arithmetic', 'memory')
    """
    share = BYTES[checked_precision(precision)] / BYTES["float32"]
    peak = device[f"{precision}_macs_per_s"]
    bandwidth = device["bandwidth_bytes_per_s"]
    return [
        LayerTime(cost.name, cost.macs / peak, share * cost.bytes_moved / bandwidth, device["call_s"]) for cost in costs
    ]


def checked_precision(precision: str) -> str:
    """The precision, if it is one that can be estimated; ValueError otherwise."""
    if precision not in BYTES:
        raise ValueError(f"precision must be one of {', '.join(BYTES)}, got {precision!r}")
    return precision
