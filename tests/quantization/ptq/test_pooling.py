"""Windows that hang over the border: the graph computes what the module does, and the file what the graph does."""

import numpy as np
import pytest
import torch
from torch import nn

from edukit.deployment import export, load
from edukit.graph import capture
from edukit.quantization import prepare_qat, quantize_model, run_integers
from edukit.quantization.ptq.pooling import POOLS, count_inside


@pytest.mark.parametrize("size", range(5, 12))
@pytest.mark.parametrize("kernel, stride, padding", [(2, 2, 0), (3, 2, 0), (3, 2, 1), (2, 3, 1), (3, 4, 1)])
def test_the_graph_answers_as_the_module(kernel, stride, padding, size):
    net = nn.AvgPool2d(kernel, stride, padding, ceil_mode=True)
    x = torch.rand(2, 3, size, size + 1, generator=torch.Generator().manual_seed(size))
    graph = capture(net, x)
    count_inside(graph)
    torch.testing.assert_close(graph(x), net(x))
    if padding == 0:
        assert [node.args[5] for node in graph.graph.nodes if node.target in POOLS] == [False]


@pytest.mark.parametrize("padding", [0, 1])
def test_the_file_and_the_integers_divide_as_torch_does(padding, tmp_path):
    pool = nn.AvgPool2d(3, 2, padding, ceil_mode=True)
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), pool, nn.Conv2d(8, 4, 1)).eval()
    x = torch.rand(16, 3, 10, 10, generator=torch.Generator().manual_seed(1))
    quantized = quantize_model(net, x, weight_bits=7)
    found = load(export(quantized, x, tmp_path / "m.onnx"))(x.numpy())
    assert (found == run_integers(quantized, x)).mean() > 0.999
    assert np.abs(found - net(x).detach().numpy()).max() < 0.05 * np.abs(found).max()
    assert torch.equal(prepare_qat(net, x).eval()(x), quantize_model(net, x)(x))
