"""Experiments on architecture search: a space and a supernet, each measured to its last network.

search_table.py  a search space trained to its last architecture: datasets/search_table.csv (lesson 11)
supernet.py      a supernet, its networks, and six of them trained alone: datasets/supernet.csv (lesson 11)
"""
