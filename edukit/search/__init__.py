"""Architecture search: which of many networks is the best one for a device. Lesson 11.

space.py      LayerChoice and SearchSpace: sample, mutate, cross, encode, count, enumerate
"""

from edukit.search.space import LayerChoice, SearchSpace

__all__ = ["LayerChoice", "SearchSpace"]
