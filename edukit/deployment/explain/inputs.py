"""Inputs of the kind that a file takes: where the caller gives none, and only time is asked for, any numbers will do.

float   numpy.random, uniform in 0 to 1        whole numbers, truth values   0 or 1, which every table of words has
a free axis is 1
"""

import numpy as np
import onnx

from edukit.inputs import as_inputs


def feed_of(model: onnx.ModelProto, inputs=None) -> dict[str, np.ndarray]:
    """{input's name: array} for one run of the model.

    inputs   one batch as torch or numpy, or a tuple of batches; drawn where it is None
    Raises ValueError for another number of inputs.
    """
    stored = {tensor.name for tensor in model.graph.initializer}
    wanted = [value for value in model.graph.input if value.name not in stored]
    if inputs is None:
        drawn = np.random.default_rng(0)
        return {value.name: _drawn(value, drawn) for value in wanted}
    given = as_inputs(inputs)
    if len(given) != len(wanted):
        names = ", ".join(value.name for value in wanted)
        raise ValueError(f"inputs must be {len(wanted)} arrays ({names}), got {len(given)}")
    return {value.name: np.asarray(x, _type(value)) for value, x in zip(wanted, given, strict=True)}


def _drawn(value, drawn) -> np.ndarray:
    shape = [axis.dim_value or 1 for axis in value.type.tensor_type.shape.dim]
    kind = _type(value)
    if kind.kind == "f":
        return drawn.random(shape).astype(kind)
    return drawn.integers(0, 2, shape).astype(kind)


def _type(value) -> np.dtype:
    return onnx.helper.tensor_dtype_to_np_dtype(value.type.tensor_type.elem_type)
