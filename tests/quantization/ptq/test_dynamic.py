"""Dynamic quantization: ranges from each input, integers on the runtime, codes in the file."""

import copy

import numpy as np
import pytest
import torch
from torch import nn
from unseen import NETWORKS, build, followed

from edukit.deployment import export, load, operators
from edukit.measure import size_bytes
from edukit.quantization import choose_qparams, fake_quantize, min_max, quantize_dynamic

X = torch.rand(16, 3, 16, 16, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("example", [None, X])
@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_keeps_its_answer_and_the_caller_his_model(name, example):
    model = build(name)
    before = copy.deepcopy(model.state_dict())
    with torch.no_grad():
        answer = quantize_dynamic(model, example=example)(X)
        # a step is 1/255 of a layer's input; errors of a few layers in a row stay within a few of them
        assert (answer - model(X)).norm() < 0.03 * model(X).norm()
    assert all(torch.equal(a, b) for a, b in zip(before.values(), model.state_dict().values(), strict=True))


def test_it_is_the_affine_formula_with_the_range_of_each_input():
    layer, generator = nn.Linear(9, 4), torch.Generator().manual_seed(0)
    dynamic = quantize_dynamic(layer).network
    weight = dynamic.codes * dynamic.scale[:, None]
    for scale in (0.01, 1.0, 300.0):
        x = scale * torch.randn(5, 7, 9, generator=generator)
        x_hat = fake_quantize(x, choose_qparams(*min_max(x), signed=False))
        expected = x_hat @ weight.T + layer.bias
        assert (dynamic(x) - expected).abs().max() <= 1e-5 * expected.abs().max()


@pytest.mark.parametrize("name", ["vgg", "transformer", "pre-norm transformer"])
def test_the_runtime_multiplies_integers_and_agrees(name, tmp_path):
    quantized = quantize_dynamic(followed(name), 7, example=X)  # 7: with 8, a processor without VNNI saturates
    path = export(quantized, X, tmp_path / "dynamic.onnx")
    layers = [row for row in quantized.report if row.precision == "int7"]
    assert operators(path)["DynamicQuantizeMatMul"] == len(layers) > 0
    with torch.no_grad():
        ours = quantized(X).numpy()
    # equal integers; float convolutions and norms around them sum in another order, and may move a tie to the next code
    assert np.abs(load(path)(X.numpy()) - ours).max() < 0.01 * np.abs(ours).max()


def test_a_matrix_alone_equals_the_runtime_bit_for_bit(tmp_path):
    x = torch.randn(33, 65, generator=torch.Generator().manual_seed(2))
    quantized = quantize_dynamic(nn.Sequential(nn.Linear(65, 17, bias=False)), 7, example=x)
    answer = load(export(quantized, x, tmp_path / "matrix.onnx"))(x.numpy())
    assert np.array_equal(answer, quantized(x).numpy())


def test_attention_is_found_in_the_graph_and_named_without_it():
    by_graph = {row.name: row for row in quantize_dynamic(build("transformer"), example=X).report}
    by_modules = {row.name: row for row in quantize_dynamic(build("transformer")).report}
    attention = "encoder.layers.0.self_attn"
    assert by_graph[attention].precision == "int8"
    assert by_modules[attention].precision == "float" and "example" in by_modules[attention].reason
    assert by_modules["encoder.layers.0.linear1"].precision == by_graph["encoder.layers.0.linear1"].precision == "int8"


def test_the_weights_are_bytes():
    layer = nn.Linear(1000, 100, bias=False)
    assert size_bytes(quantize_dynamic(layer)) == 1000 * 100 + 4 * 100


def test_an_outlier_costs_only_its_own_input():
    """A static range is one for all inputs; here the calm input has its own."""
    layer, rng = nn.Linear(8, 8, bias=False), np.random.default_rng(3)
    layer.weight.data = torch.from_numpy(rng.normal(size=(8, 8)).astype(np.float32))
    calm = torch.from_numpy(rng.normal(size=(1, 8)).astype(np.float32))
    dynamic = quantize_dynamic(layer)
    for x in (calm, 1e4 * calm):  # two roundings to about 1/200 of a value, over eight inputs
        assert (dynamic(x) - layer(x)).norm() < 0.02 * layer(x).norm()


def test_an_empty_batch_and_a_constant_one():
    dynamic = quantize_dynamic(nn.Linear(3, 2))
    assert dynamic(torch.zeros(0, 3)).shape == (0, 2)
    assert torch.isfinite(dynamic(torch.zeros(4, 3))).all()


@pytest.mark.parametrize("bits", [1, 9, 8.0, True])
def test_bad_bits_are_refused(bits):
    with pytest.raises(ValueError, match="bits must be"):
        quantize_dynamic(nn.Linear(2, 2), bits)


def test_nan_weights_are_refused_by_name():
    layer = nn.Linear(2, 2)
    layer.weight.data[0] = np.nan
    with pytest.raises(ValueError, match="NaN or infinity in weight"):
        quantize_dynamic(layer)


def test_a_layer_with_hooks_stays_as_it_is_without_an_example():
    net = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 3))
    net[0].register_forward_hook(lambda module, inputs, answer: 3 * answer)
    x = torch.randn(16, 6, generator=torch.Generator().manual_seed(2))
    by_modules, by_graph = quantize_dynamic(net), quantize_dynamic(net, example=x)
    assert [(row.precision, row.reason) for row in by_modules.report] == [
        ("float", "it has hooks; give an example to see inside"),
        ("int8", ""),
    ]
    assert [row.precision for row in by_graph.report] == ["int8", "int8"]
    for quantized in (by_modules, by_graph):
        assert ((quantized(x) - net(x)).norm() / net(x).norm()).item() < 0.03


def test_a_norm_behind_a_linear_layer_goes_into_it():
    net = nn.Sequential(nn.Linear(6, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 3)).eval()
    assert [row.precision for row in quantize_dynamic(net, example=torch.rand(4, 6)).report] == ["int8", "int8"]


def test_a_model_that_reads_the_weight_of_its_layer_itself_gets_what_the_codes_stand_for():
    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            self.into = nn.Linear(6, 8)

        def forward(self, x):
            return nn.functional.linear(self.into(x).relu(), self.into.weight.t()) / self.into.in_features

    net, x = Tied(), torch.randn(16, 6, generator=torch.Generator().manual_seed(2))
    quantized = quantize_dynamic(net)
    assert [row.precision for row in quantized.report] == ["int8"]
    assert ((quantized(x) - net(x)).norm() / net(x).norm()).item() < 0.03


def test_torch_s_encoder_takes_padded_sentences():
    layer = nn.TransformerEncoderLayer(16, 2, 24, batch_first=True)
    net, x = nn.TransformerEncoder(layer, 2).eval(), torch.randn(4, 5, 16, generator=torch.Generator().manual_seed(2))
    padded = torch.arange(5) >= torch.tensor([[3], [5], [5], [4]])
    with torch.no_grad():
        answer = net(x, src_key_padding_mask=padded)
        dynamic = quantize_dynamic(net)(x, src_key_padding_mask=padded)
    assert ((dynamic - answer)[~padded].norm() / answer[~padded].norm()).item() < 0.03
