"""Every row has a source, and every line of Python in it runs."""

import importlib

import pytest
import torch
from torch import nn

import edukit.deployment
from edukit.deployment.interfaces import HEADS, INTERFACES, interfaces


@pytest.mark.parametrize("row", [row for row in INTERFACES if row.line], ids=lambda row: row.name)
def test_the_line_runs(row, tmp_path):
    names = {"model": nn.Sequential(nn.Linear(4, 3)), "x": torch.rand(2, 4), "path": tmp_path / "model.onnx"}
    assert eval(row.line, {**names, "torch": torch, "importlib": importlib, "edukit": edukit}) is not None


def test_the_six_are_there_with_a_source_each():
    words = " ".join(row.name for row in INTERFACES)
    six = ("TorchScript", "PyTorch Mobile", "torch.ao.quantization", "TensorFlow Lite", "NNAPI", "MindSpore")
    assert all(name in words for name in six) and len(INTERFACES) == 6
    assert all(row.source.startswith("https://") and row.today and row.instead for row in INTERFACES)
    assert interfaces().heads == HEADS and len(interfaces().rows) == 6
