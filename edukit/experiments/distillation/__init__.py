"""Experiments on distillation.

few_labels.py    the same student with and without a teacher: datasets/few_labels.csv (lesson 08)
capacity_gap.py  a tiny student of a large and of a middle teacher, and both directions of the divergence:
                 datasets/capacity_gap.csv (lesson 08)
"""
