"""A quantized graph in the operators that the converters for phones know; the arithmetic stays the same.

    edukit::quantize → edukit::dequantize     quantize_per_tensor → dequantize_per_tensor, codes in int8
    int8 codes of a weight → dequantize       ExecuTorch: codes → dequantize_per_channel
                                              LiteRT: float constant → quantize_per_channel → dequantize_per_channel
    int32 codes of a bias → dequantize        a float constant; the runtimes store round(bias / (S_x S_w)), our code

A step to int8 moves each code, the zero point and both ends by 128. In LiteRT's form the file holds codes as well: its
converter computes round(S_w q / S_w) = q.

Symbols   S scale · q code · x input of a layer · w its weight
Error     none: (q - 128) - (Z - 128) = q - Z
Source    https://docs.pytorch.org/executorch/stable/quantization-overview.html
In production  convert_pt2e of torchao.quantization.pt2e writes these operators
"""

import torch
from torch import fx, nn

from edukit.copies import copied
from edukit.graph import attach, parameter

OURS = torch.ops.edukit
HALF = 128  # uint8 code - 128 = int8 code
WEIGHT_ENDS = -127, 127


def decomposed(network: fx.GraphModule, *, float_weights: bool) -> fx.GraphModule:
    """A copy of a QuantizedModel's network without operators of the kit.

    float_weights   whether weights are float constants that the graph quantizes, as LiteRT wants them, or codes
    Raises ImportError where nobody has imported the library that defines `quantized_decomposed`, such as executorch.
    """
    graph = copied(network)
    for node in list(graph.graph.nodes):
        if node.target is OURS.quantize.default:
            _as_int8(graph, node)
    for node in list(graph.graph.nodes):
        if node.target is OURS.dequantize.default:
            _replace_stored(graph, node, float_weights)
    graph.graph.eliminate_dead_code()
    graph.delete_all_unused_submodules()
    return _only_what_is_read(fx.GraphModule(graph, graph.graph))


def _as_int8(graph, node) -> None:
    """quantize → dequantize of an activation, in int8; each reader gets a dequantize of its own, as converters want."""
    ops = torch.ops.quantized_decomposed
    x, scale, zero, qmin, qmax = node.args
    zero = int(parameter(graph, zero)) - HALF
    grid = float(parameter(graph, scale)), zero, qmin - HALF, qmax - HALF, torch.int8
    with graph.graph.inserting_before(node):
        codes = graph.graph.call_function(ops.quantize_per_tensor.default, (x, *grid))
        codes.meta["val"] = node.meta.get("val")
    for real in list(node.users):
        for reader in list(real.users):
            with graph.graph.inserting_before(reader):
                own = graph.graph.call_function(ops.dequantize_per_tensor.default, (codes, *grid))
            reader.replace_input_with(real, own)
        graph.graph.erase_node(real)
    graph.graph.erase_node(node)


def _replace_stored(graph, node, float_weights) -> None:
    """The dequantize of a weight or a bias."""
    codes = parameter(graph, node.args[0]).detach()
    scale = parameter(graph, node.args[1]).detach().float()
    steps = scale.double().reshape(-1, *[1] * (codes.ndim - 1)) if scale.ndim else scale.double()
    real = nn.Parameter((codes.double() * steps).float(), requires_grad=False)
    with graph.graph.inserting_before(node):
        if codes.dtype == torch.int8:
            constant = _weight(graph, node.name, codes, real, scale, float_weights)
        else:
            constant = attach(graph, f"{node.name}_real", real)
    node.replace_all_uses_with(constant)
    graph.graph.erase_node(node)


def _weight(graph, name, codes, real, scale, float_weights) -> fx.Node:
    ops = torch.ops.quantized_decomposed
    scales = attach(graph, f"{name}_scales", scale.expand(len(codes)).contiguous())
    zeros = attach(graph, f"{name}_zeros", torch.zeros(len(codes), dtype=torch.int64))
    grid = scales, zeros, 0, *WEIGHT_ENDS, torch.int8
    if float_weights:
        stored = graph.graph.call_function(
            ops.quantize_per_channel.default, (attach(graph, f"{name}_real", real), *grid)
        )
    else:
        stored = attach(graph, f"{name}_codes", nn.Parameter(codes, requires_grad=False))
    return graph.graph.call_function(ops.dequantize_per_channel.default, (stored, *grid))


def _only_what_is_read(graph) -> fx.GraphModule:
    """Without the tensors that no node reads: LiteRT's converter refuses an unsigned one even there."""
    read = {node.target for node in graph.graph.nodes if node.op == "get_attr"}
    for name in [*dict(graph.named_parameters()), *dict(graph.named_buffers())]:
        if name not in read:
            *path, last = name.split(".")
            delattr(graph.get_submodule(".".join(path)), last)
    return graph
