"""Files for phones: ExecuTorch's .pte and LiteRT's .tflite, of one row; a session asks them row by row.

    model → graph, batch norm folded → rewritten.py → decomposed.py → the format's converter → signature behind it

ExecuTorch hands what it can to XNNPACK, the library of CPU kernels for phones; the rest stays an operator of its own
portable library, in float. LiteRT, the former TensorFlow Lite, runs on XNNPACK as well. Its converter makes integers
only where it is told that the graph is quantized, and its files then take and give int8 codes.

Source    https://docs.pytorch.org/executorch/stable/using-executorch-export.html
          https://ai.google.dev/edge/litert/models/convert_pytorch
In production  the same calls; an app loads the files with org.pytorch.executorch.Module and com.google.ai.edge.litert
"""

import os

import torch
from torch import fx
from torch.utils._pytree import tree_leaves

from edukit.deployment.files.decomposed import decomposed
from edukit.deployment.files.rewritten import rewritten, shape_of
from edukit.deployment.files.signature import Signature, with_signature
from edukit.deployment.files.to_onnx import check_tensors, names, quiet
from edukit.errors import cause
from edukit.inputs import has_batch
from edukit.quantization import QuantizedModel
from edukit.quantization.ptq.fold import float_network
from edukit.turns import ONE_AT_A_TIME


def mobile_bytes(model, inputs: tuple[torch.Tensor, ...], format: str) -> bytes:
    """The file's content; ValueError that names what the format cannot take."""
    network = model.network if isinstance(model, QuantizedModel) else float_network(model, inputs)
    row = tuple(x[:1].clone() if has_batch(x, inputs) else x for x in inputs)
    with ONE_AT_A_TIME, quiet(), torch.no_grad():
        graph = rewritten(network, convolve_parts=format == "litert")
        signature = _signature(graph, inputs)
        content = WRITERS[format](graph, row)
    return with_signature(content, signature)


def _signature(graph, inputs) -> Signature:
    shapes = [("batch", *x.shape[1:]) if has_batch(x, inputs) else tuple(x.shape) for x in inputs]
    answers = tree_leaves(graph.graph.output_node().args[0])
    check_tensors(answers, fx.Node)
    results = [tuple(shape_of(x)) for x in answers]
    if any(type(size) is not int for shape in results for size in shape[1:]):
        raise ValueError("model must answer with the batch as the first axis of each output")
    free = [("batch", *shape[1:]) if shape and type(shape[0]) is not int else shape for shape in results]
    pairs = (dict(zip(names(word, len(of)), of, strict=True)) for word, of in (("input", shapes), ("output", free)))
    return Signature(*pairs)


def _executorch(network, inputs: tuple[torch.Tensor, ...]) -> bytes:
    """The program for inputs of exactly these sizes.

    network   a graph, quantized or not
    Raises ValueError that names the operator which ExecuTorch cannot take.
    """
    from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
    from executorch.exir import to_edge_transform_and_lower

    try:
        exported = torch.export.export(decomposed(network, float_weights=False), inputs)
        lowered = to_edge_transform_and_lower(exported, partitioner=[XnnpackPartitioner()])
        return bytes(lowered.to_executorch().buffer)
    except Exception as error:
        raise ValueError(f"model cannot be written for ExecuTorch: {cause(error)}") from error


def _litert(network, inputs: tuple[torch.Tensor, ...]) -> bytes:
    """The model for inputs of exactly these sizes.

    network   a graph, quantized or not
    Raises ValueError that names the operator which LiteRT's converter cannot take.
    """
    os.environ.setdefault("LITERT_TORCH_SHOW_PROGRESS", "n")
    import executorch.exir  # noqa: F401  defines the operators quantized_decomposed
    import litert_torch

    try:
        graph = decomposed(network, float_weights=True).eval()
        return litert_torch.convert(graph, inputs, quant_config=_static()).model_content()
    except Exception as error:
        raise ValueError(f"model cannot be written for LiteRT: {cause(error)}") from error


def _static():
    """What tells the converter that the graph holds integers."""
    from litert_torch.quantize import pt2e_quantizer, quant_config

    quantizer = pt2e_quantizer.PT2EQuantizer()
    quantizer.set_global(pt2e_quantizer.get_symmetric_quantization_config(is_per_channel=True))
    return quant_config.QuantConfig(pt2e_quantizer=quantizer)


WRITERS = {"executorch": _executorch, "litert": _litert}
