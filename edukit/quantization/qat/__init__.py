"""Quantization-aware training: the network trains with the rounding in place. Lesson 04.

straight_through.py  gradients through rounding: straight-through, and of a learned step
clip.py              a clip that learns
fake.py              FakeQuantize, and layers with batch norm folded while they train
fake_graph.py        where a graph gets them
prepare.py           prepare_qat, convert
"""
