"""Scaled inputs: the same function, smoother activations for 8 bits, better weights for 4."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F
from unseen import NETWORKS, followed

from edukit.graph import capture
from edukit.quantization import quantize_model
from edukit.quantization.ptq.equalize import Weights
from edukit.quantization.ptq.pairs import equalizable_pairs
from edukit.quantization.ptq.rounding import second_moment
from edukit.quantization.ptq.smooth import awq, scaled_error, smoothquant

X = torch.rand(16, 3, 16, 16, generator=torch.Generator().manual_seed(1))


def token_net(seed=0):
    """A norm with two outlier channels, two layers that read it, a ReLU pair: as in a large transformer."""
    torch.manual_seed(seed)

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm, self.q, self.k = nn.LayerNorm(16), nn.Linear(16, 16), nn.Linear(16, 16)
            self.up, self.down = nn.Linear(16, 32), nn.Linear(32, 4)

        def forward(self, x):
            x = self.norm(x)
            return self.down(torch.relu(self.up(self.q(x).tanh() * self.k(x).tanh())))

    net = Net().eval()
    with torch.no_grad():
        for channel in (3, 11):
            net.norm.weight[channel] *= 60
            for layer in (net.q, net.k):
                layer.weight[:, channel] /= 60
    return net


TOKENS = torch.tensor(np.random.default_rng(0).normal(0, 1, (64, 10, 16)), dtype=torch.float32)


def error(model, other, x):
    with torch.no_grad():
        return float((other(x) - model(x)).norm() / model(x).norm())


@pytest.mark.parametrize("scale", [smoothquant, awq])
@pytest.mark.parametrize("name", NETWORKS)
def test_the_function_stays_on_networks_never_seen(name, scale):
    model = followed(name)
    scaled = scale(model, X)
    torch.testing.assert_close(scaled(X), model(X), rtol=1e-4, atol=1e-5)
    report = quantize_model(scaled, X, 4, rounding="nearest").report
    assert [layer.name for layer in report] == [
        layer.name for layer in quantize_model(model, X, 4, rounding="nearest").report
    ]


def test_at_one_half_activations_and_weights_share_the_difficulty():
    net = token_net()
    graph = capture(smoothquant(net, TOKENS), TOKENS)
    weights = Weights(graph)
    pair, _ = equalizable_pairs(graph, TOKENS, norms=True)
    seen = smoothed_norm(graph, TOKENS).abs().amax((0, 1))
    torch.testing.assert_close(seen, weights.ranges(pair)[1], rtol=1e-4, atol=0)


def smoothed_norm(graph, x):
    found = []

    class Watch(torch.fx.Interpreter):
        def run_node(self, node):
            value = super().run_node(node)
            if "layer_norm" in node.name:
                found.append(value)
            return value

    with torch.no_grad():
        Watch(graph).run(x)
    return found[0]


def test_outliers_that_ruin_eight_bits_are_moved_into_the_weights():
    net = token_net()
    plain, smooth = (error(net, quantize_model(m, TOKENS, 8, 8), TOKENS) for m in (net, smoothquant(net, TOKENS)))
    assert plain > 0.1 and smooth < plain / 5


def test_alpha_says_how_much_moves():
    """α = 1: every channel of the input has the range 1; α = 0: every column of the weights."""
    net = token_net()
    all_moved, none = (capture(smoothquant(net, TOKENS, alpha=alpha), TOKENS) for alpha in (1, 0))
    torch.testing.assert_close(smoothed_norm(all_moved, TOKENS).abs().amax((0, 1)), torch.ones(16))
    pair, _ = equalizable_pairs(none, TOKENS, norms=True)
    torch.testing.assert_close(Weights(none).ranges(pair)[1], torch.ones(16))


def test_layers_without_a_pair_are_named():
    assert smoothquant(followed("pre-norm transformer"), X).meta["left_out"] == [
        "patch",
        *(f"encoder.layers.{i}.self_attn.out_proj" for i in (0, 1)),
        "head",
    ]
    assert smoothquant(token_net(), TOKENS).meta["left_out"] == ["up"]  # tanh and a product before it


@pytest.mark.parametrize(("bits", "group_size"), [(2, None), (3, None), (4, None), (4, 8), (3, 5)])
def test_awq_is_never_worse_on_its_calibration_data(bits, group_size):
    """β = 0 is on the grid; what is stored is written out here once more, group by group."""
    torch.manual_seed(0)
    net = nn.Sequential(nn.LayerNorm(16), nn.Linear(16, 8))
    scaled = awq(net, TOKENS, bits, group_size=group_size)
    assert scaled.meta["beta"].keys() == {"1"} and 0 <= scaled.meta["beta"]["1"] <= 1

    def output_error(norm, linear):
        stored = torch.cat([nearest(part, bits) for part in linear.split(group_size or 16, 1)], 1)
        with torch.no_grad():
            return float(((stored - linear) @ (net[0](TOKENS) / net[0].weight * norm).flatten(0, 1).T).square().mean())

    plain = output_error(net[0].weight, net[1].weight)
    assert output_error(scaled.get_parameter("0.weight"), scaled.get_parameter("1.weight")) <= plain * (1 + 1e-5)


def nearest(w, bits):
    """Round to nearest with all 2^b codes, both ends within half a step of one."""
    step = w.abs().amax(1, keepdim=True) / (2 ** (bits - 1) - 0.5)
    return step * (w / step).round().clamp(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def test_awq_protects_weights_that_large_inputs_meet():
    """Two inputs of 64 are 30 times as large: at 3 bits their weights decide the error."""
    random, net = np.random.default_rng(0), nn.Sequential(nn.LayerNorm(64), nn.Linear(64, 32))
    with torch.no_grad():
        net[0].weight[[3, 11]] *= 30
        net[1].weight.copy_(torch.tensor(random.normal(0, 1, (32, 64))))
    x = torch.tensor(random.normal(0, 1, (500, 64)), dtype=torch.float32)
    protected = awq(net, x, 3)
    plain, scaled = (error(net, quantize_model(m, x, 3, None, rounding="nearest"), x) for m in (net, protected))
    assert 0 < protected.meta["beta"]["1"] < 1 and scaled < 0.8 * plain


def test_scaled_error_is_the_error_of_a_layer():
    """Against a grouped convolution itself, on inputs as large as its kernel: one output for each image."""
    torch.manual_seed(0)
    w, x, s = torch.randn(6, 2, 3, 3), torch.rand(5, 4, 3, 3), torch.tensor([1.0, 2.0, 0.5, 4.0])
    groups_of_inputs = torch.stack([s[:2]] * 3 + [s[2:]] * 3)[:, :, None, None]  # outputs 0 to 2 read inputs 0 and 1

    def stored(w):
        return torch.round(2 * w) / 2

    y = F.conv2d(x, w, groups=2)
    y_hat = F.conv2d(x / s[:, None, None], stored(w * groups_of_inputs), groups=2)
    moment = second_moment(x.reshape(5, 2, 18).transpose(0, 1), 0)
    expected = float((y_hat - y).square().sum((1, 2, 3)).mean())
    assert scaled_error(w, s, moment, stored) == pytest.approx(expected, rel=1e-4)


def test_a_silent_input_is_left_alone():
    net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
    with torch.no_grad():
        net[0].weight[1], net[0].bias[1] = 0, -1.0
    x = torch.rand(9, 3)
    for scaled in (smoothquant(net, x), awq(net, x)):
        torch.testing.assert_close(scaled(x), net(x))
        assert all(bool(torch.isfinite(value).all()) for value in scaled.state_dict().values())


@pytest.mark.parametrize("alpha", [-0.1, 1.1, np.nan, "half", None])
def test_alpha_is_checked(alpha):
    with pytest.raises(ValueError, match="alpha must be (from 0 to 1|a number), got"):
        smoothquant(token_net(), TOKENS, alpha=alpha)


def test_bits_groups_and_data_are_checked():
    with pytest.raises(ValueError, match="weight_bits must be a whole number from 2 to 8, got 1"):
        awq(token_net(), TOKENS, 1)
    for size in (0, 1.5, "8"):
        with pytest.raises(ValueError, match="group_size must be a whole number of at least 1"):
            awq(token_net(), TOKENS, group_size=size)
    with pytest.raises(ValueError, match="calibration holds no data"):
        smoothquant(token_net(), [])


def test_the_model_is_not_changed():
    net = followed("vgg")
    before = {key: value.clone() for key, value in net.state_dict().items()}
    smoothquant(net, X), awq(net, X)
    assert all(torch.equal(value, before[key]) for key, value in net.state_dict().items())
