"""Cross-layer equalization: the same function, equal ranges, and fewer bits do."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F
from unseen import NETWORKS, followed

from edukit.graph import capture
from edukit.quantization import quantize_model
from edukit.quantization.ptq.equalize import Weights, equalize, equalize_pair, equalizing_scales, times_inputs
from edukit.quantization.ptq.fold import fold_graph
from edukit.quantization.ptq.pairs import equalizable_pairs

X = torch.rand(8, 3, 16, 16, generator=torch.Generator().manual_seed(1))
random = np.random.default_rng(0)


def by_factors(model, x, most, seed=0):
    """The same function, each pair's channels multiplied by random factors from 1/most to most."""
    draw, graph = np.random.default_rng(seed), capture(model, x)
    fold_graph(graph)
    weights = Weights(graph)
    for pair in equalizable_pairs(graph, x):
        channels = len(weights.of[pair.first][0])
        weights.share(pair, torch.tensor(most ** draw.uniform(-1, 1, channels), dtype=torch.float32))
    return weights.stored()


def relative_error(model, other, x=X):
    with torch.no_grad():
        y = model(x)
        return float((other(x) - y).norm() / y.norm())


def all_ranges(model, x=X):
    graph = capture(model, x)
    weights = Weights(graph)
    return [weights.ranges(pair) for pair in equalizable_pairs(graph, x)]


@pytest.mark.parametrize("name", NETWORKS)
def test_the_function_stays_and_the_ranges_become_equal(name):
    model = followed(name)
    before = {key: value.clone() for key, value in model.state_dict().items()}
    equal = equalize(model, X)
    # a factor of s and one of 1/s: two roundings for each weight, so a few units in the seventh digit
    torch.testing.assert_close(equal(X), model(X), rtol=1e-4, atol=1e-5)
    for r1, r2 in all_ranges(equal):
        torch.testing.assert_close(r1, r2, rtol=1e-3, atol=0)
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items())


@pytest.mark.parametrize("name", NETWORKS)
def test_the_result_quantizes_under_the_names_of_the_model(name):
    model = followed(name)
    report = quantize_model(equalize(model, X), X, 4, rounding="nearest").report
    assert [layer.name for layer in report] == [
        layer.name for layer in quantize_model(model, X, 4, rounding="nearest").report
    ]
    assert "int4" in {layer.precision for layer in report}


@pytest.mark.parametrize("name", ["vgg", "resnet", "shuffle", "fire", "pre-norm transformer"])
def test_a_network_made_unequal_on_purpose_is_restored(name):
    """8 bits with one scale for each weight tensor collapse where channels differ, and need not."""
    model = followed(name)
    unequal = by_factors(model, X, 100)
    assert relative_error(model, unequal) < 1e-5
    lost, restored = (
        relative_error(model, quantize_model(net, X, 8, None, per_channel=False))
        for net in (unequal, equalize(unequal, X))
    )
    assert restored < lost / 5


def test_a_pair_against_the_formula():
    w1, b1, w2 = (random.normal(0, 1, shape).astype(np.float32) for shape in ((5, 3), (5,), (4, 5)))
    w1[2] *= 1000
    v1, c1, v2 = equalize_pair(w1, b1, w2)
    x = random.normal(0, 1, (3, 9)).astype(np.float32)
    before, after = (w @ np.maximum(v @ x + b[:, None], 0) for v, b, w in ((w1, b1, w2), (v1, c1, v2)))
    np.testing.assert_allclose(after, before, rtol=1e-4, atol=1e-2)  # values up to 1e3
    both = np.sqrt(np.abs(w1).max(1) * np.abs(w2).max(0))
    np.testing.assert_allclose(np.abs(v1).max(1), both, rtol=1e-6)
    np.testing.assert_allclose(np.abs(v2).max(0), both, rtol=1e-6)
    for ours, theirs in zip(equalize_pair(*map(torch.tensor, (w1, b1, w2))), (v1, c1, v2), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6)


def test_the_published_algorithm_on_a_chain():
    """Nagel et al. 2019, eq. 9 to 11, written out: s = sqrt(r1 r2) / r2, pair after pair, until nothing moves."""
    net = nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 3))
    equal = equalize(net, torch.zeros(2, 4), iterations=200)
    w = [net[i].weight.detach().double() for i in (0, 2, 4)]
    for _ in range(200):
        for i in (0, 1):
            r1, r2 = w[i].abs().amax(1), w[i + 1].abs().amax(0)
            s = (r1 * r2).sqrt() / r2
            w[i], w[i + 1] = w[i] / s[:, None], w[i + 1] * s
    for i, expected in zip((0, 2, 4), w, strict=True):
        torch.testing.assert_close(equal.get_parameter(f"{i}.weight").double(), expected, rtol=1e-3, atol=1e-5)


