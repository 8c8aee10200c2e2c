"""A linear layer is one however it is written, and a window that hangs over the border counts what is inside."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F
from unseen import GPT2

from edukit.deployment import export, load, operators
from edukit.graph import capture
from edukit.quantization import equalize, layer_errors, prepare_qat, quantize_dynamic, quantize_model, run_integers
from edukit.quantization.ptq.fold import float_network
from edukit.quantization.ptq.standard_form import POOLS, as_linear_layers, count_inside

X = torch.randn(32, 8, generator=torch.Generator().manual_seed(1))
WRITINGS = {
    "addmm": lambda x, w, b: torch.addmm(b, x, w),
    "matmul": lambda x, w, b: x @ w + b,
    "bias first": lambda x, w, b: b + x @ w,
    "mm": lambda x, w, b: torch.mm(x, w) + b,
    "transposed": lambda x, w, b: F.linear(x, w.t(), b),
    "twice transposed": lambda x, w, b: x @ w.t().t() + b,
    "permuted": lambda x, w, b: F.linear(x, w.permute(1, 0), b),
}


class Written(nn.Module):
    def __init__(self, writing):
        super().__init__()
        self.writing = writing
        generator = torch.Generator().manual_seed(2)
        self.w, self.v = (nn.Parameter(torch.randn(*s, generator=generator) / 3) for s in ((8, 16), (16, 4)))
        self.b, self.c = (nn.Parameter(torch.randn(n, generator=generator)) for n in (16, 4))

    def forward(self, x):
        return self.writing(F.relu(self.writing(x, self.w, self.b)), self.v, self.c)


def plain():
    own = Written(None)
    net = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 4))
    net.load_state_dict({"0.weight": own.w.T, "0.bias": own.b, "2.weight": own.v.T, "2.bias": own.c})
    return net


@pytest.mark.parametrize("writing", WRITINGS.values(), ids=WRITINGS)
def test_each_writing_becomes_the_codes_of_a_linear_layer(writing):
    net = Written(writing)
    torch.testing.assert_close(float_network(net, X)(X), net(X))
    quantized = quantize_model(net, X)
    assert [(layer.name, layer.precision) for layer in quantized.report] == [("w", "int8"), ("v", "int8")]
    assert torch.equal(quantized(X), quantize_model(plain(), X)(X))
    torch.testing.assert_close(quantize_dynamic(net, example=X)(X), quantize_dynamic(plain(), example=X)(X))


def test_its_file_and_its_integers_are_those_of_linear_layers(tmp_path):
    net = Written(WRITINGS["addmm"])
    quantized = quantize_model(net, X, weight_bits=7)
    path = export(quantized, X, tmp_path / "m.onnx")
    assert operators(path)["QGemm"] == 2
    assert (run_integers(quantized, X) == load(path)(X.numpy())).all()
    assert list(layer_errors(net, X)) == ["w", "v"]
    torch.testing.assert_close(equalize(net, X)(X), net(X))


@pytest.mark.parametrize(
    "writing",
    [
        lambda x, w, b: torch.addmm(b, x, w, beta=0.5),
        lambda x, w, b: torch.addmm(b, x, w, alpha=2),
        lambda x, w, b: torch.add(x @ w, b, alpha=3),
        lambda x, w, b: x @ w.softmax(0) + b,
        lambda x, w, b: x @ (2 * w) + b,
        lambda x, w, b: (x @ w) * b,
        lambda x, w, b: x @ w + b[:1],
        lambda x, w, b: (w.t() @ x.t()).t() + b,
        lambda x, w, b: (y := x @ w) + b + y.mean(),
    ],
)
def test_what_is_another_function_keeps_its_values(writing):
    net = Written(writing)
    torch.testing.assert_close(float_network(net, X)(X), net(X))


class Tied(nn.Module):
    """An auto-encoder whose decoder is the encoder's weight, the other way round."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.Linear(8, 16)

    def forward(self, x):
        return F.linear(F.relu(self.encoder(x)), self.encoder.weight.t())


def test_a_decoder_with_the_encoders_weight_is_a_layer_too():
    torch.manual_seed(3)
    net = Tied()
    quantized = quantize_model(net, X)
    assert [layer.precision for layer in quantized.report] == ["int8", "int8"]
    assert ((quantized(X) - net(X)).norm() / net(X).norm()).item() < 0.03


def test_a_product_of_two_values_stays_one():
    class Attention(nn.Module):
        def __init__(self):
            super().__init__()
            self.q = nn.Linear(8, 8)

        def forward(self, x):
            return (self.q(x) @ x.transpose(1, 2)) @ x

    graph = float_network(Attention(), torch.rand(4, 5, 8))
    before = [node.name for node in graph.graph.nodes]
    as_linear_layers(graph)
    assert [node.name for node in graph.graph.nodes] == before


def test_all_layers_of_gpt_2_become_integers(tmp_path):
    net = GPT2().eval()
    ids = torch.randint(100, (8, 12), generator=torch.Generator().manual_seed(4))
    quantized = quantize_model(net, ids)
    linear = [layer for layer in quantized.report if layer.operation == "linear"]
    assert len(linear) == 4 * 2 + 1 and all(layer.precision == "int8" for layer in linear)
    assert {layer.name for layer in linear} >= {"blocks.0.c_attn", "blocks.1.c_proj"}
    assert ((quantized(ids) - net(ids)).norm() / net(ids).norm()).item() < 0.05


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
