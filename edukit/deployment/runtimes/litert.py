"""LiteRT: the reader of .tflite files, one row at a time, as on a phone.

    x float ─ q = clip(rint(x / S) + Z) ─> file ─ y = S (q - Z) ─> y float

A quantized file takes and gives int8 codes and holds both grids: an app does these two steps, and so does the session.
"""

from pathlib import Path

import numpy as np

from edukit.deployment.files.signature import signature_of
from edukit.deployment.runtimes.opened import Opened
from edukit.errors import first_line


def opened(content: bytes, threads: int, path: Path) -> Opened:
    """A file of these bytes; ValueError where LiteRT refuses it."""
    interpreter = interpreter_of(content, threads, path)
    inputs = interpreter.get_input_details()
    outputs = interpreter.get_output_details()
    said = signature_of(content)

    def run(arrays):
        for detail, array in zip(inputs, arrays, strict=True):
            interpreter.set_tensor(detail["index"], _codes(array, detail))
        interpreter.invoke()
        return [_values(interpreter.get_tensor(detail["index"]), detail) for detail in outputs]

    return Opened(
        run=run,
        inputs=said.inputs if said else {detail["name"]: tuple(detail["shape"].tolist()) for detail in inputs},
        outputs=said.outputs if said else {detail["name"]: tuple(detail["shape"].tolist()) for detail in outputs},
        types=[_type(detail) for detail in inputs],
        row_by_row=said is not None,
        output_types=[_type(detail) for detail in outputs],
    )


def grids_of(content: bytes, path: Path) -> tuple[list[tuple[float, int] | None], list[tuple[float, int] | None]]:
    """Scale and zero point of each input and of each output; None where the file takes the numbers themselves."""
    interpreter = interpreter_of(content, 1, path)
    sides = interpreter.get_input_details(), interpreter.get_output_details()
    inputs, outputs = ([detail["quantization"] if _on_grid(detail) else None for detail in side] for side in sides)
    return inputs, outputs


def interpreter_of(content: bytes, threads: int, path: Path):
    """An ai_edge_litert Interpreter, ready to be fed; ValueError where LiteRT refuses the file."""
    from ai_edge_litert.interpreter import Interpreter

    try:
        interpreter = Interpreter(model_content=content, num_threads=threads)
        interpreter.allocate_tensors()
    except Exception as error:
        raise ValueError(f"{path} is not a model that LiteRT can run: {first_line(error)}") from error
    return interpreter


def _type(detail) -> np.dtype:
    return np.dtype(np.float32 if _on_grid(detail) else detail["dtype"])


def _on_grid(detail) -> bool:
    return detail["quantization"][0] != 0


def _codes(x, detail):
    if not _on_grid(detail):
        return x
    scale, zero = detail["quantization"]
    ends = np.iinfo(detail["dtype"])
    return np.clip(np.rint(x / np.float32(scale)) + zero, ends.min, ends.max).astype(detail["dtype"])


def _values(q, detail):
    if not _on_grid(detail):
        return q
    scale, zero = detail["quantization"]
    return (q.astype(np.int32) - zero).astype(np.float32) * np.float32(scale)
