"""Exercises of lesson 11: neighbours within a limit, regret, the latency of parts.

neighbours.py  neighbours: architectures one choice away that keep a limit
regret.py      regret: how far a search is behind, trial by trial
latency.py     predicted_latency: parts that were measured once, added up
"""

from edukit.checks.search.latency import LATENCY as predicted_latency
from edukit.checks.search.neighbours import NEIGHBOURS as neighbours
from edukit.checks.search.regret import REGRET as regret

__all__ = ["neighbours", "predicted_latency", "regret"]
