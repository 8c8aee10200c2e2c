"""snippet: the code belongs to one file, and a change of the file is a change of the code."""

import pytest
import torch
from deployment.snippets.parsed import errors
from deployment.snippets.test_described import file
from onnx import TensorProto
from torch import nn

from edukit.deployment import export, snippet
from edukit.experiments.deployment.written_files import conv_chain


@pytest.mark.parametrize("language", ["kotlin", "swift", "arkts"])
def test_a_changed_file_has_another_snippet(language, tmp_path):
    path = conv_chain(tmp_path / "net.onnx", 4, 8)
    first = snippet(path, language)
    assert first == snippet(path, language)
    conv_chain(path, 4, 9)
    assert snippet(path, language) != first and "9, 9" in snippet(path, language)


@pytest.mark.parametrize("language", ["kotlin", "swift", "arkts"])
def test_a_file_of_the_kit_s_own_export(language, tmp_path):
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.Flatten(), nn.Linear(144, 10))
    path = export(model, torch.rand(1, 1, 8, 8), tmp_path / "digits.onnx")
    text = snippet(path, language, mean=[0.1307], std=[0.3081])
    assert "class Digits" in text and "0.1307" in text and "batch, 1, 8, 8" in text and not errors(text, language)


def test_what_cannot_be_written_is_refused(tmp_path):
    path = conv_chain(tmp_path / "net.onnx", 4, 8)
    with pytest.raises(ValueError, match="language must be one of kotlin, swift, arkts, got 'java'"):
        snippet(path, "java")
    doubles = file(tmp_path / "d.onnx", [("x", TensorProto.DOUBLE, [2])], [("y", TensorProto.DOUBLE, [2])])
    with pytest.raises(ValueError, match="x is float64; swift knows float32"):
        snippet(doubles, "swift")
    with pytest.raises(ValueError, match="found none"):
        snippet(tmp_path / "nothing.onnx", "swift")
