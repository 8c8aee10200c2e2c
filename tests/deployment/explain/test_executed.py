"""Executed operators: what is counted is what runs, not what the file says."""

import torch
from torch import nn

from edukit.deployment import export, operators
from edukit.quantization import quantize_model


def test_float_operators_are_counted_as_they_run(tmp_path):
    path = export(nn.Sequential(nn.Linear(4, 3), nn.ReLU()), torch.rand(1, 4), tmp_path / "model.onnx")
    assert operators(path)["Gemm"] + operators(path)["FusedGemm"] == 1


def test_a_quantized_layer_is_one_integer_operator(tmp_path):
    x = torch.rand(8, 4)
    quantized = quantize_model(nn.Sequential(nn.Linear(4, 3), nn.ReLU()), x)
    counted = operators(export(quantized, x[:1], tmp_path / "model.onnx"))
    assert counted["QGemm"] == 1 and not counted["Gemm"]
