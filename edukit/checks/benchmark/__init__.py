"""The exercises of the lesson on the benchmark.

speed.py    speedup: how many times faster
balance.py  pareto_front, within_points
input.py    preprocess: a camera's frame for a network
limits.py   missed: the limits of a brief that a file misses
"""

from edukit.checks.benchmark.balance import PARETO_FRONT as pareto_front
from edukit.checks.benchmark.balance import WITHIN_POINTS as within_points
from edukit.checks.benchmark.input import PREPROCESS as preprocess
from edukit.checks.benchmark.limits import MISSED as missed
from edukit.checks.benchmark.speed import SPEEDUP as speedup

__all__ = ["missed", "pareto_front", "preprocess", "speedup", "within_points"]
