"""Sizes: how large a candidate's file will be, without writing it.

    bytes ≈ overhead + Σ bytes of its tensors        overhead = bytes of one written file - Σ bytes of its tensors

Channels that go change tensors and not the graph: its operators and names, the overhead, are those of the network from
which the channels went. So one file for each start and kind of numbers tells the size of all others.

Bound     within 2 % of the written file on the networks of the tests; the file that is chosen is written and weighed
"""

import torch
from torch import nn

from edukit.deployment.files.packed import HIGH, LOW, WORTH, packed
from edukit.deployment.files.seal import sealed
from edukit.graph import parameter
from edukit.quantization import QuantizedModel
from edukit.quantization.ptq.fold import float_network

ONCE = 1024  # numbers of a tensor, up to which the exporter looks for an equal one
CAST = 36  # bytes of the node that makes 4-bit codes integers of 8 bits again, and of its name


def tensor_bytes(model: nn.Module, x: torch.Tensor) -> int:
    """Bytes of what a file holds of the model's tensors: batch norm folded, codes of 4 bits two in a byte.

    >>> tensor_bytes(nn.Linear(4, 3), torch.zeros(2, 4))
    60
    """
    if isinstance(model, QuantizedModel):
        tensors = model.state_dict()
    else:
        graph = float_network(model, x[:2])
        tensors = {node.target: parameter(graph, node) for node in graph.graph.nodes if node.op == "get_attr"}
    different = {_content(name, tensor): (name, tensor) for name, tensor in tensors.items()}
    return sum(_stored(name, tensor) for name, tensor in different.values())


def packed_bytes(content: bytes) -> int:
    """Bytes of an ONNX file of this content, packed and sealed."""
    return len(sealed(packed(content)))


def _content(name: str, tensor: torch.Tensor) -> tuple:
    """What equal small tensors have in common: the exporter writes one of them, such as the ones of new norms."""
    if tensor.numel() > ONCE:
        return (name,)
    return tensor.dtype, tensor.shape, tensor.detach().numpy().tobytes()


def _stored(name: str, tensor: torch.Tensor) -> int:
    if name.endswith("weight_codes") and tensor.numel() >= WORTH and LOW <= tensor.min() and tensor.max() <= HIGH:
        return (tensor.numel() + 1) // 2 + CAST
    return tensor.nbytes
