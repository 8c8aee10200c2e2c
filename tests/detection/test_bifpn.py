"""BiFPN: the weighted mean that learns, and the way down and up."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from edukit.detection.bifpn import EPSILON, BiFPNLayer, FixedFusion, Fusion, FusionNode, fix_shares, fusion_shares
from edukit.quantization import quantize_model, run_integers


def test_shares_are_at_least_zero_and_sum_to_just_below_one():
    fusion = Fusion(3)
    fusion.weights.data = torch.tensor([2.0, -1.0, 6.0])
    shares = fusion.shares()
    assert torch.allclose(shares, torch.tensor([2.0, 0.0, 6.0]) / (8 + EPSILON))
    assert 1 - EPSILON < shares.sum() < 1


def test_a_fusion_is_the_mean_of_equation_3_and_its_weights_learn():
    fusion, maps = Fusion(2), torch.rand(2, 4, 8, 3, 3)
    weights = fusion.weights.detach()
    expected = (weights[0] * maps[0] + weights[1] * maps[1]) / (EPSILON + weights.sum())
    assert torch.allclose(fusion(*maps), expected)
    fusion(*maps).square().sum().backward()
    assert fusion.weights.grad.abs().min() > 0


def test_a_layer_follows_the_papers_drawing():
    """Every node replaced by a plain sum: what arrives at each output can be counted by hand."""

    class Sum(nn.Module):
        def forward(self, *maps):
            return sum(maps)

    layer = BiFPNLayer(1, 3)
    for nodes in (layer.down, layer.up):
        for i in range(len(nodes)):
            nodes[i] = Sum()
    high, middle, low = layer(
        [torch.full((1, 1, size, size), value) for size, value in ((4, 1.0), (2, 10.0), (1, 100.0))]
    )
    assert high.unique().item() == 1 + (10 + 100)
    assert middle.unique().item() == 10 + (10 + 100) + 111
    assert low.item() == 100 + 231


@pytest.mark.parametrize("levels", [2, 3, 5])
def test_shapes_are_kept_for_any_number_of_levels(levels):
    maps = [torch.rand(2, 8, 2**i, 3 * 2**i) for i in reversed(range(levels))]
    assert [x.shape for x in BiFPNLayer(8, levels).eval()(maps)] == [x.shape for x in maps]


def test_fixed_shares_answer_the_same_and_run_on_integers():
    torch.manual_seed(0)
    node = FusionNode(3, 8).eval()
    node.fusion.weights.data = torch.tensor([0.2, 1.5, 0.7])
    before = node.fusion.weights.clone()

    class Of(nn.Module):
        def __init__(self, node):
            super().__init__()
            self.node, self.convolution = node, nn.Conv2d(8, 8, 1)

        def forward(self, x):
            return self.node(x, F.relu(self.convolution(x)), F.max_pool2d(x, 1))

    net, x = Of(node).eval(), torch.rand(8, 8, 4, 4)
    fixed = fix_shares(net)
    assert torch.allclose(net(x), fixed(x), atol=1e-6)
    assert isinstance(fixed.node.fusion, FixedFusion) and torch.equal(net.node.fusion.weights, before)
    assert isinstance(fix_shares(fixed).node.fusion, FixedFusion)
    quantized = quantize_model(fixed, x)
    assert {layer.precision for layer in quantized.report} == {"int8"}
    assert abs(run_integers(quantized, x) - net(x).detach().numpy()).max() < 0.05


def test_the_shares_of_a_model_by_name():
    assert fusion_shares(BiFPNLayer(8, 3)).keys() == {"down.0.fusion", "down.1.fusion", "up.0.fusion", "up.1.fusion"}
    assert fusion_shares(nn.Linear(2, 2)) == {}


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: Fusion(0), "inputs must be a whole number"),
        (lambda: Fusion(2)(torch.zeros(1)), "maps must be 2 for this fusion, got 1"),
        (lambda: BiFPNLayer(8, 1), "levels must be at least 2"),
        (lambda: BiFPNLayer(8, 2)([torch.zeros(1, 8, 4, 4)]), "maps must be 2, one for each level, got 1"),
        (lambda: BiFPNLayer(8, 2)([torch.zeros(1, 8, 5, 5), torch.zeros(1, 8, 2, 2)]), "half as high .* got 5x5, 2x2"),
    ],
)
def test_bad_input_is_refused_by_name(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_what_is_no_model_has_no_shares_to_fix():
    with pytest.raises(TypeError, match="model must be"):
        fix_shares([1])
