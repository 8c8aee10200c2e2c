"""A network quantized in part: everything on is the quantized network, everything off the float one."""

import pytest
import torch
from unseen import NETWORKS, followed

from edukit.quantization import quantize_model
from edukit.quantization.debug.partial import Parts
from edukit.quantization.ptq.fold import float_network

X = torch.rand(48, 3, 16, 16, generator=torch.Generator().manual_seed(1))


def parts_of(model, bits=3, **how):
    return Parts(float_network(model, X), quantize_model(model, X, bits, **{"rounding": "nearest"} | how))


@pytest.mark.parametrize("name", NETWORKS)
def test_all_on_is_the_quantized_network_and_all_off_the_model(name):
    model = followed(name)
    quantized = quantize_model(model, X, 3, rounding="nearest")
    parts = Parts(float_network(model, X), quantized)
    with torch.no_grad():
        assert torch.equal(parts.switched_on()(X), quantized(X))
        # folding batch norm and summing in another order: a few roundings of float32, 2^-24 each
        torch.testing.assert_close(parts.switched_on([])(X), model(X), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["resnet", "shared module"])
def test_one_layer_on_is_the_network_with_all_others_in_float16(name):
    """The same as quantize_model makes of {layer: 3, others: 16}, but for the rounding to float16."""
    model = followed(name)
    parts = parts_of(model, activation_bits=None)
    for layer in list(parts.layers)[:2]:
        bits = dict.fromkeys(parts.layers, 16) | {layer: 3}
        with torch.no_grad():
            there, here = quantize_model(model, X, bits, None, rounding="nearest")(X), parts.switched_on([layer])(X)
        torch.testing.assert_close(here, there, rtol=0.02, atol=2e-3)  # float16 keeps 11 bits: 5e-4 of each weight


def test_weights_and_activations_are_switched_apart():
    model = followed("vgg")
    parts = parts_of(model)
    with torch.no_grad():
        weights = quantize_model(model, X, 3, None, rounding="nearest")(X)
        activations = quantize_model(model, X, None, 8)(X)
        torch.testing.assert_close(parts.switched_on(activations=False)(X), weights, rtol=1e-4, atol=1e-4)
        torch.testing.assert_close(parts.switched_on(weights=False)(X), activations, rtol=1e-4, atol=1e-4)


def test_off_leaves_the_others_on():
    model = followed("vgg")
    parts = parts_of(model)
    with torch.no_grad():
        exact, rounded = parts.switched_on([])(X), parts.switched_on()(X)
        errors = {name: (parts.switched_off([name])(X) - exact).norm() for name in parts.layers}
        assert all(0 < error < (rounded - exact).norm() * 1.5 for error in errors.values())
        others = parts.switched_on([n for n in parts.layers if n != "2"], activations=False)
        weights_off = Parts(parts.network, quantize_model(model, X, 3, None, rounding="nearest")).switched_off(["2"])
        torch.testing.assert_close(others(X), weights_off(X), rtol=1e-3, atol=1e-3)  # biases are codes in one of them


def test_what_goes_through_is_noticed_in_order():
    seen = []
    parts = parts_of(followed("vgg"))
    parts.switched_on().run((X,), lambda node, value: seen.append(node))
    assert [node for node in seen if node in parts.stored] == list(parts.stored)
    assert len(seen) == len(parts.network.graph.nodes)


def test_unknown_layers_and_other_networks_are_refused():
    parts = parts_of(followed("vgg"))
    with pytest.raises(ValueError, match="layers names 99; the layers are 0, 2, 8"):
        parts.switched_on(["99"])
    with pytest.raises(ValueError, match="quantized was not made of this network"):
        Parts(float_network(followed("resnet"), X), quantize_model(followed("vgg"), X))
