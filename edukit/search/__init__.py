"""Architecture search: which of many networks is the best one for a device. Lesson 11.

space.py       LayerChoice and SearchSpace: sample, mutate, cross, encode, count, enumerate
limits.py      LimitedSpace: the part of a space that a device can hold
objectives.py  what an architecture costs: MACs, bytes, peak memory, latency, by name
latency_table.py  LatencyTable: parts measured once, whole networks predicted
journal.py     results on disk as soon as they are known; parallel, resumable
strategies/    random, evolution, predictor, halving, a choice by gradients
regret.py      how far a search is behind the best of a complete table
"""

from edukit.search.latency_table import LatencyTable
from edukit.search.limits import LimitedSpace
from edukit.search.space import LayerChoice, SearchSpace
from edukit.search.strategies.evolve import evolve
from edukit.search.strategies.halving import halving
from edukit.search.strategies.predictor import predictor_search
from edukit.search.strategies.random import random_search

__all__ = [
    "LatencyTable",
    "LayerChoice",
    "LimitedSpace",
    "SearchSpace",
    "evolve",
    "halving",
    "predictor_search",
    "random_search",
]
