"""The panels of lessons 11 and 11b, on architecture search.

table.py     a space trained to its last architecture: its choices, regret, the front under a limit, a latency table
supernet.py  what a network uses of a supernet, all of its networks, operators and bits
"""

from edukit.panels.search.supernet import elastic, operators_and_bits, sub_networks
from edukit.panels.search.table import front, latency, regret, space

__all__ = ["elastic", "front", "latency", "operators_and_bits", "regret", "space", "sub_networks"]
