"""The exercises of the lesson on the benchmark.

speed.py    speedup: how many times faster
balance.py  pareto_front, within_points
"""

from edukit.checks.benchmark.balance import PARETO_FRONT as pareto_front
from edukit.checks.benchmark.balance import WITHIN_POINTS as within_points
from edukit.checks.benchmark.speed import SPEEDUP as speedup

__all__ = ["pareto_front", "speedup", "within_points"]
