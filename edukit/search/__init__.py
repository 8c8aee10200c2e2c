"""Architecture search: which of many networks is the best one for a device. Lessons 11 and 11b.

space.py               LayerChoice and SearchSpace: sample, mutate, cross, encode, count, enumerate
limits.py              LimitedSpace: the part of a space that a device can hold
objectives.py          what an architecture costs: MACs, bytes, peak memory, latency, by name
latency_table.py       LatencyTable: parts measured once, whole networks predicted
strategies/            random, evolution, predictor, halving, a choice by gradients
regret.py              how far a search is behind the best of a complete table
elastic.py             a smaller layer out of a larger one: kernel, width, depth
supernet.py            Supernet: one set of weights, many networks
train_supernet.py      progressive shrinking: all networks of a supernet learn together
written_network.py     a small network as an ONNX file in memory, in milliseconds
supernet_parts.py      the parts of a supernet's networks, for a latency table of this machine
operators_and_bits.py  kernel, width, depth and the bits of the weights, chosen together or one after the other
search_here.py         search_here(supernet): the network for this machine, without training
for_device.py          a network for each class of device, by estimated latency
trained_supernet.py    the bundled supernet, trained on shapes()
"""

from edukit.search.for_device import choose_for
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
from edukit.search.trained_supernet import trained_supernet

__all__ = [
    "Found",
    "LatencyTable",
    "LayerChoice",
    "LimitedSpace",
    "SearchSpace",
    "Supernet",
    "choose_for",
    "evolve",
    "halving",
    "predictor_search",
    "random_search",
    "search_here",
    "train_supernet",
    "trained_supernet",
]
