"""The panels of the lessons on networks.

blocks.py     lesson 09
attention.py  lessons 10 and 10b
"""

from edukit.panels.networks.attention import (
    block_by_block,
    cache,
    cost,
    recall,
    share_of_attention,
    sinks,
    two_ways,
    where_it_looks,
    written,
)
from edukit.panels.networks.blocks import block_layers, block_memory, blocks, layers, memory, reached

__all__ = [
    "block_by_block",
    "block_layers",
    "block_memory",
    "blocks",
    "cache",
    "cost",
    "layers",
    "memory",
    "reached",
    "recall",
    "share_of_attention",
    "sinks",
    "two_ways",
    "where_it_looks",
    "written",
]
