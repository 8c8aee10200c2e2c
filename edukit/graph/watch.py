"""Running a graph with an eye on each value, as soon as it is computed: to look at it, or to change it."""

from collections.abc import Callable

from torch import fx

from edukit.graph.captured import check_sizes


def watched(graph: fx.GraphModule, inputs: tuple, look: Callable, *, compute: dict | None = None):
    """Run the graph and return what it answers; each value is looked at, or changed, as soon as it is computed.

    look      look(node, value): what it returns goes on in place of the value, unless it is None
    compute   {node: function}: these operations are computed by function(x) from their first input instead

    >>> import torch
    >>> from torch import nn
    >>> from edukit.graph import capture
    >>> net = capture(nn.Sequential(nn.Linear(2, 2), nn.ReLU()), torch.zeros(3, 2))
    >>> seen = []
    >>> _ = watched(net, (torch.zeros(3, 2),), lambda node, value: seen.append(node.name))
    >>> seen[2:]
    ['input_1', 'linear', 'relu', 'output']
    """
    check_sizes(graph, *inputs)
    return _Watched(graph, look, compute or {}).run(*inputs)


class _Watched(fx.Interpreter):
    def __init__(self, graph, look, compute):
        super().__init__(graph)
        self.look = look
        self.compute = compute

    def run_node(self, node):
        if node in self.compute:
            value = self.compute[node](self.env[node.args[0]])
        else:
            value = super().run_node(node)
        changed = self.look(node, value)
        return value if changed is None else changed
