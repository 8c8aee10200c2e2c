"""Bits under a budget: the best of every combination, real bytes, better networks than the same bits everywhere."""

import itertools

import numpy as np
import pytest
import torch
from torch import nn
from unseen import followed

from edukit.data import shapes
from edukit.deployment import export, load
from edukit.deployment.explain.executed import operators
from edukit.graph import capture
from edukit.networks import trained
from edukit.quantization import allocate_bits, output_error, pack, quantize_model, sensitivity
from edukit.quantization.debug.mixed import layer_bytes, layer_shapes, weight_bytes
from edukit.training import accuracy

X = torch.rand(64, 3, 16, 16, generator=torch.Generator().manual_seed(1))


def random_case(seed, layers=5, choices=(2, 4, 8, 16)):
    random = np.random.default_rng(seed)
    sizes = {str(i): tuple(int(n) for n in random.integers(1, 60, 2)) for i in range(layers)}
    costs = {name: {b: float(random.random() * 3.0**-b) for b in choices} for name in sizes}
    low, high = (weight_bytes(sizes, b) for b in (choices[0], 8))
    return costs, sizes, float(random.uniform(low, high))


def total(costs, bits):
    return sum(costs[name][b] for name, b in bits.items())


@pytest.mark.parametrize("seed", range(20))
def test_no_combination_that_fits_is_better(seed):
    costs, sizes, budget = random_case(seed)
    budget = max(budget, sum(min(layer_bytes(s, b) for b in costs[n]) for n, s in sizes.items()))
    found = allocate_bits(costs, sizes, budget)
    every = (dict(zip(sizes, bits, strict=True)) for bits in itertools.product(*(costs[n] for n in sizes)))
    best = min(total(costs, bits) for bits in every if weight_bytes(sizes, bits) <= budget)
    assert weight_bytes(sizes, found) <= budget
    assert total(costs, found) == pytest.approx(best, rel=1e-12)


def test_more_budget_never_costs_more_and_any_layer_order_will_do():
    costs, sizes, _ = random_case(0, layers=30)
    budgets = np.linspace(weight_bytes(sizes, 2), weight_bytes(sizes, 16), 25)
    sums = [total(costs, allocate_bits(costs, sizes, budget)) for budget in budgets]
    assert (np.diff(sums) <= 1e-12).all() and sums[0] > sums[-1]
    backwards = dict(reversed(sizes.items()))
    assert total(costs, allocate_bits(costs, backwards, budgets[9])) == pytest.approx(sums[9])


def test_each_layer_may_have_choices_of_its_own():
    costs, sizes = {"first": {8: 0.0}, "rest": {2: 1.0, 4: 0.1}}, {"first": (4, 4), "rest": (8, 8)}
    assert allocate_bits(costs, sizes, 16 + 16 + 32 + 32) == {"first": 8, "rest": 4}
    assert allocate_bits(costs, sizes, 16 + 16 + 32 + 31) == {"first": 8, "rest": 2}


def test_bytes_are_those_of_packed_codes_and_float32_scales():
    for shape, bits in itertools.product([(5, 7), (16, 3, 3, 3), (1, 1)], range(2, 9)):
        codes = np.zeros(shape, np.int8)
        assert layer_bytes(shape, bits) == np.asarray(pack(codes, bits)).nbytes + 4 * shape[0]
    assert layer_bytes((5, 7), 16) == 70


@pytest.mark.parametrize("name", ["resnet", "transformer", "shared module"])
def test_the_bits_go_straight_into_quantize_model(name):
    model = followed(name)
    sizes = layer_shapes(model, X)
    costs = sensitivity(model, X, output_error(model, X), bits=(2, 4, 8, 16))
    bits = allocate_bits(costs, sizes, weight_bytes(sizes, 4))
    report = {row.name: row.precision for row in quantize_model(model, X, bits).report}
    assert all(report[layer] == ("float16" if b == 16 else f"int{b}") for layer, b in bits.items())
    stored = [p for n, p in quantize_model(model, X).named_parameters() if n.endswith("weight_codes")]
    assert {p.numel() for p in stored} == {int(np.prod(s)) for s in sizes.values()}


