"""Architecture search: which of many networks is the best one for a device. Lesson 11.

space.py           LayerChoice and SearchSpace: sample, mutate, cross, encode, count, enumerate
limits.py          LimitedSpace: the part of a space that a device can hold
objectives.py      what an architecture costs: MACs, bytes, peak memory, latency, by name
latency_table.py   LatencyTable: parts measured once, whole networks predicted
journal.py         results on disk as soon as they are known; parallel, resumable
strategies/        random, evolution, predictor, halving, a choice by gradients
regret.py          how far a search is behind the best of a complete table
elastic.py         a smaller layer out of a larger one: kernel, width, depth
supernet.py        Supernet: one set of weights, many networks
train_supernet.py  progressive shrinking: all networks of a supernet learn together
"""

from edukit.search.latency_table import LatencyTable
from edukit.search.limits import LimitedSpace
from edukit.search.search_here import Found, search_here
from edukit.search.space import LayerChoice, SearchSpace
from edukit.search.strategies.evolve import evolve
from edukit.search.strategies.halving import halving
from edukit.search.strategies.predictor import predictor_search
from edukit.search.strategies.random import random_search
from edukit.search.supernet import Supernet
from edukit.search.train_supernet import train_supernet

__all__ = [
    "Found",
    "LatencyTable",
    "LayerChoice",
    "LimitedSpace",
    "SearchSpace",
    "Supernet",
    "evolve",
    "halving",
    "predictor_search",
    "random_search",
    "search_here",
    "train_supernet",
]
