"""The exercises of the lesson on the benchmark.

speed    how many times faster · balance  which models are worth a look, and whether too much was lost
"""

from edukit.checks.benchmark.balance import PARETO_FRONT as pareto_front
from edukit.checks.benchmark.balance import WITHIN_POINTS as within_points
from edukit.checks.benchmark.speed import SPEEDUP as speedup

__all__ = ["pareto_front", "speedup", "within_points"]
