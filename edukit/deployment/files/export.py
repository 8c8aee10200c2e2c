"""Export: a model in Python becomes a file that runtimes on phones read.

    model → to_onnx.py, or mobile.py for phones → the same answers as the model? → checksum → one atomic rename

A float model becomes float operators. A QuantizedModel becomes integers, from our own scales: weights int8, biases
int32 (`operators` in explain/executed.py shows whether a runtime computes them so). Codes for the weights alone, and
dynamic grids, are for ONNX: ExecuTorch has no operator that makes such codes floats again, and LiteRT's converter
stores those of linear layers as floats, so that the file would be as large as before.

Bound     the file's answers to the example differ from the model's by 1/100 of their largest value at most. Where the
          model is quantized, by 1/20: a float that ends in the next code moves what follows. In a deep network it can
          move single answers further: by 1/5, where the root mean square of all differences is 1/100 at most
Source    https://docs.pytorch.org/docs/stable/onnx_export.html
In production  the converters of each runtime, called one by one
"""

from pathlib import Path

import numpy as np
import torch
from torch import fx, nn

from edukit.checked import checked
from edukit.deployment.files.mobile import mobile_bytes
from edukit.deployment.files.seal import sealed
from edukit.deployment.files.to_onnx import onnx_bytes
from edukit.deployment.runtimes.installed import WRITES, check_installed
from edukit.deployment.runtimes.session import SUFFIXES, as_tuple, load, session_of
from edukit.disk.sealed import write_atomically
from edukit.inputs import as_inputs, check_count, with_two_rows
from edukit.quantization import QuantizedModel
from edukit.refuse import check_model
from edukit.turns import in_turn

FORMATS = {"onnx": ".onnx", "executorch": ".pte", "litert": ".tflite"}
RUNTIME_OF = {format: SUFFIXES[suffix] for format, suffix in FORMATS.items()}
BOUND, QUANTIZED_BOUND = 1 / 100, 1 / 20
FEW_BOUND, MEAN_BOUND = 1 / 5, 1 / 100  # of a quantized model: single answers, and the root mean square of all
DYNAMIC = torch.ops.edukit.dynamic_linear.default


@checked
@in_turn
def export(model: nn.Module, example, path, format: str | None = None) -> Path:
    """Write the model in evaluation mode to `path`, and return the path. The batch size stays free.

    example   one batch of inputs as torch or numpy, or a tuple of batches for several inputs
    format    "onnx", "executorch" (.pte) or "litert" (.tflite); by default the one that the suffix of the path names
    The file is complete or not there: it is written beside its place and then renamed.
    Raises ValueError for an unknown format and a path that ends otherwise, a model that cannot be traced or that the
    format has no operator for, activations that are not 8 bits wide, and a file that answers otherwise than the model;
    ModuleNotFoundError where what writes the format is not installed.
    """
    format = _format_of(path, format)
    check_model(model)
    _check_bits(model, format)
    check_installed(WRITES[format], f"to write files for {format}")
    path = Path(path)
    if not path.parent.is_dir():
        raise ValueError(f"path must lie in an existing folder, got {path}")
    inputs = with_two_rows(as_inputs(example, model))
    check_count(model, inputs)
    if any(x.dtype == torch.bfloat16 for x in inputs):
        raise ValueError("model takes torch.bfloat16, and files hold float32 or float16: model.float() or model.half()")
    content = onnx_bytes(model, inputs) if format == "onnx" else mobile_bytes(model, inputs, format)
    _check_answers(model, inputs, content, format)
    return write_atomically(path, sealed(content))


def _format_of(path, format) -> str:
    if format is not None and format not in FORMATS:
        raise ValueError(f"format must be one of {', '.join(FORMATS)}, got {format!r}")
    suffix = Path(path).suffix.lower()
    named = {end: name for name, end in FORMATS.items()}.get(suffix)
    if not suffix and format is not None:
        return format
    if named is None:
        raise ValueError(f"path must end in {', '.join(FORMATS.values())}, got {path}")
    if format not in (None, named):
        raise ValueError(f"path must end in {FORMATS[format]} for the format {format!r}, got {path}")
    return named


def _check_bits(model, format) -> None:
    if not isinstance(model, QuantizedModel):
        return
    bits = model.activation_bits
    is_dynamic = _is_dynamic(model.network)
    if format == "onnx" and bits in (8, None) or bits == 8 and not is_dynamic:
        return
    allowed = "must have 8 bits or be float" if format == "onnx" else f"must have 8 bits for {format}"
    found = "float (weights only)" if bits is None else f"on a grid of {bits} bits"
    raise ValueError(
        f"activations {allowed}, this model's are {'dynamic, on a grid of each run' if is_dynamic else found}"
    )


def _is_dynamic(network: nn.Module) -> bool:
    """Whether linear layers look for the grid of their input in each run: operators of a graph, or modules."""
    return not isinstance(network, fx.GraphModule) or any(node.target is DYNAMIC for node in network.graph.nodes)


def _check_answers(model, inputs, content, format) -> None:
    """Raise a ValueError where the file does not answer the example as the model does.

    An ONNX file is run in two ways, and has to agree in one: a processor without VNNI saturates in ONNX Runtime's own
    integers, and the floats of the file as it is written may end in the next code, which moves all that follows.
    """
    arrays = [x.detach().numpy() for x in inputs]
    expected = as_tuple(load(model)(*(x.copy() for x in arrays)))  # the model may work in place
    ways = [{"as_written": True}, {}] if format == "onnx" else [{}]
    faults = []
    for options in ways:
        session = session_of(content, RUNTIME_OF[format], path=f"the {format} file", **options)
        fault = _fault(expected, as_tuple(session(*arrays)), isinstance(model, QuantizedModel))
        if fault is None:
            return
        faults.append(fault)
    again = as_tuple(load(model)(*(x.copy() for x in arrays)))
    if not all(np.array_equal(one, two, equal_nan=True) for one, two in zip(expected, again, strict=True)):
        raise ValueError("model answers otherwise in each run: it draws random numbers in evaluation mode")
    raise ValueError(f"the {format} file answers {faults[0]}")


def _fault(expected, found, quantized) -> str | None:
    """How the answers of a file differ from those expected, or None where they do not."""
    for ours, theirs in zip(expected, found, strict=True):
        if ours.shape != theirs.shape:
            return f"in the shape {theirs.shape}, the model in {ours.shape}"
        if ours.dtype.kind == "f" and ours.size:
            largest = np.nanmax(np.abs(ours), initial=0)
            difference = np.abs(ours - theirs)[~(np.isnan(ours) & np.isnan(theirs))]
            if not _is_rounding(difference, largest, quantized):
                allowed = largest * (QUANTIZED_BOUND if quantized else BOUND)
                return (
                    f"otherwise than the model: largest difference {difference.max():.3g}, "
                    f"allowed {allowed:.3g}, largest answer {largest:.3g}"
                )
    return None


def _is_rounding(difference, largest, quantized) -> bool:
    """Whether differences are as small as those of rounding, beside the largest answer."""
    if (difference <= largest * (QUANTIZED_BOUND if quantized else BOUND) + np.finfo(np.float32).eps).all():
        return True
    mean_square = np.mean(np.square(difference, dtype=np.float64))
    return quantized and difference.max() <= FEW_BOUND * largest and mean_square <= (MEAN_BOUND * largest) ** 2
