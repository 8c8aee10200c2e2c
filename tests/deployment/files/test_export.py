"""Exported files: the same answers in ONNX Runtime, every quantized layer an integer operator, no half files."""

import os
import sys

import numpy as np
import onnx
import pytest
import torch
from torch import nn
from unseen import NETWORKS, build, followed

from edukit.deployment import export, load, operators
from edukit.deployment.files.to_onnx import onnx_bytes
from edukit.quantization import quantize_model

X = torch.rand(32, 3, 16, 16, generator=torch.Generator().manual_seed(1))
INTEGER = ("QLinearConv", "QGemm", "QLinearMatMul", "MatMulIntegerToFloat", "MatMulInteger")
FLOAT = ("Conv", "FusedConv", "Gemm", "FusedGemm")


@pytest.mark.parametrize("name", NETWORKS)
def test_the_float_file_answers_like_the_model(name, tmp_path):
    model = build(name)
    session = load(export(model, X[:1], tmp_path / "model.onnx"))
    np.testing.assert_allclose(session(X.numpy()), model(X).detach().numpy(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", NETWORKS)
def test_every_quantized_layer_runs_as_an_integer_operator_and_answers_like_the_model(name, tmp_path):
    quantized = quantize_model(followed(name), X, 7)  # 7: with 8, a processor without VNNI saturates
    path = export(quantized, X[:1], tmp_path / "model.onnx")
    counts = operators(path)
    assert sum(counts[kind] for kind in INTEGER) == sum(row.precision == "int7" for row in quantized.report)
    assert not any(counts[kind] for kind in FLOAT)
    difference = load(path)(X.numpy()) - quantized(X).numpy()
    step = float([t for n, t in quantized.state_dict().items() if n.startswith("network.linear")][-2])
    # torch sums in float, the runtime in int32: a sum on the edge between two codes may fall to either side
    assert np.abs(difference).max() <= 3 * step and (np.abs(difference) < 1e-5).mean() > 0.9


class OfTwoRows(nn.Module):
    def forward(self, x):
        return x.mean((2, 3)).view(2, 3)


def test_the_batch_stays_free_and_a_model_that_fixes_it_is_refused(tmp_path):
    path = export(build("vgg"), X[:1], tmp_path / "model.onnx")
    axis = onnx.load(path).graph.input[0].type.tensor_type.shape.dim[0]
    assert axis.dim_param == "batch" and len(load(path)(X[:5].numpy())) == 5
    with pytest.raises(ValueError, match="model cannot be traced"):
        export(OfTwoRows(), X[:2], tmp_path / "fixed.onnx")


def test_a_model_is_followed_once_and_stays_as_it_is(tmp_path, monkeypatch):
    followed_models, follow = [], torch.export.export
    monkeypatch.setattr(torch.export, "export", lambda *a, **k: followed_models.append(a[0]) or follow(*a, **k))
    model = build("resnet").train()
    export(model, X[:1], tmp_path / "model.onnx")
    assert len(followed_models) == 1 and model.training and followed_models[0] is not model


def test_weights_are_int8_and_biases_int32_in_the_file(tmp_path):
    proto = onnx.load(export(quantize_model(build("vgg"), X), X[:1], tmp_path / "model.onnx"))
    kinds = {t.name.rpartition("_")[0]: t.data_type for t in proto.graph.initializer if t.name.endswith("codes")}
    assert len(kinds) == 6
    for name, kind in kinds.items():
        assert kind == (onnx.TensorProto.INT8 if name.endswith("weight") else onnx.TensorProto.INT32)
    onnx.checker.check_model(proto, full_check=True)


def test_the_integer_file_of_a_wide_layer_is_about_a_quarter(tmp_path):
    model = nn.Sequential(nn.Conv2d(3, 64, 3), nn.ReLU(), nn.Conv2d(64, 64, 3), nn.ReLU(), nn.Conv2d(64, 64, 3))
    paths = [export(m, X[:1], tmp_path / f"{i}.onnx") for i, m in enumerate((model, quantize_model(model, X)))]
    assert 3.5 < os.path.getsize(paths[0]) / os.path.getsize(paths[1]) < 4


def test_the_file_holds_no_path_of_the_machine_that_wrote_it(tmp_path):
    content = export(build("vgg"), X[:1], tmp_path / "model.onnx").read_bytes()
    assert b".py" not in content and os.getcwd().encode() not in content


@pytest.mark.parametrize(
    "change, word",
    [
        (dict(format="tflite"), "format must be one of onnx, executorch, litert"),
        (dict(format="litert"), "path must end in .tflite for the format 'litert'"),
        (dict(path="model.bin"), "path must end in .onnx, .pte, .tflite"),
        (dict(path="nowhere/model.onnx"), "path"),
        (dict(example=X[:1, :2]), r"model does not take inputs of \(2, 2, 16, 16\)"),
    ],
)
def test_bad_input_is_refused_and_leaves_no_file(change, word, tmp_path):
    change = {"model": build("vgg"), "example": X[:1], "path": "model.onnx", **change}
    with pytest.raises(ValueError, match=word):
        export(**{**change, "path": tmp_path / change["path"]})
    assert list(tmp_path.iterdir()) == []


class AndAnother(nn.Linear):
    """Answers with something beside a tensor."""

    def __init__(self, other):
        super().__init__(4, 3)
        self.other = other

    def forward(self, x):
        return super().forward(x), self.other(x)


@pytest.mark.parametrize(
    "other, said",
    [(lambda x: 3, "3"), (lambda x: None, "None"), (lambda x: x.shape[1], "4")],
    ids=["3", "None", "size"],
)
@pytest.mark.parametrize("wrap", [lambda model: model, lambda model: quantize_model(model, torch.rand(8, 4))])
def test_an_output_that_is_no_tensor_is_refused_by_its_place(other, said, wrap, tmp_path):
    with pytest.raises(ValueError, match=f"^model must answer with tensors, output 1 is {said}: leave it out"):
        export(wrap(AndAnother(other)), torch.rand(2, 4), tmp_path / "model.onnx")
    assert list(tmp_path.iterdir()) == []


def test_outputs_by_name_are_written_in_their_order(tmp_path):
    class Named(nn.Linear):
        def forward(self, x):
            return {"logits": super().forward(x), "twice": 2 * x}

    logits, twice = load(export(Named(4, 3), torch.rand(2, 4), tmp_path / "model.onnx"))(np.ones((2, 4), np.float32))
    assert logits.shape == (2, 3) and (twice == 2).all()


def test_a_file_that_answers_otherwise_is_refused_and_not_written(tmp_path, monkeypatch):
    other = onnx_bytes(build("vgg"), (X[:2] * 0,))
    wrong = nn.Sequential(build("vgg"), nn.Flatten())
    wrong[0][0].weight.data.mul_(1.1)
    monkeypatch.setattr(sys.modules["edukit.deployment.files.export"], "onnx_bytes", lambda *_: other)
    with pytest.raises(ValueError, match="the onnx file answers otherwise than the model: largest difference"):
        export(wrong, X[:1], tmp_path / "model.onnx")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "share, by, quantized, refused",
    [
        (0.001, 0.15, True, False),  # single answers of a deep quantized network: RMS 0.0047 of the largest
        (0.001, 0.15, False, True),
        (0.001, 0.25, True, True),  # further than a fifth of the largest
        (0.01, 0.15, True, True),  # RMS 0.015 of the largest
        (1.0, 0.049, True, False),
        (1.0, 0.0099, False, False),
        (1.0, 0.0101, False, True),
    ],
)
def test_a_few_answers_of_a_quantized_model_may_lie_further_away(share, by, quantized, refused):
    answers = np.linspace(-1, 1, 10_000, dtype=np.float32).reshape(2, -1)
    moved = answers.copy().reshape(-1)
    moved[:: round(1 / share)] += np.float32(by)
    fault = sys.modules["edukit.deployment.files.export"]._fault
    assert (fault([answers], [moved.reshape(2, -1)], quantized) is not None) == refused


@pytest.mark.parametrize("moved, written", [([], True), ([True], True), ([False], True), ([True, False], False)])
def test_a_file_is_written_if_it_agrees_as_it_stands_or_in_the_runtimes_integers(moved, written, tmp_path, monkeypatch):
    module = sys.modules["edukit.deployment.files.export"]

    def session_of(*args, as_written=False, **options):
        session = module_session_of(*args, as_written=as_written, **options)
        return lambda *arrays: session(*arrays) * (1.2 if as_written in moved else 1)

    module_session_of = module.session_of
    monkeypatch.setattr(module, "session_of", session_of)
    model = quantize_model(build("vgg"), X)
    if written:
        assert export(model, X[:1], tmp_path / "model.onnx").is_file()
    else:
        with pytest.raises(ValueError, match="the onnx file answers otherwise than the model"):
            export(model, X[:1], tmp_path / "model.onnx")


def test_activations_of_another_width_have_no_integer_file(tmp_path):
    with pytest.raises(ValueError, match="activations must have 8 bits or be float"):
        export(quantize_model(build("vgg"), X, activation_bits=4), X[:1], tmp_path / "model.onnx")


def test_what_no_file_can_hold_is_refused_by_its_reason(tmp_path):
    class Random(nn.Module):
        def forward(self, x):
            return nn.functional.dropout(x)

    with pytest.raises(ValueError, match="draws random numbers"):
        export(Random(), torch.rand(8, 50), tmp_path / "m.onnx")
    with pytest.raises(ValueError, match="model takes torch.bfloat16, and files hold float32"):
        export(nn.Linear(2, 2).bfloat16(), torch.rand(4, 2), tmp_path / "m.onnx")
    assert not list(tmp_path.iterdir())
