"""What a model costs: parameters, multiply-accumulates, bytes, seconds, memory.

counts.py  parameters, bytes, MACs and activations
timing.py  latency with its spread, and speed-up
memory.py  peak memory
"""

from edukit.measure.counts import count_activations, count_macs, count_parameters, size_bytes
from edukit.measure.memory import peak_memory
from edukit.measure.timing import Latency, latencies, latency, speedup

__all__ = ["Latency", "count_activations", "count_macs", "count_parameters", "latencies", "latency", "peak_memory"]
__all__ += ["size_bytes", "speedup"]
