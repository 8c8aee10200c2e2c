"""Experiments on networks: what attention costs, and how the bundled networks were trained.

attention_cost.py  what attention costs as the sequence grows (lesson 10)
back_copy.py       texts in which a token copies the one before it, and models that read them (lesson 10b)
make_trained.py    how datasets/trained/ was made
make_writers.py    how datasets/writers/ was made
"""
