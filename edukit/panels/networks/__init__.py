"""The panels of the lessons on networks.

blocks.py     lesson 09
attention.py  lesson 10
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
