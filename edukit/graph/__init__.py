"""Graphs: any model as a graph of named operations and weights, whatever Python wrote it.

nodes.py     which nodes are layers, which weights they read, and what these are called
captured.py  from a model to a graph (torch.export), for inputs of the sizes that it was captured for
watch.py     each value of a run, to look at it or to change it
"""

from edukit.graph.captured import Captured, allowed_sizes, capture, capture_each, check_sizes, has_rows, joined
from edukit.graph.nodes import CONVOLUTIONS, LAYERS, aten, attach, layer_name, parameter, tensors_of
from edukit.graph.watch import watched

__all__ = ["CONVOLUTIONS", "LAYERS", "Captured", "allowed_sizes", "aten", "attach", "capture", "capture_each"]
__all__ += ["check_sizes", "has_rows", "joined", "layer_name", "parameter", "tensors_of", "watched"]
