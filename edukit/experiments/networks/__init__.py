"""Experiments on networks: what attention costs, and how the bundled networks were trained.

attention_cost.py  what attention costs as the sequence grows (lesson 10)
make_trained.py    how datasets/trained/ was made
"""
