"""Files for phones: the answers of the integers in numpy to the last bit, in ExecuTorch and in LiteRT.

tests/quantization/integer/test_network.py holds the same of ONNX Runtime on the same networks.
"""

import re

import numpy as np
import pytest
import torch
from mobile_networks import CONVOLUTIONAL, data, network, quantized
from torch import nn

from edukit.deployment import export, load, operators
from edukit.deployment.explain.executed import in_float, in_integers
from edukit.quantization import quantize_dynamic, quantize_model, run_integers

FORMATS = {"executorch": ".pte", "litert": ".tflite"}
FLOAT = {("executorch", "u-net"): {"aten::upsample_nearest2d": 1}}  # XNNPACK has no such kernel


@pytest.fixture(scope="module", params=FORMATS)
def format(request):
    pytest.importorskip({"executorch": "executorch", "litert": "litert_torch"}[request.param])
    return request.param


def as_tuple(answers):
    return answers if isinstance(answers, tuple) else (answers,)


@pytest.mark.parametrize("name", CONVOLUTIONAL)
def test_all_rows_equal_the_integers_and_no_layer_runs_in_float(name, format, tmp_path):
    model = quantized(name)
    images = data(name) * 1.2  # beyond the calibrated range, too
    path = export(model, images[:1], tmp_path / f"model{FORMATS[format]}")
    found = as_tuple(load(path)(images))
    for ours, theirs in zip(as_tuple(run_integers(model, images)), found, strict=True):
        assert theirs.std() > 0
        np.testing.assert_array_equal(ours, theirs)
    counts = operators(path)
    layers = [count for word, count in in_integers(counts).items() if any(kind in word.lower() for kind in LAYERS)]
    assert sum(layers) >= sum(row.precision != "float" for row in model.report) and in_float(counts) == FLOAT.get(
        (format, name), {}
    )


LAYERS = "conv", "fully"


def test_a_float_model_and_what_its_file_says(format, tmp_path):
    model, images = network("vgg"), data("vgg")
    path = export(model, images[:1], tmp_path / f"model{FORMATS[format]}")
    session = load(path, threads=2)
    assert session.inputs == {"input": ("batch", 3, 16, 16)} and session.outputs == {"output": ("batch", 5)}
    np.testing.assert_allclose(session(images), model(torch.from_numpy(images)).detach(), rtol=1e-4, atol=1e-5)
    assert session(images[:0]).shape == (0, 5)
    content = path.read_bytes()
    for bit in np.random.default_rng(0).integers(0, 8 * len(content), 40):
        damaged = bytearray(content)
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match="damaged"):
            load(path)
    for cut in (1, 100, len(content) // 2):
        path.write_bytes(content[:-cut])
        with pytest.raises(ValueError, match="damaged|not a model"):
            load(path)


class Three(nn.Module):
    """Two inputs of one shape, and one that serves all rows."""

    def forward(self, one, two, shift):
        return one - 2 * two + shift


def test_several_inputs_keep_their_order(format, tmp_path):
    one, two = np.random.default_rng(0).random((2, 6, 4), np.float32)
    shift = np.float32([1, 10, 100, 1000])
    session = load(export(Three(), (one, two, shift), tmp_path / f"model{FORMATS[format]}"))
    assert list(session.inputs.values()) == [("batch", 4), ("batch", 4), (4,)]
    np.testing.assert_allclose(session(one, two, shift), one - 2 * two + shift, rtol=1e-6)
    with pytest.raises(ValueError, match="inputs must have as many rows, got 2, 6"):
        session(one, two[:2], shift)


class Sorted(nn.Module):
    def forward(self, x):
        return torch.linalg.svd(x)[1]


def test_an_operator_that_a_converter_does_not_know_is_named(format, tmp_path):
    with pytest.raises(ValueError, match="svd"):
        export(Sorted(), torch.rand(2, 4, 4), tmp_path / f"model{FORMATS[format]}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("format", FORMATS)
def test_weights_alone_and_dynamic_grids_are_refused_by_name(format, tmp_path):
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(784, 5))
    weights_only = quantize_model(model, data("vgg"), activation_bits=None)
    for quantized_model, words in (
        (weights_only, "are float (weights only)"),
        (quantize_dynamic(model), "are dynamic, on a grid of each run"),
        (quantize_dynamic(model, example=data("vgg")), "are dynamic, on a grid of each run"),
    ):
        wanted = re.escape(f"activations must have 8 bits for {format}, this model's {words}")
        with pytest.raises(ValueError, match=wanted):
            export(quantized_model, data("vgg")[:1], tmp_path / f"model{FORMATS[format]}")
    assert list(tmp_path.iterdir()) == []


def test_the_file_is_as_small_as_its_weights(format, tmp_path):
    model = nn.Sequential(nn.Conv2d(3, 64, 3), nn.ReLU(), nn.Conv2d(64, 128, 3), nn.ReLU(), nn.Conv2d(128, 64, 3))
    images = data("vgg")
    path = export(quantize_model(model, images), images[:1], tmp_path / f"model{FORMATS[format]}")
    weights = sum(weight.numel() for weight in model.parameters() if weight.ndim > 1)
    assert weights < path.stat().st_size < 1.15 * weights
