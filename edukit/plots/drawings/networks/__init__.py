"""Drawings of networks: blocks, their memory, attention. Lessons 09 and 10.

attention_fill.py  the weights of softmax attention beside the state of linear attention
block.py           five building blocks of networks, with the channels and MACs of each layer
block_memory.py    an inverted residual block, and which of its values are alive at each step
block_fill.py  softmax attention by blocks: a block of scores, a maximum and two sums
"""
