"""What is missing is named before any work, with the command that installs it."""

import pytest
import torch
from torch import nn

from edukit.deployment import export, load
from edukit.deployment.runtimes import installed


@pytest.fixture
def without_extra(monkeypatch):
    monkeypatch.setattr(installed, "find_spec", lambda name: None)


@pytest.mark.parametrize("suffix", [".pte", ".tflite"])
def test_export_and_load_say_what_to_install(suffix, without_extra, tmp_path):
    with pytest.raises(ModuleNotFoundError, match=r'must be installed: pip install -e ".\[mobile\]"'):
        export(nn.Linear(2, 2), torch.rand(1, 2), tmp_path / f"model{suffix}")
    with pytest.raises(ModuleNotFoundError, match="to run models in"):
        load(tmp_path / f"model{suffix}")
    assert list(tmp_path.iterdir()) == []


def test_onnx_needs_nothing_else(without_extra, tmp_path):
    assert export(nn.Linear(2, 2), torch.rand(1, 2), tmp_path / "model.onnx").is_file()
