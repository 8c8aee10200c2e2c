"""Parity: what is equal is counted, what differs is measured, and a float operator is named."""

import numpy as np
import pytest
import torch
from mobile_networks import IMAGES, data, network, quantized

from edukit.deployment import export, load, parity
from edukit.quantization import run_integers


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


def test_differences_are_those_of_the_answers(path):
    """Beside the float model, whose answers the file only approximates."""
    found = parity(network("vgg"), [path], IMAGES).files[0]
    expected = network("vgg")(torch.from_numpy(IMAGES)).detach().numpy()
    differences = np.abs(load(path)(IMAGES) - expected)
    assert found.largest == pytest.approx(differences.max(), rel=1e-3) and found.mean < found.largest
    assert found.equal == 0


def test_what_runs_in_float_is_named_with_its_reason(tmp_path):
    model = quantized("transformer")
    path = export(model, IMAGES[:1], tmp_path / "encoder.onnx")
    found = parity(model, path, IMAGES)
    assert found.files[0].floats["Softmax"] == 2 and found.files[0].integers["QGemm"] == 9
    assert any("no integer operator for layer_norm" in reason for reason in found.reasons.values())


def test_each_layer_on_request(path):
    model = quantized("vgg")
    layers = parity(model, path, IMAGES[:4], layers=True).layers
    assert list(layers)[0] == "input_1" and list(layers)[-1] == "linear"
    assert all(row.rows == 4 and row.name == "vgg.onnx" for rows in layers.values() for row in rows)
    assert layers["input_1"][0].equal == 4


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
