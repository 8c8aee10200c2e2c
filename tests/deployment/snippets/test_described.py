"""A file is described by its own names, shapes and types; identifiers are safe in three languages."""

import hashlib

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from edukit.deployment.snippets.described import described, identifier
from edukit.experiments.deployment.written_files import conv_chain


def file(path, inputs, outputs=(("y", TensorProto.FLOAT, ["batch", 2]),)):
    """A file of identities: its first input, as its type allows, stands behind every output."""
    ends = [[helper.make_tensor_value_info(*value) for value in values] for values in (inputs, outputs)]
    nodes = [helper.make_node("Cast", [inputs[0][0]], [name], to=kind) for name, kind, _ in outputs]
    graph = helper.make_graph(nodes, "casts", *ends)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10), path)
    return path


def test_names_shapes_types_and_the_hash_are_those_of_the_file(tmp_path):
    path = conv_chain(tmp_path / "my-net_2.onnx", 3, 8)
    found = described(path)
    assert [(v.name, v.type, v.shape) for v in found.inputs] == [("x", "float32", (1, 3, 8, 8))]
    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest() and found.class_name == "MyNet2"
    assert str(found.inputs[0]) == "float32 of shape (1, 3, 8, 8)" and not found.mean and not found.axes


def test_a_free_axis_is_the_same_identifier_everywhere(tmp_path):
    inputs = [("in", TensorProto.INT64, ["batch", "for"]), ("input.1", TensorProto.FLOAT, ["batch", None])]
    found = described(file(tmp_path / "a.onnx", inputs))
    assert [v.identifier for v in found.inputs] == ["in_", "input_1"]
    assert found.inputs[0].shape == ("batch", "for_") and found.inputs[1].shape == ("batch", "input_1_axis_1")
    assert found.outputs[0].shape == ("batch", 2) and found.axes == ["batch", "for_", "input_1_axis_1"]


@pytest.mark.parametrize("name", ["class", "9", "ä", "a b", "", "x::y", "_", "$", 'q"', "batch"])
def test_an_identifier_is_letters_digits_and_underscores_and_used_once(name):
    used = {"class", "batch"}
    names = [identifier(name, used) for _ in range(3)]
    assert len({*names, "class", "batch"}) == 5 and all(n.isidentifier() and n.isascii() for n in names)
    assert all(n[0].isalpha() for n in names)


def test_mean_and_std_must_fit_the_first_input(tmp_path):
    image = conv_chain(tmp_path / "image.onnx", 3, 8)
    assert described(image, mean=np.array([0.5, 0.4, 0.3]), std=(1, 1, 1)).mean == (0.5, 0.4, 0.3)
    for change in ({"mean": [0.5], "std": [1]}, {"mean": [0.5] * 3}, {"std": [1] * 3}):
        with pytest.raises(ValueError, match="mean and std must be a number for each channel"):
            described(image, **change)
    with pytest.raises(ValueError, match="std must be finite, above 0"):
        described(image, mean=[0] * 3, std=[1, 0, 1])
    with pytest.raises(ValueError, match="mean must be finite"):
        described(image, mean=[0, np.nan, 0], std=[1] * 3)
    tokens = file(tmp_path / "tokens.onnx", [("t", TensorProto.INT64, ["batch", 3, 8, 8])])
    with pytest.raises(ValueError, match="of images"):
        described(tokens, mean=[0] * 3, std=[1] * 3)
