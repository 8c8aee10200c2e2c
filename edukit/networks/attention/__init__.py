"""Attention: every position of a sequence takes from all others what it asks for. Lessons 10 and 10b.

softmax.py  softmax attention and its weights, N² numbers
online.py   the same block by block, with a running maximum and a running sum
cache.py    the cache of keys and values, and heads that share them
window.py   which tokens a window sees, with the first ones and without
linear.py   linear attention, its weights, and its running state
layers.py   both as layers with heads
recall.py   how much weight a query can give to one key among N
"""

from edukit.networks.attention.cache import GroupedAttention, KVCache, grouped_attention
from edukit.networks.attention.layers import LinearAttention, SoftmaxAttention
from edukit.networks.attention.linear import LinearState, linear_attention, linear_weights, positive
from edukit.networks.attention.online import BlockState, block_attention
from edukit.networks.attention.softmax import softmax_attention, softmax_weights
from edukit.networks.attention.window import window_mask

__all__ = [
    "BlockState",
    "GroupedAttention",
    "KVCache",
    "LinearAttention",
    "LinearState",
    "SoftmaxAttention",
    "block_attention",
    "grouped_attention",
    "linear_attention",
    "linear_weights",
    "positive",
    "softmax_attention",
    "softmax_weights",
    "window_mask",
]
