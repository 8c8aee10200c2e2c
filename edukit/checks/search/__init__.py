"""Exercises of lessons 11 and 11b: neighbours within a limit, regret, the latency of parts; a supernet's parts.

neighbours.py          neighbours: architectures one choice away that keep a limit
regret.py              regret: how far a search is behind, trial by trial
latency.py             predicted_latency: parts that were measured once, added up
elastic_kernel.py      elastic_kernel: the 3x3 filters inside 5x5 filters
important_channels.py  important_channels: which channels stay in a narrow layer
sandwich.py            sandwich: the networks that train in one step of a supernet
"""

from edukit.checks.search.elastic_kernel import ELASTIC_KERNEL as elastic_kernel
from edukit.checks.search.important_channels import IMPORTANT_CHANNELS as important_channels
from edukit.checks.search.latency import LATENCY as predicted_latency
from edukit.checks.search.neighbours import NEIGHBOURS as neighbours
from edukit.checks.search.regret import REGRET as regret
from edukit.checks.search.sandwich import SANDWICH as sandwich

__all__ = ["elastic_kernel", "important_channels", "neighbours", "predicted_latency", "regret", "sandwich"]
