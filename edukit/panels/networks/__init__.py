"""The panels of the lessons on networks, a file for each topic.

blocks      the panels of lesson 09
attention   the panels of lesson 10
"""

from edukit.panels.networks.attention import cost, recall, where_it_looks
from edukit.panels.networks.blocks import blocks, layers, reached

__all__ = [
    "blocks",
    "cost",
    "layers",
    "recall",
    "reached",
    "where_it_looks",
]
