"""A linear layer is one however it is written: the codes of each writing are those of nn.Linear."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from unseen import GPT2

from edukit.deployment import export, load, operators
from edukit.quantization import equalize, layer_errors, quantize_dynamic, quantize_model, run_integers
from edukit.quantization.ptq.fold import float_network
from edukit.quantization.ptq.linear import as_linear_layers

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
