"""Pictures of pruning.

weights.py     what is read without some weights, and which ones go
storage.py     what zeros weigh
channels.py    which rows go together, scores, sensitivity
structured.py  times of sparse products, of channel counts, of half of the MACs
"""
