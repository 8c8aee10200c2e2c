"""Blocks: their cost formula through the counter, their arithmetic against torch.nn.functional."""

from fractions import Fraction

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from edukit.measure import count_macs
from edukit.networks.attention import SoftmaxAttention
from edukit.networks.blocks import (
    DepthwiseSeparable,
    InvertedResidual,
    MobileNetBlock,
    ResidualBlock,
    conv_bn,
    scaled,
)
from edukit.networks.classifier import EncoderClassifier, MobileClassifier, ResidualClassifier
from edukit.networks.compact import Fire, ShuffleUnit, SqueezeExcite
from edukit.networks.costs import block_costs
from edukit.networks.reference import mobilenet_v1, mobilenet_v2, resnet18, shufflenet_v2, squeezenet
from edukit.networks.token_classifier import Block, TokenClassifier
from edukit.training import seeded

BLOCKS = [DepthwiseSeparable, MobileNetBlock, InvertedResidual, ResidualBlock]


def images(channels, size=9):
    return torch.rand(2, channels, size, size, generator=torch.Generator().manual_seed(0)) - 0.5


@pytest.mark.parametrize("M, N", [(8, 8), (32, 64), (3, 5), (128, 256)])
@pytest.mark.parametrize("stride", [1, 2])
def test_separable_over_standard_cost_is_one_over_n_plus_one_over_k_squared(M, N, stride):
    separable = count_macs(DepthwiseSeparable(M, N, stride), (M, 12, 10))
    standard = count_macs(nn.Conv2d(M, N, 3, stride, padding=1), (M, 12, 10))
    assert Fraction(separable, standard) == Fraction(1, N) + Fraction(1, 9)


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("size", [1, 8, 9])
def test_shapes(block, stride, size):
    out = block(8, 16, stride).eval()(images(8, size))
    assert out.shape == (2, 16, -(-size // stride), -(-size // stride))


@pytest.mark.parametrize("block, inner", [(MobileNetBlock, "separable"), (InvertedResidual, "body")])
def test_the_input_is_added_exactly_where_the_shapes_allow_it(block, inner):
    x = images(8)
    for out_channels, stride, residual in [(8, 1, True), (8, 2, False), (16, 1, False)]:
        module = block(8, out_channels, stride).eval()
        changed = getattr(module, inner)(x)
        assert torch.equal(module(x), x + changed if residual else changed)


def test_depthwise_separable_equals_torch_functional():
    with seeded(0):
        block = DepthwiseSeparable(8, 16, stride=2)
    block(images(8))  # moves the running statistics off 0 and 1
    depthwise, norm1, _, pointwise, norm2, _ = block.eval()

    def norm(x, layer):
        return F.batch_norm(x, layer.running_mean, layer.running_var, layer.weight, layer.bias)

    x = F.relu(norm(F.conv2d(images(8), depthwise.weight, stride=2, padding=1, groups=8), norm1))
    assert torch.equal(block(images(8)), F.relu(norm(F.conv2d(x, pointwise.weight), norm2)))


def test_a_residual_block_fits_its_input_only_where_shapes_change():
    assert isinstance(ResidualBlock(8, 8).shortcut, nn.Identity)
    for block in (ResidualBlock(8, 16), ResidualBlock(8, 8, stride=2)):
        assert block.shortcut[0].kernel_size == (1, 1)
    block = ResidualBlock(8, 8).eval()
    nn.init.zeros_(block.body[4].weight)  # the last batch norm: the body adds nothing
    assert torch.equal(block(images(8)), images(8).relu())


def test_no_expansion_needs_no_widening():
    assert [type(layer) for layer in InvertedResidual(8, 8, expansion=1).body][:2] == [nn.Conv2d, nn.BatchNorm2d]
    assert InvertedResidual(8, 8, expansion=1).body[0].groups == 8


def test_activations_between_the_layers_of_an_inverted_residual_stay_within_0_and_6():
    block, seen = InvertedResidual(8, 16).train(), []
    for layer in block.body:
        if isinstance(layer, nn.BatchNorm2d):
            nn.init.constant_(layer.weight, 9)
        else:
            layer.register_forward_hook(lambda module, inputs, out: seen.append(out))
    block(images(8))
    for activation in (seen[1], seen[3]):  # after widening, after filtering
        assert activation.min() == 0 and activation.max() == 6
    assert block(images(8)).max() > 6


def test_widths_are_multiples_of_eight():
    assert all(scaled(c, w) % 8 == 0 for c in (16, 32, 512) for w in (0.01, 0.35, 0.5, 0.75, 1, 1.4))
    for bad in (0, -1, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="width"):
            scaled(32, bad)


BAD_SIZES = [0, -1, 2**63, 8.0, float("inf"), float("nan"), None, "8", True, (8, 8)]
SIZES = {  # each builds with these numbers, and refuses another in the place of any of them
    DepthwiseSeparable: dict(in_channels=8, out_channels=8, stride=1, kernel=3),
    MobileNetBlock: dict(in_channels=8, out_channels=8, stride=1),
    InvertedResidual: dict(in_channels=8, out_channels=8, stride=1, expansion=2, kernel=3),
    ResidualBlock: dict(in_channels=8, out_channels=8, stride=1),
    conv_bn: dict(in_channels=8, out_channels=8, kernel=3, stride=1, groups=1),
    Fire: dict(in_channels=8, squeeze=4, expand1=8, expand3=8, kernel=3),
    ShuffleUnit: dict(in_channels=8, out_channels=8, stride=1, kernel=3),
    SqueezeExcite: dict(channels=8, reduced=4),
    MobileClassifier: dict(classes=3, in_channels=1),
    EncoderClassifier: dict(classes=3, in_channels=1, size=8, features=8, layers=1),
    SoftmaxAttention: dict(features=8),
    Block: dict(features=8, heads=2),
    TokenClassifier: dict(tokens=4, numbers=8, features=8, classes=3),
    mobilenet_v1: dict(classes=3),
    mobilenet_v2: dict(classes=3),
    squeezenet: dict(classes=3),
    shufflenet_v2: dict(classes=3),
    resnet18: dict(classes=3),
    block_costs: dict(channels=8, size=8, kernel=3, stride=1, expansion=2, squeeze=4),
}


@pytest.mark.parametrize("build", SIZES)
def test_a_size_that_cannot_be_is_refused_by_its_name(build):
    build(**SIZES[build])
    for name in SIZES[build]:
        for bad in BAD_SIZES:
            with pytest.raises(ValueError, match=f"^{name} must be"):
                build(**SIZES[build] | {name: bad})


@pytest.mark.parametrize("width", [0, -1, float("inf"), float("nan"), None, "1", True, [1.0], 1j])
def test_a_width_that_cannot_be_is_refused_by_its_name(width):
    for build in (MobileClassifier, ResidualClassifier, mobilenet_v1):
        with pytest.raises(ValueError, match="^width must be"):
            build(width=width)
