"""The public techniques on the structures of MobileNetV2, ShuffleNetV2 and SqueezeNet, in the mode they trained in."""

import copy
from functools import partial

import numpy as np
import pytest
import torch
from structures import STRUCTURES, build
from torch import nn

from edukit.deployment import export, load, operators
from edukit.quantization import (
    adaround,
    allocate_bits,
    awq,
    convert,
    diagnose,
    equalize,
    fold_batchnorm,
    gptq,
    layer_errors,
    output_error,
    prepare_qat,
    quantize_dynamic,
    quantize_model,
    run_integers,
    sensitivity,
    smoothquant,
)
from edukit.quantization.debug.mixed import layer_shapes, weight_bytes

X = torch.rand(16, 3, 32, 32, generator=torch.Generator().manual_seed(1))
INTEGER, FLOAT = ("QLinearConv", "QGemm"), ("Conv", "FusedConv", "Gemm", "FusedGemm")


def distance(model, network):
    """How far the answers are from the model's, relative, in the 2-norm."""
    with torch.no_grad():
        y = copy.deepcopy(model).eval()(X)
        return ((network(X) - y).norm() / y.norm()).item()


@pytest.fixture(params=STRUCTURES)
def model(request):
    """The network; afterwards it must be as it was, in training mode, to the last bit."""
    model = build(request.param)
    before = copy.deepcopy(model.state_dict())
    yield model
    assert all(module.training for module in model.modules())
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items())


def only(*names):
    return pytest.mark.parametrize("model", names, indirect=True)


def layers(model):
    return [name for name, m in model.named_modules() if isinstance(m, nn.Conv2d | nn.Linear)]


def test_static_quantization_exports_integers_alone_and_equals_the_runtime(model, tmp_path):
    """7-bit weights: with 8, a processor without VNNI saturates (saturation.py)."""
    quantized = quantize_model(model, X, 7)
    assert distance(model, quantized) < 0.05  # a step is 1/127 of the largest weight; a few layers, a few steps
    assert [row.name for row in quantized.report if row.precision == "int7"] == layers(model)
    path = export(quantized, X[:1], tmp_path / "model.onnx")
    counts = operators(path)
    assert sum(counts[kind] for kind in INTEGER) == len(layers(model)) and not any(counts[kind] for kind in FLOAT)
    answer = load(path)(X.numpy())
    if isinstance([*model.modules()][-1], nn.Linear):
        assert np.array_equal(run_integers(quantized, X), answer)
    else:  # SqueezeNet ends with a mean that no layer reads: it is computed in float
        np.testing.assert_allclose(answer, quantized(X), rtol=1e-4, atol=1e-5)


def test_training_starts_where_quantization_stands_and_converts(model):
    qat = prepare_qat(model, X, 4, 8)
    assert torch.equal(qat.eval()(X), quantize_model(model, X, 4, 8, rounding="nearest")(X))
    qat.train()(X).square().sum().backward()
    assert all(p.grad is not None for p in qat.parameters())
    torch.testing.assert_close(convert(qat)(X), qat.eval()(X), rtol=0, atol=1e-6)


@only("mobilenet v2", "shufflenet v2")
@pytest.mark.parametrize("prepare", [lambda m, x: fold_batchnorm(m), equalize, smoothquant, awq])
def test_what_prepares_a_network_does_not_change_what_it_computes(model, prepare):
    assert distance(model, prepare(model, X)) < 1e-4  # float32 reorders products and sums


@only("shufflenet v2")
def test_rounding_with_care_comes_closer(model):
    ways = {"rounding": "nearest"}, {"rounding": gptq}, {"rounding": partial(adaround, steps=50)}
    near, *care = (
        distance(model, quantize_model(model, X, 3, 8, **how, correct_bias=how["rounding"] != "nearest"))
        for how in ways
    )
    assert max(care) < 0.7 * near


@only("shufflenet v2")
def test_layers_apart_and_bits_for_each(model):
    assert list(layer_errors(model, X)) == layers(model)
    costs, shapes = sensitivity(model, X, output_error(model, X), bits=(2, 8)), layer_shapes(model, X)
    bits = allocate_bits(costs, shapes, weight_bytes(shapes, 4))
    assert list(bits) == layers(model) and set(bits.values()) == {2, 8}
    assert quantize_model(model, X, bits).report[0].precision == f"int{bits[layers(model)[0]]}"


@only("shufflenet v2")
def test_dynamic_quantization_and_the_diagnosis(model):
    """What evaluates a network in training mode moves the norms of a copy, and is told so."""
    dynamic = quantize_dynamic(model, example=X)
    assert [row.name for row in dynamic.report if row.precision == "int8"] == ["fc"]
    assert distance(model, dynamic) < 0.03
    for handed, cause in ((copy.deepcopy(model).eval(), "nothing"), (model, "tracing")):
        assert diagnose(handed, X, lambda net: -distance(model, net), tolerance=0.05).cause == cause
