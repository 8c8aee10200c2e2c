"""One layer under the lens: nearest suits the weights, others the output; the sample is what the layer sees."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F
from unseen import followed

from edukit.data import digits
from edukit.networks.trained import trained
from edukit.quantization import fold_batchnorm, quantize_model
from edukit.quantization.debug.layer_rounding import METHODS, compare_rounding, layer_sample

RANDOM = torch.Generator().manual_seed(0)
IMAGES = torch.rand(24, 3, 16, 16, generator=RANDOM)


def correlated(rows, n, stories=4):
    return (torch.randn(1, rows, stories, generator=RANDOM) @ torch.randn(1, stories, n, generator=RANDOM)).relu()


@pytest.mark.parametrize("bits", [2, 3, 4, 8])
def test_nearest_has_the_least_weight_error_and_the_others_the_lesser_output_error(bits):
    w, x = torch.randn(1, 6, 24, generator=RANDOM), correlated(200, 24)
    seen = compare_rounding(w, x, bits)
    for name in ("AdaRound", "GPTQ"):
        assert seen["nearest"].weight_error < seen[name].weight_error
        assert seen["nearest"].output_error > seen[name].output_error


def test_nearest_moves_by_half_a_step_adaround_by_a_whole_one():
    w, x = torch.randn(2, 5, 12, generator=RANDOM), torch.randn(2, 50, 12, generator=RANDOM)
    seen = compare_rounding(w, x, 3)
    assert seen["nearest"].moved.abs().max() <= 0.5 + 1e-4  # 1e-4: float32 rounding of w / S
    assert seen["AdaRound"].moved.abs().max() <= 1 + 1e-4
    assert all(s.moved.shape == (120,) for s in seen.values())


def test_errors_are_those_of_the_formula():
    w, x = torch.randn(1, 4, 9, generator=RANDOM), correlated(60, 9)
    other = correlated(30, 9)
    for name, seen in compare_rounding(w, x, 3, unseen=other).items():
        step = w.abs().amax(-1, keepdim=True) / 3.5
        stored = w + seen.moved.reshape(w.shape) * step
        np.testing.assert_allclose(seen.weight_error, float((w - stored).square().sum() / w.square().sum()), rtol=1e-4)
        y, y_hat = other @ w.mT, other @ stored.mT
        expected = float((y - y_hat).square().sum() / y.square().sum())
        np.testing.assert_allclose(seen.output_error, expected, rtol=1e-3, err_msg=name)


def test_a_method_does_not_grade_its_own_homework():
    w, x = torch.randn(1, 8, 32, generator=RANDOM), torch.randn(1, 20, 32, generator=RANDOM)
    own, honest = (
        compare_rounding(w, x, 3, unseen=u)["GPTQ"] for u in (None, torch.randn(1, 200, 32, generator=RANDOM))
    )
    assert own.output_error < 0.7 * honest.output_error  # 20 rows cannot tell of 32 inputs


@pytest.mark.parametrize("name", ["inverted residual", "transformer", "shared module"])
def test_layers_of_networks_never_seen_can_be_looked_at(name):
    model = followed(name)
    report = [layer for layer in quantize_model(model, IMAGES).report if layer.precision == "int8"]
    for layer in (report[0], report[2], report[-1]):  # "inverted residual": 2 is depthwise, a group for each channel
        w, x = layer_sample(model, IMAGES, layer.name)
        assert len(w) == len(x) == (16 if (name, layer) == ("inverted residual", report[2]) else 1)
        assert w.shape[-1] == x.shape[-1] and x.shape[1] > 0
        seen = compare_rounding(w, x, 4, methods={name: METHODS[name] for name in ("nearest", "GPTQ")})
        assert seen["GPTQ"].output_error < 1.01 * seen["nearest"].output_error


def test_weights_times_sample_are_outputs_of_the_layer():
    net = fold_batchnorm(trained("digits_residual"))
    x = torch.from_numpy(digits().validation.x[:20])
    w, sample = layer_sample(trained("digits_residual"), x, "stem.0")
    expected = F.conv2d(x, net.stem[0].weight, None, net.stem[0].stride, net.stem[0].padding)
    ours = (sample[0] @ w[0].T).sort(0).values
    assert set(ours[:, 0].mul(1e3).round().tolist()) <= set(expected[:, 0].flatten().mul(1e3).round().tolist())
    torch.testing.assert_close(w[0], net.stem[0].weight.flatten(1))


def test_an_unknown_layer_is_refused_and_the_model_is_not_changed():
    model = followed("resnet")
    before = {name: value.clone() for name, value in model.state_dict().items()}
    with pytest.raises(ValueError, match="layer must be one of 0, .* got 'conv9'"):
        layer_sample(model, IMAGES, "conv9")
    layer_sample(model, IMAGES, "0")
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_a_layer_without_inputs_of_note_survives():
    net = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2)).eval()
    w, x = layer_sample(net, torch.zeros(5, 4), "0")
    assert all(torch.isfinite(s.moved).all() for s in compare_rounding(w, x, 4).values())
