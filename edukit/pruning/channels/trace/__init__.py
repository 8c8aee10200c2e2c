"""Tracing: finds out for any model which rows and columns of which layers are the same channel.

follower.py  runs the model once on channel numbers instead of values
rules.py     what layers, norms, pooling and padding do with them
splits.py    where channels are split: chunks, shuffles and attention heads
"""

from edukit.pruning.channels.trace.follower import Follower, follow

__all__ = ["Follower", "follow"]
