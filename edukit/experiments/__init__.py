"""Experiments: what was measured once and is bundled as a table, and what is timed on this machine.

rows.py         measured tables: rows with names, appended and read in one way
make_digits.py  how datasets/digits.npz was made
quantization/  pruning/  distillation/  networks/  search/  detection/  deployment/   one for each topic
photographs/    whether what is measured on digits holds for a network for CIFAR-10
"""
