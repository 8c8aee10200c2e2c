"""Costs by layer: they add up to the counter's, hold the formulas, and keep the bounds of the header."""

from fractions import Fraction

import pytest
import torch
from torch import nn

from edukit.measure import count_macs, count_parameters
from edukit.networks import (
    DepthwiseSeparable,
    Fire,
    InvertedResidual,
    MobileClassifier,
    ShuffleUnit,
    channel_shuffle,
    mobilenet_v1,
    mobilenet_v2,
    resnet18,
    shufflenet_v2,
    squeezenet,
)
from edukit.networks.blocks import conv_bn
from edukit.networks.costs import KINDS, block_costs, layer_costs

NETS = {net.__name__: net for net in (mobilenet_v1, mobilenet_v2, resnet18, shufflenet_v2, squeezenet)}


@pytest.mark.parametrize("name", NETS)
def test_layers_of_a_published_net_add_up(name):
    net = NETS[name]()
    costs = layer_costs(net, (3, 224, 224))
    norms = sum(count_parameters(layer) for layer in net.modules() if isinstance(layer, nn.BatchNorm2d))
    assert sum(cost.macs for cost in costs) == count_macs(net, (3, 224, 224))
    assert sum(cost.parameters for cost in costs) + norms == count_parameters(net)
    assert {cost.kind for cost in costs} <= set(KINDS)


def test_where_mobilenet_v1_keeps_its_macs():
    """Howard et al. 2017, table 2: the 1x1 convolutions do 94.86 % of the multiply-adds."""
    costs = layer_costs(mobilenet_v1(), (3, 224, 224))
    share = {kind: sum(c.macs for c in costs if c.kind == kind) / sum(c.macs for c in costs) for kind in KINDS}
    assert [round(100 * share[kind], 2) for kind in ("pointwise", "depthwise", "linear")] == [94.86, 3.06, 0.18]


def modules(M, k, s, t, q):
    """The package's blocks for the same job."""
    N, pool = M * s, [nn.MaxPool2d(3, s, 1)] if s > 1 else []
    made = {
        "standard": nn.Sequential(*conv_bn(M, N, k, s), nn.ReLU()),
        "separable": DepthwiseSeparable(M, N, s, kernel=k),
        "inverted residual": InvertedResidual(M, N, s, expansion=t, kernel=k),
        "Fire": nn.Sequential(*pool, Fire(M, max(1, N // q), N - N // 2, N // 2, kernel=k)),
    }
    return made | ({} if N % 2 else {"ShuffleNet unit": ShuffleUnit(M, N, s, kernel=k)})


@pytest.mark.parametrize("M, k, s, t, q", [(16, 3, 1, 6, 8), (32, 5, 2, 4, 4), (9, 7, 1, 1, 100), (7, 3, 2, 2, 3)])
@pytest.mark.parametrize("size", [7, 8])
def test_blocks_by_formula_cost_what_the_modules_cost(M, k, s, t, q, size):
    by_formula = block_costs(M, size, kernel=k, stride=s, expansion=t, squeeze=q)
    for name, module in modules(M, k, s, t, q).items():
        assert sum(layer.macs for layer in by_formula[name]) == count_macs(module, (M, size, size)), name
        convs = [layer for layer in module.modules() if isinstance(layer, nn.Conv2d)]
        folded = sum(conv.weight.numel() + conv.out_channels for conv in convs)  # batch norm becomes a bias
        assert sum(layer.parameters for layer in by_formula[name]) == folded, name
        moved = [layer.bytes_moved for layer in layer_costs(module, (M, size, size))]
        assert sorted(moved) == sorted(layer.bytes_moved for layer in by_formula[name]), name
    assert bool(by_formula["ShuffleNet unit"]) == ("ShuffleNet unit" in modules(M, k, s, t, q))


@pytest.mark.parametrize("N, k", [(8, 3), (100, 5), (512, 7)])
def test_separable_over_standard_is_one_over_n_plus_one_over_k_squared(N, k):
    standard, separable, *_ = ([sum(c.macs for c in layers)] for layers in block_costs(N, 9, kernel=k).values())
    assert Fraction(separable[0], standard[0]) == Fraction(1, N) + Fraction(1, k * k)


@pytest.mark.parametrize("channels", [1, 2, 32, 500])
@pytest.mark.parametrize("k", [1, 3, 5])
def test_bounds_of_the_intensity(channels, k):
    depthwise = nn.Conv2d(channels, channels, k, padding=k // 2, groups=channels)
    standard = nn.Conv2d(channels, 2 * channels, k, padding=k // 2)
    one, two = (layer_costs(conv, (channels, 50, 50))[0] for conv in (depthwise, standard))
    assert one.macs_per_byte < k * k / 8
    assert two.macs_per_byte < k * k / 4 * channels * 2 * channels / (3 * channels)
    assert two.macs_per_byte > 0.5 * k * k / 4 * 2 / 3 * channels or channels == 500


def test_kinds_and_a_linear_layer():
    layers = nn.Sequential(
        nn.Conv2d(4, 4, 1, groups=4), nn.Conv2d(4, 8, 1), nn.Conv2d(8, 8, 3, groups=2), nn.Flatten(), nn.Linear(8, 5)
    )
    costs = layer_costs(layers, (4, 3, 3))
    assert [cost.kind for cost in costs] == ["depthwise", "pointwise", "standard", "linear"]
    assert costs[2].macs == 9 * 8 * 4 and costs[2].made == (1, 1) and costs[2].channels == (8, 8)
    assert (costs[3].parameters, costs[3].macs, costs[3].bytes_moved) == (45, 40, 4 * (8 + 40 + 5))


def test_a_model_that_does_not_take_the_shape_is_refused():
    with pytest.raises(ValueError, match=r"model does not take input_shape \(1, 32, 32\)"):
        layer_costs(MobileClassifier(), (1, 32, 32))


@pytest.mark.parametrize(
    "make",
    [conv_bn, DepthwiseSeparable, InvertedResidual, ShuffleUnit, lambda *a, kernel: Fire(8, 2, 4, 4, kernel=kernel)],
)
@pytest.mark.parametrize("bad", [2, 0, -3, 2.5])
def test_a_kernel_must_be_odd(make, bad):
    with pytest.raises(ValueError, match="kernel must be an odd number of at least 1, got"):
        make(8, 8, kernel=bad)


def test_without_the_shuffle_the_halves_stay_apart():
    x = torch.rand(2, 8, 5, 5, generator=torch.Generator().manual_seed(0))
    apart, mixed = ShuffleUnit(8, 8, shuffle=False).eval(), ShuffleUnit(8, 8).eval()
    mixed.load_state_dict(apart.state_dict())
    assert torch.equal(apart(x)[:, :4], x[:, :4])
    assert torch.equal(mixed(x), channel_shuffle(apart(x), 2))
