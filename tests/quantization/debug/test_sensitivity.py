"""The error of each layer on its own, and what each one costs the network."""

import copy

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F
from unseen import NETWORKS, build, followed

from edukit.quantization import choose_qparams, fake_quantize, layer_errors, output_error, quantize_model, sensitivity
from edukit.quantization.ptq.rewrite import weight_grid

X = torch.rand(80, 3, 16, 16, generator=torch.Generator().manual_seed(1))


def normalised(y, y_hat):
    return ((y - y_hat).square().sum() / y.square().sum()).item()


@pytest.mark.parametrize("name", NETWORKS)
def test_the_two_errors_bound_the_one_of_both(name):
    """y - ŷ = (layer(x, w) - layer(x̂, w)) + (layer(x̂, w) - layer(x̂, ŵ)); the second is near that of x."""
    for layer, e in layer_errors(followed(name), X, 3, 3).items():
        assert 0 <= min(e.weights, e.activations, e.both)
        assert e.both**0.5 <= 1.05 * (e.weights**0.5 + e.activations**0.5), layer
        assert e.both >= (e.weights**0.5 - e.activations**0.5) ** 2 * 0.9


def test_equals_the_formula_layer_by_layer():
    first, second = nn.Linear(6, 8), nn.Linear(8, 3)
    net, x = nn.Sequential(first, nn.ReLU(), second), torch.randn(40, 6)
    with torch.no_grad():
        inputs = {"0": (first, x), "2": (second, F.relu(first(x)))}
        for name, e in layer_errors(net, x, 3, None).items():
            layer, x_in = inputs[name]
            w_hat = fake_quantize(layer.weight, weight_grid(layer.weight, 3))
            expected = normalised(layer(x_in), F.linear(x_in, w_hat, layer.bias))
            assert e.weights == pytest.approx(expected, rel=1e-4)
            assert e.activations == 0 and e.both == e.weights


def test_both_is_the_error_with_rounded_weights_on_a_rounded_input():
    layer, x = nn.Linear(6, 8, bias=False), torch.randn(40, 6)
    with torch.no_grad():
        (e,) = layer_errors(layer, x, 3, 4).values()
        x_hat = fake_quantize(x, choose_qparams(x.min(), x.max(), 4, signed=False))
        w_hat = fake_quantize(layer.weight, weight_grid(layer.weight, 3))
        y = layer(x)
        assert e.activations == pytest.approx(normalised(y, layer(x_hat)), rel=1e-4)
        assert e.both == pytest.approx(normalised(y, F.linear(x_hat, w_hat)), rel=1e-4)
        assert e.both != pytest.approx(e.weights, rel=1e-2)


def test_accumulated_is_the_error_of_the_quantized_network():
    model = followed("vgg")
    quantized = quantize_model(model, X, 3, None, rounding="nearest")
    with torch.no_grad():
        expected = normalised(model(X), quantized(X))
    assert list(layer_errors(model, X, 3, None).values())[-1].accumulated == pytest.approx(expected, rel=1e-3)


def test_a_layer_does_not_answer_for_the_others():
    """Per-"layer" errors that compare only final outputs. Two bits in the first layer alone."""
    e = layer_errors(followed("vgg"), X, {"0": 2})
    assert e["0"].both > 100 * e["2"].both  # its own error stays its own …
    assert e["8"].accumulated > 10 * e["8"].both  # … though what comes out at the end is far off


def test_batches_arrays_and_generators_give_the_same_errors():
    model = followed("vgg")
    forms = [X, X.numpy(), list(X.split(40)), (part for part in X.split(16))]
    errors = [[e.both for e in layer_errors(model, form, 4).values()] for form in forms]
    for other in errors[1:]:
        np.testing.assert_allclose(errors[0], other, rtol=1e-4)


def test_dead_and_exact_layers_have_errors_too():
    net = nn.Sequential(nn.Linear(4, 3, bias=False), nn.Linear(3, 2))
    nn.init.zeros_(net[0].weight)
    e = layer_errors(net, torch.rand(9, 4), 4)["0"]
    assert (e.weights, e.activations, e.both) == (0, 0, 0)


@pytest.mark.parametrize("name", ["pre-norm transformer", "shared module"])
def test_the_sensitivity_falls_with_the_bits_and_nothing_is_changed(name):
    model = followed(name)
    before = model(X)
    table = sensitivity(model, X, output_error(model, X), bits=(2, 4, 8, 16))
    assert all(row[2] > row[4] > row[8] > row[16] == 0 for row in table.values())
    assert torch.equal(model(X), before) and list(table) == list(layer_errors(model, X))


def test_evaluate_gets_the_network_with_this_layer_alone():
    model = followed("vgg")
    table = sensitivity(model, X, lambda net: net(X).sum().item(), bits=[3], activation_bits=None)
    others = dict.fromkeys(("0", "2", "8"), 16)
    for name, row in table.items():
        with torch.no_grad():
            expected = quantize_model(model, X, others | {name: 3}, None, rounding="nearest")(X).sum().item()
        assert row[3] == pytest.approx(expected, rel=5e-3)  # the others are in float16 there, in float32 here


def test_mistake_a_loss_that_is_a_constant():
    """Accuracy loss returned as a constant. Here each entry is what evaluate said, asked for each anew."""
    answers = []

    def evaluate(network):
        answers.append(len(answers) / 10)
        return answers[-1]

    table = sensitivity(followed("vgg"), X, evaluate, bits=(2, 8))
    assert sorted(loss for row in table.values() for loss in row.values()) == answers == [i / 10 for i in range(6)]


def test_evaluation_in_training_mode_moves_no_norm_of_the_callers_model():
    model = build("vgg").train()  # a captured graph has no norms that learn
    before = copy.deepcopy(model.state_dict())
    sensitivity(model, X, lambda network: float(network(X).sum()), bits=(8, 16))
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items())


def test_a_measure_of_several_inputs_and_outputs():
    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.Linear(4, 3), nn.Linear(5, 3)

        def forward(self, x, y):
            return {"a": self.a(x), "both": self.a(x) + self.b(y)}

    model, data = Two(), (torch.rand(20, 4), torch.rand(20, 5))
    measure = output_error(model, data)
    assert measure(model) == 0 < measure(quantize_model(model, data, 4, rounding="nearest")) < 0.05


def test_a_measure_of_the_outputs():
    model = followed("vgg")
    assert output_error(model, X.numpy())(model) == 0
    assert output_error(model, X)(lambda x: torch.zeros(len(x), 5)) == 1


@pytest.mark.parametrize(
    ("arguments", "error", "word"),
    [
        ({"evaluate": 3}, TypeError, "evaluate must be a function"),
        ({"bits": ()}, ValueError, "bits"),
        ({"bits": (16,)}, ValueError, "bits must name at least one number from 2 to 8"),
        ({"bits": (1, 8)}, ValueError, "bits must be a whole number"),
        ({"bits": (2, 9)}, ValueError, "bits must be a whole number"),
    ],
)
def test_bad_input_is_refused_by_name(arguments, error, word):
    with pytest.raises(error, match=word):
        sensitivity(**{"model": followed("vgg"), "calibration": X, "evaluate": len, **arguments})
