"""models.json: what a phone is told is what the files are, and no label is among it."""

import hashlib
import json

import numpy as np
import pytest
import torch
from torch import nn

from edukit.data import digits
from edukit.deployment import export
from edukit.deployment.phone.described import checked_images, described, drawing


def test_the_entries_are_those_of_the_files(files, images):
    document, contents = described(files, images, names="abcdefghij")
    float_entry, int8_entry = document["models"]
    assert [entry["kind"] for entry in document["models"]] == ["float", "int8"]
    for entry, path in zip(document["models"], files.values(), strict=True):
        assert contents[entry["file"]] == path.read_bytes() and entry["bytes"] == path.stat().st_size
        assert entry["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert entry["runtime"] == "onnxruntime-web" and entry["output"]["shape"] == [1, 10]
        assert entry["input"] == {"name": "input", "shape": [1, 1, 8, 8], "dtype": "float32"}
    assert document["labels"] == list("abcdefghij") and json.loads(json.dumps(document)) == document
    (back,) = np.frombuffer(contents["images.bin"], "<f4").reshape(1, *document["images"]["shape"])
    np.testing.assert_array_equal(back, images)


def test_a_finger_draws_where_images_have_one_channel(files, images):
    assert described(files, images)[0]["draw"]["height"] == 8
    assert described(files, images, draw=False)[0]["draw"] is None


def test_digits_are_drawn_bright_and_their_negatives_dark():
    x = digits().test.x[:32]
    assert drawing(np.asarray(x))["ink"] == "high" and drawing(1 - np.asarray(x))["ink"] == "low"
    assert drawing(np.zeros((2, 5), np.float32)) is None and drawing(np.zeros((2, 4, 8, 8))) is None


@pytest.mark.parametrize(
    ("images", "said"),
    [
        (np.zeros((0, 1, 8, 8)), "1 to 64"),
        (np.zeros((65, 1, 8, 8)), r"images\[:16\]"),
        (np.zeros(8), "shape"),
        (np.full((1, 1, 8, 8), np.nan), "NaN"),
        (np.zeros((64, 3, 224, 224), np.float32), "pass fewer"),
    ],
)
def test_other_images_are_refused(images, said):
    with pytest.raises(ValueError, match=said):
        checked_images(images)


def test_images_may_be_a_tensor_and_are_no_words():
    assert checked_images(torch.ones(2, 3, dtype=torch.float64, requires_grad=True)).dtype == np.float32
    with pytest.raises(TypeError, match="images"):
        checked_images("digits")


@pytest.mark.parametrize("name", ["", "<b>", "a\u202eb", "a" * 25, 5, " INT8"])
def test_a_name_that_no_board_can_show_is_refused(files, images, name):
    with pytest.raises(ValueError, match="plain names"):
        described({name: files["FP32"]}, images)


def test_other_models_are_refused(files, images, tmp_path):
    for models in ({}, [files["FP32"]], {f"{i}": files["FP32"] for i in range(9)}):
        with pytest.raises(ValueError, match="a dict of 1 to 8"):
            described(models, images)
    with pytest.raises(ValueError, match="found none at"):
        described({"a": tmp_path / "none.onnx"}, images)
    with pytest.raises(ValueError, match=r"end in \.onnx or \.tflite|end in \.tflite or \.onnx"):
        described({"a": tmp_path / "a.pte"}, images)
    (tmp_path / "a.tflite").write_bytes(b"no model")
    with pytest.raises(ValueError, match=r"a\.tflite cannot be read"):
        described({"a": tmp_path / "a.tflite"}, images)
    with pytest.raises(ValueError, match="FP32 takes"):
        described(files, images[:, :, :7])


def test_two_inputs_are_refused(tmp_path):
    class Two(nn.Module):
        def forward(self, x, y):
            return x + y

    x = torch.rand(2, 3)
    path = export(Two(), (x, x), tmp_path / "two.onnx")
    with pytest.raises(ValueError, match="one input and one output, it has 2 and 1"):
        described({"a": path}, x)
