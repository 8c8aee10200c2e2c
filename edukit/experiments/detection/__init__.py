"""Experiments on detection: a detector on its way through the whole recipe.

detector.py       a detector distilled, pruned and quantized: datasets/detector_stages.csv (lesson 12)
detector_bits.py  which part of a detector breaks first: datasets/detector_bits.csv (lesson 12)
"""
