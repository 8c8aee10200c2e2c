"""Sessions: names and shapes of the file, one call, and refusals that say why."""

import numpy as np
import pytest
import torch
from torch import nn

from edukit.deployment import export, load


@pytest.fixture
def path(tmp_path):
    return export(nn.Sequential(nn.Linear(4, 3), nn.ReLU()), torch.rand(1, 4), tmp_path / "model.onnx")


def test_names_shapes_and_any_batch(path):
    session = load(path, threads=2)
    assert session.inputs == {"input": ("batch", 4)} and session.outputs == {"output": ("batch", 3)}
    assert session(np.ones((7, 4), np.float32)).shape == (7, 3)
    assert session(np.ones((1, 4))).dtype == np.float32  # float64 comes easily from numpy


def test_several_inputs(tmp_path):
    class Two(nn.Module):
        def forward(self, a, b):
            return a + b, a * b

    path = export(Two(), (torch.rand(1, 4), torch.rand(1, 4)), tmp_path / "model.onnx")
    ones = np.ones((2, 4), np.float32)
    total, product = load(path)(ones, 2 * ones)
    assert total.max() == 3 and product.max() == 2


@pytest.mark.parametrize("wrong", [np.ones((2, 5)), np.ones(4)])
def test_a_wrong_shape_is_refused_by_name(path, wrong):
    with pytest.raises(ValueError, match="input must have the shape"):
        load(path)(wrong)


@pytest.mark.parametrize("kind", [np.uint8, np.int64, bool])
def test_another_kind_of_numbers_is_refused_by_name(path, kind):
    with pytest.raises(TypeError, match="input must hold float32 numbers, got"):
        load(path)(np.ones((1, 4), kind))


def test_nan_is_refused_by_name_and_an_empty_batch_is_none(path):
    x = np.ones((3, 4), np.float32)
    x[1, 2] = np.nan
    with pytest.raises(ValueError, match="input holds NaN"):
        load(path)(x)
    assert load(path)(x[:0]).shape == (0, 3)


def test_the_suffix_names_the_runtime(path):
    assert load(path).runtime == load(path, runtime="onnxruntime").runtime == "onnxruntime"
    with pytest.raises(ValueError, match="runtime must be 'onnxruntime'"):
        load(path, runtime="litert")
    with pytest.raises(ValueError, match="path must end in"):
        load(path.with_suffix(".bin"))


def test_a_wrong_number_of_inputs_is_refused(path):
    with pytest.raises(ValueError, match="takes 1 inputs"):
        load(path)(np.ones((1, 4)), np.ones((1, 4)))


@pytest.mark.parametrize(
    "change, word", [(dict(runtime="nothing"), "runtime must be one of"), (dict(threads=0), "threads must be")]
)
def test_unknown_settings_are_refused(path, change, word):
    with pytest.raises(ValueError, match=word):
        load(path, **change)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(ValueError, match="found none"):
        load(tmp_path / "nothing.onnx")


def test_damaged_files_are_refused(path):
    good = path.read_bytes()
    bits = np.random.default_rng(0).integers(0, 8 * (len(good) - 83), 60)  # 83 bytes: the seal itself
    damaged = [bytes(b ^ (1 << bit % 8) if i == bit // 8 else b for i, b in enumerate(good)) for bit in bits]
    for content in [*damaged, good[:-100], good[:100], b"not a model", b""]:
        path.write_bytes(content)
        with pytest.raises(ValueError, match="damaged|not a model"):
            load(path)


def test_it_shows_what_goes_in_and_out(tmp_path):
    net = nn.Linear(4, 2)
    session = load(export(net, torch.rand(3, 4), tmp_path / "m.onnx"))
    assert repr(session) == "Session(onnxruntime, threads 1: input batch × 4 → output batch × 2)"
    assert "batch × 2" in session._repr_html_() and "float32" in session._repr_html_()
    assert repr(load(net)) == "Session(torch, threads 1: input of any shape)"
