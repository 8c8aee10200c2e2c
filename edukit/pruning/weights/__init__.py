"""Pruning of single weights: they become zero, and the network keeps its shape. Lessons 06 and 06b.

mask.py             which weights stay: threshold, magnitude, random, N:M
model_masks.py      the masks of a whole model, per layer or from one ranking
masked_training.py  fine-tuning with fixed masks: pruned weights stay zero
schedule.py         one shot, linear, cubic: in steps, with training in between
ticket.py           the lottery ticket: early weights, late masks
movement.py         weights that move towards 0 go
wanda.py            size times the norm of the input
storage.py          what zeros weigh: CSR, bitmask, 2:4
run_lengths.py      how many zeros stand between the other numbers
"""
