"""Side by side: samples of what each layer multiplies, and layers rounded in the light of those before them."""

import copy
from functools import partial

import pytest
import torch
from torch import nn
from unseen import NETWORKS, followed

from edukit.data import digits, shapes
from edukit.graph import capture
from edukit.networks import trained
from edukit.quantization import adaround, gptq, quantize_model
from edukit.quantization.ptq.layerwise import rows, some_of
from edukit.training import accuracy

X = torch.rand(96, 3, 16, 16, generator=torch.Generator().manual_seed(1))
UNEVEN = {"stride": 2, "padding": (1, 2), "dilation": (2, 1)}


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (nn.Conv2d(4, 6, (3, 2), **UNEVEN, bias=False), (9, 4, 11, 12)),
        (nn.Conv2d(4, 8, 3, groups=2, bias=False), (9, 4, 8, 8)),
        (nn.Conv2d(4, 4, 3, padding="same", groups=4, bias=False), (9, 4, 6, 6)),
        (nn.Conv2d(4, 5, (2, 3), padding="same", bias=False), (9, 4, 6, 6)),
        (nn.Conv1d(4, 6, 5, stride=2, padding=2, bias=False), (9, 4, 20)),
        (nn.Conv3d(2, 3, 2, padding=1, bias=False), (5, 2, 4, 5, 6)),
        (nn.Linear(7, 3, bias=False), (9, 5, 7)),
    ],
)
def test_rows_times_weights_have_the_moments_of_the_output(layer, shape):
    """Any rows, times the weight as matrices, are outputs of the layer: a sample of them has their mean and energy."""
    x = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    node = next(n for n in capture(layer, x).graph.nodes if n.op == "call_function")
    sample = rows(node, x)
    groups = len(sample)
    matrix = layer.weight.detach().reshape(groups, len(layer.weight) // groups, -1)
    sums = torch.einsum("gri,goi->rgo", sample, matrix).flatten(1)
    with torch.no_grad():
        y = layer(x).movedim(1, -1).flatten(0, -2) if x.ndim > 3 or shape == (9, 4, 20) else layer(x).flatten(0, -2)
    assert sums.shape[1] == y.shape[1]
    outputs = {tuple(row) for row in (y * 1e3).round().int().tolist()}
    found = [tuple(row) in outputs for row in (sums * 1e3).round().int().tolist()]
    assert sum(found) > 0.8 * len(found)  # float sums in another order may round to the next thousandth


def test_of_large_pictures_an_even_part_is_enough():
    x = torch.arange(100.0).reshape(100, 1, 1, 1).expand(100, 1, 1024, 1024)
    graph = capture(nn.Conv2d(1, 2, 1), x[:2])
    (part,) = some_of(graph, (x,))
    assert len(part) == 32 and torch.equal(part[:, 0, 0, 0], torch.arange(32) * 100 // 32)


@pytest.mark.parametrize("rounding", [gptq, adaround, "nearest"])
@pytest.mark.parametrize("name", NETWORKS)
def test_low_bits_come_closer_on_every_network(name, rounding):
    if rounding is adaround and name not in ("resnet", "fire", "transformer"):
        rounding = gptq  # the learned one is slow; three graphs are enough for what is common to both
    model = followed(name)
    before = copy.deepcopy(model.state_dict())
    with torch.no_grad():
        target = model(X)
        plain, better = (
            (quantize_model(model, X, 3, None, **how)(X) - target).norm()
            for how in ({"rounding": "nearest"}, {"rounding": rounding, "correct_bias": True})
        )
    assert better < plain
    assert all(torch.equal(a, b) for a, b in zip(before.values(), model.state_dict().values(), strict=True))


def test_a_corrected_bias_makes_the_mean_of_the_answer_right():
    model = followed("vgg")
    with torch.no_grad():
        plain, corrected = (
            (quantize_model(model, X, 3, rounding="nearest", correct_bias=flag)(X) - model(X)).mean(0).abs().max()
            for flag in (False, True)
        )
    assert corrected < 0.2 * plain


def test_without_a_corrected_bias_the_weights_keep_the_mean():
    """Fitting values without their means would leave nobody to restore these: far worse than the nearest codes."""
    model, x = trained("digits_residual"), digits().calibration.x
    with torch.no_grad():
        target = model(torch.from_numpy(x))
        nearest, better = (
            (quantize_model(model, x, 2, None, rounding=how)(torch.from_numpy(x)) - target).norm()
            for how in ("nearest", gptq)
        )
    assert better < 0.7 * nearest


@pytest.mark.parametrize("rounding", [gptq, partial(adaround, steps=20)], ids=["gptq", "adaround"])
@pytest.mark.parametrize("layer", [nn.Conv2d(3, 1, 3), nn.Conv2d(3, 3, 3, groups=3), nn.Linear(16, 1)], ids=repr)
def test_a_single_output_is_a_channel_too(layer, rounding):
    quantized = quantize_model(nn.Sequential(layer), X, 4, None, rounding=rounding, correct_bias=True)
    assert (quantized(X) - layer(X)).norm() < 0.2 * layer(X).norm()


def test_a_layer_without_bias_gets_one():
    model = nn.Sequential(nn.Linear(6, 4, bias=False))
    x = torch.rand(50, 6, generator=torch.Generator().manual_seed(0)) + 1
    quantized = quantize_model(model, x, 2, None, rounding="nearest", correct_bias=True)
    assert (quantized(x) - model(x)).mean(0).abs().max() < 1e-5


def test_careful_rounding_keeps_a_trained_network_at_two_bits_within_five_points():
    """Weights only, 256 unlabelled images, no fine-tuning."""
    data = shapes(train=10)
    model = capture(trained("shapes_residual"), data.calibration.x)
    before = accuracy(model, data.test)
    quantized = quantize_model(model, data.calibration.x, 2, None, rounding=gptq, correct_bias=True)
    assert accuracy(quantized, data.test) > before - 0.05
