"""explain: what is told is what was found; each named cause comes from a real file, and goes with what it names."""

import numpy as np
import pytest
import torch
from torch import nn

from edukit import cli
from edukit.deployment import export
from edukit.deployment.explain import explained
from edukit.deployment.explain.explained import HEADS, Explanation, explain
from edukit.deployment.explain.profile import Call, Profile
from edukit.deployment.explain.roofline import Machine
from edukit.experiments.deployment.written_files import conv_chain

MACHINE = Machine(bandwidth=1e12, float_macs_s=50e9, integer_macs_s=200e9, run_s=0, call_s=0)


@pytest.fixture(autouse=True)
def machine(monkeypatch):
    monkeypatch.setattr(explained, "roofline", lambda threads: MACHINE)


def test_table_and_sentence_of_a_known_profile():
    calls = [
        Call("a", "Conv", 2e-3, "float", macs=50_000_000),
        Call("b", "Conv", 1e-3, "float", macs=25_000_000),
        Call("c", "ReorderOutput", 1e-3, "layout"),
    ]
    told = Explanation(Profile(calls, 4e-3), MACHINE, [])
    assert told.table.heads == HEADS
    assert told.table.rows == [
        ("Conv", "float", "2", "3,000.0", "75%", "75,000,000", "25.0", "50%"),
        ("ReorderOutput", "layout", "1", "1,000.0", "25%", "", "", ""),
    ]
    assert told.layout_changes == 1 and told.integer_share == 0 and told.cause is None
    assert told.sentence.endswith(
        "its layers reach 50% of this machine's peak in float, and INT8 has 4.0 times that peak."
    )
    assert "it multiplies no matrices" in Explanation(Profile(calls[2:], 1e-3), MACHINE, []).sentence


def test_a_quantized_file_that_runs_in_float_is_told_and_one_with_its_zero_at_the_end_is_not(tmp_path):
    """A grid whose zero lies in its middle does not clip at 0: the ReLU stays, and with it the layer in float."""
    stays = explain(conv_chain(tmp_path / "a.onnx", 64, 16, kind="u8s8", zero_point=128))
    assert stays.cause.name == "float islands" and stays.integer_share == 0 and "4 FusedConv" in stays.sentence
    gone = explain(conv_chain(tmp_path / "b.onnx", 64, 16, kind="u8s8"))
    assert gone.integer_share > 0.5 and "float islands" not in gone.sentence


def test_zeros_are_told_from_the_file(tmp_path):
    told = explain(conv_chain(tmp_path / "zeros.onnx", 64, 16, zeros=0.9))
    assert "zeros that nobody skips" in [cause.name for cause in told.causes] and "90% of the weights" in told.sentence


def test_a_model_of_the_kit_and_the_caller_s_images(tmp_path):
    model = nn.Sequential(nn.Conv2d(3, 16, 3), nn.ReLU(), nn.Flatten(), nn.Linear(576, 5))
    path = export(model, torch.rand(1, 3, 8, 8), tmp_path / "model.onnx")
    told = explain(path, np.ones((4, 3, 8, 8)))
    assert sum(call.macs for call in told.profile.calls) == 4 * (36 * 16 * 27 + 576 * 5)
    assert str(told).endswith(told.sentence) and told.sentence in told._repr_html_()


def test_the_command_prints_the_table_and_one_sentence(tmp_path, capsys):
    assert cli.main(["explain", str(conv_chain(tmp_path / "chain.onnx", 8, 8))]) == 0
    words = capsys.readouterr().out
    assert words.startswith("operator") and "Conv" in words and words.rstrip().endswith(".")
    model = nn.Conv2d(3, 4, 3)
    path = str(export(model, torch.rand(2, 3, 8, 8), tmp_path / "model.onnx"))
    assert cli.main(["explain", path, "--shape", "5", "3", "8", "8"]) == 0
    assert f"{5 * 36 * 4 * 27:,}" in capsys.readouterr().out
    assert cli.main(["explain", path, "--shape", "5", "4", "8", "8"]) == 2
    assert "inputs must be what the file takes" in capsys.readouterr().err
    assert cli.main(["explain", str(tmp_path / "nothing.onnx")]) == 2
    assert "nothing.onnx" in capsys.readouterr().err
