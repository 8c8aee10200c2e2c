"""Pruning of single weights: they become zero, and the network keeps its shape. Lesson 06.

mask.py             which weights stay: threshold, magnitude, random, N:M
model_masks.py      the masks of a whole model, per layer or from one ranking
masked_training.py  fine-tuning with fixed masks: pruned weights stay zero
schedule.py         one shot, linear, cubic: in steps, with training in between
ticket.py           the lottery ticket: early weights, late masks
movement.py         weights that move towards 0 go
storage.py          what zeros weigh: CSR, bitmask, 2:4
"""
