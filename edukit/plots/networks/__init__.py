"""Pictures of networks.

blocks.py     what blocks cost, and which input channels an output depends on
memory.py     bytes of values that live at each layer
layers.py     costs layer by layer, times and accuracies side by side
attention.py  where a place looks, cost against length, the weight on one key
language_model.py  the share of attention in a model's work, the bytes of its cache
written.py    digits that a model writes, and what its cache keeps
sinks.py      the weights of a head with a window, and with first tokens kept
"""
