"""Parity: what is equal is counted, what differs is measured, and a float operator is named."""

import numpy as np
import pytest
import torch
from mobile_networks import CONVOLUTIONAL, IMAGES, data, network, quantized
from torch import nn

from edukit.deployment import export, load, parity
from edukit.deployment.files.parity import INTEGERS, SIMULATION, TORCH
from edukit.quantization import quantize_model, run_integers


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return export(quantized("vgg"), IMAGES[:1], tmp_path_factory.mktemp("files") / "vgg.onnx")


def test_a_quantized_file_equals_the_integers(path):
    found = parity(quantized("vgg"), path, IMAGES)
    (file,) = found.files
    assert (file.name, file.runtime, file.equal, file.rows) == ("vgg.onnx", "onnxruntime", len(IMAGES), len(IMAGES))
    assert file.largest == file.mean == 0 and file.top1 == 1
    assert sum(file.integers.values()) == 3 and not file.floats and not found.reasons
    assert found.table.rows[0][:5] == ("vgg.onnx", "onnxruntime", "0", "0", "24 of 24")
    assert (found.beside, file.steps, file.apart, found.sentence) == (INTEGERS, 0, "", "")


class MeanOfAnswers(nn.Module):
    """As SqueezeNet ends: a convolution gives the classes, and their average over the map is the answer."""

    def __init__(self):
        super().__init__()
        self.conv, self.pool = nn.Conv2d(3, 6, 3), nn.AdaptiveAvgPool2d(1)

    def forward(self, x):
        return self.pool(torch.relu(self.conv(x))).flatten(1)


@pytest.mark.parametrize("name", [*CONVOLUTIONAL, "mean of answers"])
def test_rows_equal_the_integers_in_onnx(name, tmp_path):
    """Also of several outputs, of sounds in one dimension, and of a U-Net with its skips."""
    images = data(name)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = quantize_model(MeanOfAnswers(), images, 7) if name == "mean of answers" else quantized(name)
    found = parity(model, export(model, images[:1], tmp_path / "model.onnx"), images * 1.2)
    (file,) = found.files
    assert found.beside == INTEGERS and file.steps <= 1
    has_float_mean = file.floats["ReduceMean"] > 0  # which rounds a tie's neighbour to the other side
    assert file.equal == file.rows or has_float_mean and file.equal >= 0.9 * file.rows


def test_a_file_of_another_model_is_told_from_a_runtime_that_differs(path):
    other = quantize_model(network("vgg"), 2 * IMAGES, 7)
    found = parity(other, path, IMAGES[:3])
    assert found.files[0].equal == 0 and found.files[0].steps > 1
    assert "3 of 3 rows differ" in found.sentence and "a new export of the model is equal" in repr(found)


class Sum(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.other, self.head = nn.Conv2d(3, 8, 3), nn.Conv2d(3, 8, 3), nn.Conv2d(8, 4, 1)

    def forward(self, x):
        return self.head(torch.relu(self.one(x) + self.other(x)))


@pytest.mark.parametrize("suffix", [".pte", ".tflite"])
def test_an_addition_in_fixed_point_is_named_and_at_most_one_step_away(suffix, tmp_path):
    """XNNPACK rounds scaled codes before it adds them; images on a grid of 1 / 256 are converted without a tie."""
    pytest.importorskip("executorch")
    pytest.importorskip("litert_torch")
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = Sum().eval()
    images = np.random.default_rng(0).integers(0, 256, (16, 3, 64, 64)).astype(np.float32) / 256
    model = quantize_model(model, images, 7)
    found = parity(model, export(model, images[:1], tmp_path / f"model{suffix}"), images)
    assert found.files[0].steps == 1 and found.files[0].equal >= 14
    assert found.files[0].apart == "relu (add and relu)" and not found.layers
    assert f"model{suffix}: {16 - found.files[0].equal} of 16 rows differ by 1 step at most" in found.sentence


def test_differences_are_those_of_the_answers(path):
    """Beside the float model, whose answers the file only approximates."""
    found = parity(network("vgg"), [path], IMAGES).files[0]
    expected = network("vgg")(torch.from_numpy(IMAGES)).detach().numpy()
    differences = np.abs(load(path)(IMAGES) - expected)
    assert found.largest == pytest.approx(differences.max(), rel=1e-3) and found.mean < found.largest
    assert found.equal == 0 and parity(network("vgg"), [path], IMAGES).beside == TORCH


def test_what_runs_in_float_is_named_with_its_reason(tmp_path):
    model = quantized("transformer")
    path = export(model, IMAGES[:1], tmp_path / "encoder.onnx")
    found = parity(model, path, IMAGES)
    assert found.files[0].floats["Softmax"] == 2 and found.files[0].integers["QGemm"] == 9
    assert any("no integer operator for layer_norm" in reason for reason in found.reasons.values())
    assert found.beside == SIMULATION and found.files[0].steps is None and found.files[0].apart == ""


def test_each_layer_on_request(path):
    model = quantized("vgg")
    layers = parity(model, path, IMAGES[:4], layers=True).layers
    assert list(layers)[0] == "input_1" and list(layers)[-1] == "linear"
    assert all(row.rows == 4 and row.name == "vgg.onnx" for rows in layers.values() for row in rows)
    assert all(rows[0].equal == 4 for rows in layers.values())  # beside the integers, not torch's simulation


@pytest.fixture(params=["student", "transformer"])
def everywhere(request, tmp_path):
    pytest.importorskip("executorch")
    pytest.importorskip("litert_torch")
    model = quantized(request.param)
    return model, [export(model, IMAGES[:1], tmp_path / f"model{suffix}") for suffix in (".onnx", ".pte", ".tflite")]


def test_one_quantized_model_gives_the_same_bits_in_all_runtimes(everywhere):
    model, paths = everywhere
    found = parity(model, paths, IMAGES)
    assert [file.runtime for file in found.files] == ["onnxruntime", "executorch", "litert"]
    has_integers_alone = all(row.precision == "int7" for row in model.report)
    for file in found.files:
        assert sum(file.integers.values()) >= sum(row.precision == "int7" for row in model.report)
        assert file.equal == len(IMAGES) if has_integers_alone else file.top1 == 1
    answers = [load(path)(IMAGES) for path in paths]
    assert len({answer.tobytes() for answer in answers}) == 1


def test_bad_input_is_refused(path):
    with pytest.raises(ValueError, match="paths must name at least one"):
        parity(quantized("vgg"), [], IMAGES)
    with pytest.raises(ValueError, match="layers can be compared of a QuantizedModel"):
        parity(network("vgg"), path, IMAGES[:2], layers=True)
    with pytest.raises(ValueError, match="found none"):
        parity(quantized("vgg"), "nowhere.onnx", IMAGES)


def test_the_integers_are_what_is_compared_with():
    ours = run_integers(quantized("vgg"), data("vgg"))
    assert np.abs(ours - quantized("vgg")(torch.from_numpy(IMAGES)).detach().numpy()).max() < 0.05
