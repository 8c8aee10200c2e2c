"""Average pooling at the border, written so that every runtime divides by the same count.

    ceil_mode         the last window may hang over the border; torch divides by the places inside
    count_include_pad=True, no padding   the same as False: nothing is there to include

Written with False, ONNX Runtime's integer operator divides as torch does; with True it divides by the whole window.

Error     none: the same sums and counts
"""

import torch
from torch import fx

aten = torch.ops.aten
POOLS = {aten.avg_pool1d.default, aten.avg_pool2d.default, aten.avg_pool3d.default}


def count_inside(graph: fx.GraphModule) -> None:
    """Write every average pooling whose windows hang over the border with count_include_pad=False, in place.

    >>> from edukit.graph import capture
    >>> graph = capture(torch.nn.AvgPool2d(2, ceil_mode=True), torch.zeros(2, 1, 3, 3))
    >>> count_inside(graph)
    >>> [node.args[5] for node in graph.graph.nodes if node.target in POOLS]
    [False]
    """
    for node in list(graph.graph.nodes):
        if node.target in POOLS and len(node.args) > 4 and node.args[4] and (node.args[5:] or [True])[0]:
            padding = node.args[3] if any(_listed(node.args[3])) else None
            if padding is None:
                node.args = (*node.args[:5], False, *node.args[6:])
            else:
                _pad_first(graph, node, _listed(padding))
    graph.recompile()


def _pad_first(graph, node, padding):
    """Zeros around the values count, what hangs over these does not; left alone where a window would be new."""
    x = node.args[0]
    dimensions = x.meta["val"].ndim - 2
    each = padding * (dimensions // len(padding))
    borders = [amount for pad in reversed(each) for amount in (pad, pad)]
    arguments = (*node.args[1:3], [0] * dimensions, True, False, *node.args[6:])
    with torch.no_grad():
        padded = torch.nn.functional.pad(torch.zeros(1, 1, *x.meta["val"].shape[2:]), borders)
        if node.target(padded, *arguments).shape[2:] != node.meta["val"].shape[2:]:
            return
    with graph.graph.inserting_before(node):
        pad = graph.graph.call_function(aten.pad.default, (x, borders))
    pad.meta["val"] = x.meta["val"].new_empty([*x.meta["val"].shape[:2], *padded.shape[2:]])
    node.args = (pad, *arguments)


def _listed(padding) -> list[int]:
    return list(padding) if isinstance(padding, list | tuple) else [padding]
