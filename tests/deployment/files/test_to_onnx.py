"""ONNX files: names of inputs and outputs."""

import onnx
import torch
from torch import nn

from edukit.deployment.files.to_onnx import onnx_bytes


class Two(nn.Module):
    def forward(self, a, b):
        return a + b, a * b


def test_several_inputs_and_outputs_are_numbered():
    graph = onnx.load_from_string(onnx_bytes(Two(), (torch.rand(2, 4), torch.rand(2, 4)))).graph
    assert [value.name for value in graph.input] == ["input_0", "input_1"]
    assert [value.name for value in graph.output] == ["output_0", "output_1"]
    assert all(value.type.tensor_type.shape.dim[0].dim_param == "batch" for value in graph.input)
