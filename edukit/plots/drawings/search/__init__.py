"""Drawings of search: the choices, and one network of many. Lesson 11.

elastic.py       what a network of a supernet uses of one stage: kernel, channels, blocks
search_space.py  the choices of a search space, and the network that they make
"""
