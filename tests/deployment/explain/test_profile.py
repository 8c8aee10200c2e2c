"""The profile: every executed operator once, with its role and its MACs; nothing is left on the disk."""

import tempfile

import numpy as np
import pytest
import torch
from torch import nn

from edukit.deployment import export
from edukit.deployment.explain.profile import Call, Profile, profile, role_of, without_profiler
from edukit.experiments.deployment.written_files import conv_chain
from edukit.measure import count_macs


def test_macs_are_those_of_the_model(tmp_path):
    model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Conv2d(8, 8, 3, groups=8), nn.Flatten(), nn.Linear(128, 5))
    found = profile(export(model, torch.rand(1, 3, 8, 8), tmp_path / "model.onnx"), runs=3)
    assert sum(call.macs for call in found.calls) == count_macs(model, (3, 8, 8))
    assert not found.quantized and not found.of("integer") and found.run_s > 0


def test_products_of_activations_are_counted_as_in_attention(tmp_path):
    class Attention(nn.Module):
        def forward(self, q, k):
            return (q @ k.transpose(1, 2)).softmax(-1) @ k

    shapes = (1, 5, 8), (1, 9, 8)
    path = export(Attention(), tuple(torch.rand(shape) for shape in shapes), tmp_path / "model.onnx")
    found = profile(path, tuple(np.ones(shape) for shape in shapes), runs=2)
    assert sum(call.macs for call in found.calls) == 2 * 5 * 9 * 8


def test_an_integer_file_has_integer_calls_and_conversions_at_its_ends(tmp_path):
    found = profile(conv_chain(tmp_path / "chain.onnx", 16, 8, kind="u8s8"), runs=3)
    assert [call.kind for call in found.of("integer")] == ["QLinearConv"] * 4
    assert {call.kind for call in found.of("conversion")} == {"QuantizeLinear", "DequantizeLinear"}
    assert found.quantized and all(call.reads == "uint8" for call in found.of("integer"))
    assert sum(found.share(found.of(role)) for role in ("integer", "conversion", "layout")) == pytest.approx(1)


def test_inputs_of_the_caller_set_the_work(tmp_path):
    path = export(nn.Linear(6, 4), torch.rand(2, 6), tmp_path / "model.onnx")
    assert sum(call.macs for call in profile(path, np.ones((50, 6)), runs=2).calls) == 50 * 6 * 4


def test_inputs_that_do_not_fit_are_refused(tmp_path):
    path = conv_chain(tmp_path / "chain.onnx", 4, 8)
    with pytest.raises(ValueError, match=r"inputs must be what the file takes, got .*\(1, 5, 8, 8\)"):
        profile(path, np.ones((1, 5, 8, 8)))
    with pytest.raises(ValueError, match="threads must be a whole number of at least 1, got 0"):
        profile(path, threads=0)


def test_nothing_stays_on_the_disk(tmp_path, monkeypatch):
    path = conv_chain(tmp_path / "chain.onnx", 4, 4)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    profile(path, runs=2)
    assert not list(scratch.iterdir()) and len(list(tmp_path.iterdir())) == 2


def test_the_profiler_s_own_time_is_taken_off_in_equal_parts():
    assert without_profiler([3.0, 5.0], run_s=4.0) == [1.0, 3.0]
    assert without_profiler([3.0, 5.0], run_s=9.0) == [3.0, 5.0]  # a slow run takes nothing off
    assert without_profiler([1.0, 9.0], run_s=4.0) == [0.1, 6.0] and without_profiler([], 1.0) == []


def test_shares_and_roles():
    calls = [Call("a", "Conv", 3.0, "float"), Call("b", "Cast", 1.0, "conversion")]
    assert Profile(calls, 4.0).share(calls[:1]) == 0.75 and Profile([], 1.0).share([]) == 0
    assert role_of("DynamicQuantizeMatMul", "float") == role_of("MaxPool", "uint8") == "integer"
    assert role_of("MaxPool", "float") == "float" and role_of("Concat", "uint8") == "move"