@pytest.mark.parametrize("seed", range(3))
def test_mixed_bits_beat_the_same_bits_at_equal_size(seed):
    """Real trained networks; the bits are chosen from unlabelled calibration data alone."""
    data = shapes(train=10)
    x = torch.from_numpy(data.calibration.x[:64])
    model = capture(trained("shapes_residual", seed), x)
    sizes = layer_shapes(model, x)
    costs = sensitivity(model, x, output_error(model, x), bits=(2, 3, 4, 6, 8), activation_bits=None)
    bits = allocate_bits(costs, sizes, weight_bytes(sizes, 3))
    assert weight_bytes(sizes, bits) <= weight_bytes(sizes, 3)
    mixed, uniform = (accuracy(quantize_model(model, x, b, rounding="nearest"), data.validation) for b in (bits, 3))
    assert mixed > uniform + 0.02  # measured: 3 to 12 points of 500 images
    assert bits["stem.0"] > 4 > bits["blocks.3.body.3"]  # the first layer needs bits, the largest one gives them


def test_a_layer_restored_to_float_leaves_a_valid_file(tmp_path):
    """A layer "restored" by assignment after conversion breaks the graph. Ours never converts it."""
    model = followed("resnet")
    bits = dict.fromkeys(layer_shapes(model, X), 7) | {"4.conv1": 16}  # 7: with 8, a processor without VNNI saturates
    quantized = quantize_model(model, X, bits)
    report = {row.name: row for row in quantized.report}
    assert report["4.conv1"].precision == "float16" and report["4.conv1"].reason == "kept by weight_bits"
    path = export(quantized, X, tmp_path / "restored.onnx")
    found = operators(path)
    convolutions = [row for row in report.values() if row.operation == "conv2d"]
    assert found["Conv"] == 1 and found["QLinearConv"] == len(convolutions) - 1  # all but that one
    assert found["QGemm"] + found["QLinearMatMul"] == 1
    with torch.no_grad():
        theirs, ours = load(path)(X.numpy()), quantized(X).numpy()
    assert np.abs(theirs - ours).max() <= np.abs(ours).max() * 2 / 255  # float sums differ: a code more or less


def test_assignment_after_conversion_is_no_way_to_restore_a_layer():
    quantized = quantize_model(followed("vgg"), X)
    before = quantized(X)
    setattr(quantized.network, "2", nn.Conv2d(8, 16, 3, padding=1))
    assert torch.equal(quantized(X), before)  # the graph holds operations and codes, and asks no module


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"budget_bytes": 10}, "budget_bytes must be at least"),
        ({"budget_bytes": float("nan")}, "budget_bytes must be at least"),
        ({"costs": {"a": {2: 1.0}}}, "costs and shapes must name the same layers; only one of them has b"),
        ({"costs": {"a": {2: 1.0}, "b": {2: float("nan")}}}, "costs must be finite, got nan for b at 2 bits"),
        ({"costs": {"a": {2: 1.0}, "b": {}}}, "costs must offer at least one number of bits for b"),
        ({"costs": {"a": {2: 1.0}, "b": {12: 1.0}}}, "bits must be a whole number from 2 to 8, got 12"),
    ],
)
def test_bad_input_is_refused_by_name(change, word):
    costs, sizes = {"a": {2: 1.0}, "b": {2: 1.0}}, {"a": (4, 4), "b": (4, 4)}
    with pytest.raises(ValueError, match=word):
        allocate_bits(**{"costs": costs, "shapes": sizes, "budget_bytes": 1000, **change})
    with pytest.raises(ValueError, match="bits and shapes must name the same layers"):
        weight_bytes(sizes, {"a": 2})