def test_a_depthwise_chain_shares_each_channel_with_its_own_filter():
    net = nn.Sequential(nn.Conv2d(3, 4, 1), nn.ReLU(), nn.Conv2d(4, 4, 3, groups=4), nn.ReLU(), nn.Conv2d(4, 2, 1))
    first, second = all_ranges(equalize(by_factors(net, X, 50), X, iterations=100))
    torch.testing.assert_close(first[0], first[1], rtol=1e-3, atol=0)
    torch.testing.assert_close(second[0], second[1], rtol=1e-3, atol=0)


def test_a_flattened_channel_repeats_its_factor():
    net = nn.Sequential(nn.Conv2d(3, 2, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(98, 3))
    unequal = by_factors(net, X, 100)
    torch.testing.assert_close(unequal(X), net(X), rtol=1e-4, atol=1e-5)
    (ranges,) = all_ranges(equalize(unequal, X))
    torch.testing.assert_close(*ranges, rtol=1e-5, atol=0)


def test_dead_channels_stay_as_they_are():
    net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
    with torch.no_grad():
        net[0].weight[1], net[2].weight[:, 2] = 0, 0
    x, equal = torch.rand(9, 3), equalize(net, torch.rand(2, 3))
    torch.testing.assert_close(equal(x), net(x))
    assert torch.equal(equal.get_parameter("0.weight")[2], net[0].weight[2])
    assert torch.equal(equal.get_parameter("2.weight")[:, 1], net[2].weight[:, 1])


def test_scales_of_extreme_ranges_are_finite():
    r1, r2 = np.float32([3e38, 1e-38, 0, 0, 5]), np.float32([1e-38, 3e38, 0, 5, 0])
    s = equalizing_scales(r1, r2)
    assert np.isfinite(s).all() and s[2:].tolist() == [1, 1, 1] and s.dtype == np.float32
    np.testing.assert_allclose(r1[:2] / s[:2], r2[:2] * s[:2], rtol=1e-6)


def test_two_layers_without_a_name_of_their_own_keep_apart():
    """Raw parameters: what took in a batch norm has no module whose name it could take."""

    class Raw(nn.Module):
        def __init__(self):
            super().__init__()
            self.u, self.v = nn.Parameter(torch.randn(4, 3, 1, 1)), nn.Parameter(torch.randn(2, 4, 1, 1))
            self.one, self.two = nn.BatchNorm2d(4), nn.BatchNorm2d(2)

        def forward(self, x):
            return self.two(F.conv2d(F.relu(self.one(F.conv2d(x, self.u))), self.v))

    model = Raw()
    model(X)
    model.eval()
    equal = equalize(model, X)
    torch.testing.assert_close(equal(X), model(X), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(*all_ranges(equal)[0], rtol=1e-5, atol=0)


def test_equalized_twice_is_equalized_once():
    once = equalize(followed("vgg"), X, iterations=100)
    twice = equalize(once, X)
    for (_, a), (_, b) in zip(once.named_parameters(), twice.named_parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-3, atol=1e-6)


def test_times_inputs_follows_groups():
    w, s = torch.rand(6, 2, 3, 3), torch.tensor([1.0, 2.0, 3.0, 4.0])  # two groups of two inputs
    x = torch.rand(1, 4, 5, 5)
    torch.testing.assert_close(
        F.conv2d(x, times_inputs(w, s), groups=2), F.conv2d(x * s[:, None, None], w, groups=2), rtol=1e-5, atol=1e-5
    )


@pytest.mark.parametrize("iterations", [0, -1, 1.5, True, None])
def test_iterations_are_checked(iterations):
    with pytest.raises(ValueError, match="iterations must be a whole number of at least 1, got"):
        equalize(nn.Linear(2, 2), torch.zeros(2, 2), iterations=iterations)


def test_bad_weights_ranges_and_shapes_are_named():
    net = nn.Sequential(nn.Linear(2, 2))
    with torch.no_grad():
        net[0].weight[0, 0] = torch.nan
    with pytest.raises(ValueError, match="NaN or infinity in 0.weight"):
        equalize(net, torch.zeros(2, 2))
    for r1, r2 in (([1.0], [1.0, 2.0]), ([-1.0], [1.0]), ([np.nan], [1.0]), ([np.inf], [1.0])):
        with pytest.raises(ValueError, match="r1 and r2 must have equal shapes, be finite and at least 0"):
            equalizing_scales(np.float32(r1), np.float32(r2))
    with pytest.raises(ValueError, match=r"do not fit: got \(2, 3\), \(2,\), \(2, 4\)"):
        equalize_pair(np.ones((2, 3)), np.ones(2), np.ones((2, 4)))


class RowByRow(nn.Module):
    """Its Python loops over the batch, so its graph takes as many rows as it was captured with."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(6, 8)
        self.second = nn.Linear(8, 4)

    def forward(self, x):
        return torch.stack([self.second(F.relu(self.first(row))) for row in x])


def test_a_graph_of_a_fixed_number_of_rows_is_followed_with_all_of_them():
    torch.manual_seed(0)
    model = RowByRow().eval()
    x = torch.rand(5, 6)
    assert torch.allclose(equalize(model, x)(x), model(x), atol=1e-6)
