"""ONNX: a graph becomes an .onnx file, the exchange format that ONNX Runtime reads.

    torch.export (a graph)  →  ONNX operators  →  metadata off

A float model becomes float operators. A QuantizedModel becomes QDQ: its weights are int8 initializers and its biases
int32, from our own scales, so that ONNX Runtime replaces DQ → layer → Q by one integer operator.

Source    https://docs.pytorch.org/docs/stable/onnx_export.html
In production  the same call; torch.onnx.export without dynamo=True traces TorchScript and is on its way out
"""

import logging
import warnings

import torch
from torch.export.graph_signature import ConstantArgument, OutputKind, TensorArgument

from edukit.copies import with_stored_weights
from edukit.errors import cause
from edukit.graph import allowed_sizes
from edukit.inputs import check_it_runs, has_batch
from edukit.quantization import QuantizedModel
from edukit.turns import ONE_AT_A_TIME, Bar

OPSET = 18


def onnx_bytes(model, inputs) -> bytes:
    """The file's content, for any number of rows; ValueError for a model that cannot be traced or written."""
    with ONE_AT_A_TIME, quiet(), Bar(total=2, desc="export", delay=2) as bar:
        program = _traced(model.network if isinstance(model, QuantizedModel) else model, inputs)
        bar.update()
        free_batches = _free_batches(program)
        try:
            written = torch.onnx.export(
                program,
                dynamo=True,
                opset_version=OPSET,
                input_names=names("input", len(inputs)),
                output_names=names("output", len(program.graph_signature.user_outputs)),
                dynamic_shapes=free_batches,
                custom_translation_table=_translations(),
                verbose=False,
            )
        except Exception as error:
            raise ValueError(f"model cannot be written as ONNX: {cause(error)}") from error
        bar.update()
    return _stripped(written.model_proto).SerializeToString()


def names(word: str, count: int) -> list[str]:
    """What files call their inputs or outputs.

    >>> names("input", 1), names("output", 2)
    (['input'], ['output_0', 'output_1'])
    """
    return [word] if count == 1 else [f"{word}_{i}" for i in range(count)]


def _traced(model, inputs) -> torch.export.ExportedProgram:
    """The model, followed once and for every batch size; torch.onnx.export has only to write the operators down."""
    free_batch = torch.export.ShapesCollection()
    for x in inputs:
        if has_batch(x, inputs):
            free_batch[x] = {0: torch.export.Dim.AUTO}
    frozen = with_stored_weights(model).eval()
    try:
        with torch.no_grad():
            program = torch.export.export(frozen, inputs, dynamic_shapes=free_batch)
    except Exception as error:
        check_it_runs(frozen, inputs)
        raise ValueError(f"model cannot be traced by torch.export: {cause(error)}") from error
    outputs = [spec.arg for spec in program.graph_signature.output_specs if spec.kind is OutputKind.USER_OUTPUT]
    check_tensors([arg.value if isinstance(arg, ConstantArgument) else arg for arg in outputs], TensorArgument)
    return program


def check_tensors(outputs, kind: type) -> None:
    """Raise a ValueError that names the first output which is no tensor, but a number of Python, a word or None.

    >>> check_tensors([torch.zeros(1), 3], torch.Tensor)
    Traceback (most recent call last):
    ValueError: model must answer with tensors, output 1 is 3: leave it out
    """
    for place, output in enumerate(outputs):
        if not isinstance(output, kind):
            raise ValueError(f"model must answer with tensors, output {place} is {output}: leave it out")


def _free_batches(program) -> tuple:
    """What the file calls axis 0 of each input where it is free, None where it is a number, as of a mask."""
    nodes = {node.name: node for node in program.graph.nodes}
    sizes = [allowed_sizes(nodes[name].meta["val"], program) for name in program.graph_signature.user_inputs]
    free = [bool(axes) and axes[0][0] < axes[0][1] for axes in sizes]
    if not any(free):
        raise ValueError(f"model cannot be traced for any number of rows: its Python fixes them to {sizes[0][0][0]}")
    return tuple({0: "batch"} if is_free else None for is_free in free)


def _translations():
    """Our operators are ONNX operators already, one or a few."""
    from onnxscript.values import Opset

    op = Opset("", OPSET)

    def quantize(x, scale, zero_point, qmin, qmax):
        return op.QuantizeLinear(x, scale, zero_point)

    def dequantize(q, scale, zero_point=None, axis=0):
        arguments = (q, scale) if zero_point is None else (q, scale, zero_point)
        return op.DequantizeLinear(*arguments, axis=axis)

    def dynamic_linear(x, codes, scale, bias):
        q, x_scale, x_zero = op.DynamicQuantizeLinear(x)
        sums = op.Cast(op.MatMulInteger(q, op.Transpose(codes, perm=[1, 0]), x_zero), to=1)
        y = op.Mul(sums, op.Mul(x_scale, scale))
        return y if bias is None else op.Add(y, bias)

    ours = torch.ops.edukit
    return {
        ours.quantize.default: quantize,
        ours.dequantize.default: dequantize,
        ours.dynamic_linear.default: dynamic_linear,
    }


def _stripped(proto):
    """Without stack traces and shapes of inner values: they would be most of a small file."""
    for item in [*proto.graph.node, *proto.graph.initializer, *proto.graph.input, *proto.graph.output]:
        item.ClearField("metadata_props")
        item.ClearField("doc_string")
    proto.graph.ClearField("metadata_props")
    proto.graph.ClearField("value_info")
    return proto


class quiet(warnings.catch_warnings):
    """The exporter tells of optional packages and of its own deprecations; neither concerns the caller."""

    def __enter__(self):
        super().__enter__()
        warnings.simplefilter("ignore")
        self._logger = logging.getLogger("torch.onnx")
        self._level = self._logger.level
        self._logger.setLevel(logging.ERROR)

    def __exit__(self, *error):
        self._logger.setLevel(self._level)
        return super().__exit__(*error)
