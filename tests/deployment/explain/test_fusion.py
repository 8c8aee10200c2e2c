"""Fusion: every operator of the file is in one that is executed, or gone; each pattern is found where it was built."""

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from edukit.deployment import export, operators
from edukit.deployment.explain.fusion import fusion
from edukit.experiments.deployment.written_files import conv_chain
from edukit.quantization import quantize_model


def kinds(fused):
    return [node.kind for node in fused.covers]


def with_norm(path):
    """Conv, batch norm, ReLU, and an Identity that does nothing."""
    drawn = np.random.default_rng(0)
    names = {"w": (4, 3, 3, 3), "scale": (4,), "shift": (4,), "mean": (4,), "variance": (4,)}
    stored = [numpy_helper.from_array(drawn.random(shape).astype(np.float32), name) for name, shape in names.items()]
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["c"], name="conv"),
        helper.make_node("BatchNormalization", ["c", "scale", "shift", "mean", "variance"], ["n"], name="norm"),
        helper.make_node("Relu", ["n"], ["r"], name="relu"),
        helper.make_node("Identity", ["r"], ["i"], name="same"),
        helper.make_node("MaxPool", ["i"], ["y"], name="pool", kernel_shape=[2, 2]),
    ]
    ends = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 8, 8])]
    ends += [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)]
    graph = helper.make_graph(nodes, "norm", ends[:1], ends[1:], stored)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10), path)
    return path


def test_norm_and_activation_go_into_the_convolution(tmp_path):
    found = fusion(with_norm(tmp_path / "norm.onnx"))
    assert found.before.total() == 5 and found.after == {"FusedConv": 1, "MaxPool": 1}
    conv, pool = found.fused
    assert kinds(conv) == ["Conv", "BatchNormalization", "Relu"] and pool.covers[-1].name == "pool"
    assert "1 stand" in found.sentence or "2 stand" in found.sentence


def test_conversions_go_into_the_integer_layer(tmp_path):
    found = fusion(conv_chain(tmp_path / "chain.onnx", 16, 8, layers=2, kind="u8s8"))
    layers = [fused for fused in found.fused if fused.node.kind == "QLinearConv"]
    assert len(layers) == 2
    for fused in layers:
        assert kinds(fused) == ["DequantizeLinear"] * 3 + ["Conv", "Relu", "QuantizeLinear"]
    rows = {(row[0], row[2]): row[1] for row in found.table.rows}
    assert rows["QLinearConv", "3 DequantizeLinear + Conv + Relu + QuantizeLinear"] == "2"


def test_nothing_is_absorbed_where_the_zero_lies_in_the_middle(tmp_path):
    found = fusion(conv_chain(tmp_path / "chain.onnx", 16, 8, layers=2, kind="u8s8", zero_point=128))
    assert found.after["FusedConv"] == 2 and not found.after["QLinearConv"]


@pytest.mark.parametrize("quantized", [False, True])
def test_every_operator_of_a_residual_network_has_its_place(quantized, tmp_path):
    class Residual(nn.Module):
        def __init__(self):
            super().__init__()
            self.stem, self.conv = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 8, 3, padding=1)
            self.fc = nn.Linear(8, 5)

        def forward(self, x):
            x = torch.relu(self.stem(x))
            return self.fc(torch.relu(x + self.conv(x)).mean((2, 3)))

    x = torch.rand(8, 3, 8, 8)
    model = quantize_model(Residual(), x) if quantized else Residual()
    path = export(model, x[:1], tmp_path / "model.onnx")
    found = fusion(path)
    assert found.executed == operators(path) and found.after.total() == len(found.fused)
    met = {node for fused in found.fused for node in fused.covers}
    assert len(met) + len(found.gone) == found.before.total() and not met & set(found.gone)
    assert not [fused for fused in found.fused if fused.is_new]
    assert sum("Conv" in kinds(fused) for fused in found.fused) == 2  # one layer each, none twice
    if quantized:
        add = next(fused for fused in found.fused if fused.node.kind == "QLinearAdd")
        assert "Add" in kinds(add) and "Relu" in kinds(add) and "QuantizeLinear" in kinds(add)
