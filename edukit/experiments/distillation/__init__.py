"""Experiments on distillation.

few_labels.py  the same student with and without a teacher: datasets/few_labels.csv (lesson 08)
"""
