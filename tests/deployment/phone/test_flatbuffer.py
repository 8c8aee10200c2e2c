"""A .tflite file by its format: what a builder of flatbuffers wrote is read back, and damaged bytes are refused."""

import flatbuffers
import numpy as np
import pytest
import torch
from torch import nn

from edukit.deployment import export
from edukit.deployment.phone.flatbuffer import Tensor, ends_of

TYPE_NUMBERS = {"float32": 0, "int32": 2, "int8": 9}


def tflite(tensors: list[Tensor], inputs: list[int], outputs: list[int]) -> bytes:
    """A model of tensors alone, written by the library of flatbuffers."""
    builder = flatbuffers.Builder(1024)
    graph = _table(builder, {0: _tables(builder, [_tensor(builder, each) for each in tensors])}
                   | {1: _vector(builder, inputs), 2: _vector(builder, outputs)}, 5)  # fmt: skip
    builder.Finish(_table(builder, {2: _tables(builder, [graph])}, 5), b"TFL3")
    return bytes(builder.Output())


def _tensor(builder, tensor):
    grid = None
    if tensor.scale is not None:
        scale, zero = builder.CreateNumpyVector(np.float32([tensor.scale])), builder.CreateNumpyVector(np.int64([-3]))
        grid = _table(builder, {2: scale, 3: zero}, 4)
    fields = {0: _vector(builder, tensor.shape), 3: builder.CreateString(tensor.name), 4: grid}
    builder.StartObject(5)
    builder.PrependInt8Slot(1, TYPE_NUMBERS[tensor.dtype], 0)
    return _end(builder, fields)


def _table(builder, fields, count):
    builder.StartObject(count)
    return _end(builder, fields)


def _end(builder, fields):
    for number, offset in fields.items():
        if offset is not None:
            builder.PrependUOffsetTRelativeSlot(number, offset, 0)
    return builder.EndObject()


def _vector(builder, numbers):
    return builder.CreateNumpyVector(np.int32(numbers))


def _tables(builder, offsets):
    builder.StartVector(4, len(offsets), 4)
    for offset in reversed(offsets):
        builder.PrependUOffsetTRelative(offset)
    return builder.EndVector()


IMAGE = Tensor("image", (1, 3, 16, 16), "int8", 0.5, -3)
LOGITS = Tensor("klasse ä", (1, 5), "float32")
BIAS = Tensor("bias", (), "int32")


def test_what_was_written_is_read_back():
    assert ends_of(tflite([BIAS, IMAGE, LOGITS], [1], [2, 1])) == (
        [IMAGE],
        [LOGITS, IMAGE],
        {"int8", "int32", "float32"},
    )


def test_random_tensors_are_read_back():
    generator = np.random.default_rng(0)
    for _ in range(30):
        tensors = [
            Tensor(f"t{i}", tuple(generator.integers(1, 9, generator.integers(0, 5)).tolist()), "float32")
            for i in range(generator.integers(1, 9))
        ]
        places = generator.integers(0, len(tensors), 3).tolist()
        assert ends_of(tflite(tensors, places, []))[0] == [tensors[i] for i in places]


@pytest.mark.parametrize("content", [b"", b"TFL3", b"\0" * 100, b"ONNX" * 10])
def test_other_bytes_are_refused(content):
    with pytest.raises(ValueError, match=r"no \.tflite file"):
        ends_of(content)


def test_no_damaged_byte_raises_anything_else():
    content = tflite([IMAGE, LOGITS], [0], [1])
    generator = np.random.default_rng(0)
    refused = 0
    for _ in range(2000):
        damaged = bytearray(content[: generator.integers(8, len(content) + 1)])
        damaged[generator.integers(0, len(damaged))] = generator.integers(0, 256)
        try:
            ends_of(bytes(damaged))
        except ValueError:
            refused += 1
    assert refused > 1000


def test_a_file_of_the_converter_reads_as_litert_reads_it(tmp_path):
    pytest.importorskip("litert_torch")
    from edukit.deployment.runtimes.litert import interpreter_of

    path = export(
        nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(72, 3)), torch.rand(1, 1, 8, 8), tmp_path / "a.tflite"
    )
    interpreter = interpreter_of(path.read_bytes(), 1, path)
    inputs, outputs, _ = ends_of(path.read_bytes())
    for ours, theirs in ((inputs, interpreter.get_input_details()), (outputs, interpreter.get_output_details())):
        assert [(t.name, t.shape, t.dtype) for t in ours] == [
            (t["name"], tuple(t["shape"].tolist()), t["dtype"].__name__) for t in theirs
        ]
