"""RepVGG: one convolution answers as three branches, whatever the norms have learned; other modules are refused."""

import copy

import pytest
import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from edukit.measure import count_macs, count_parameters
from edukit.networks.repvgg import RepVGGBlock, fused, one_convolution
from edukit.training import seeded

SHAPES = [(8, 8, 1), (8, 16, 1), (8, 8, 2), (3, 5, 3), (1, 1, 1)]


def learned(M, N, stride, seed=0):
    """A block whose norms are no ones and zeros."""
    with seeded(seed):
        block = RepVGGBlock(M, N, stride).double()
        for norm in (module for module in block.modules() if isinstance(module, nn.BatchNorm2d)):
            for values in (norm.weight.data, norm.bias.data, norm.running_mean):
                values.normal_()
            norm.running_var.uniform_(0.1, 3)
    return block.eval()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("M", "N", "stride"), SHAPES)
@pytest.mark.parametrize("size", [1, 2, 7])
def test_one_convolution_answers_as_the_three_branches(M, N, stride, size, seed):
    block = learned(M, N, stride, seed)
    x = torch.randn(2, M, size, size, generator=torch.Generator().manual_seed(seed)).double()
    assert torch.allclose(one_convolution(block)(x).relu(), block(x), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize(("M", "N", "stride"), SHAPES)
def test_without_the_other_branches_it_is_torchs_own_fusion(M, N, stride):
    block = learned(M, N, stride)
    block.one[1].weight.data.zero_()
    block.one[1].bias.data.zero_()
    block.one[1].running_mean.zero_()
    block.identity = None
    right = fuse_conv_bn_eval(*block.three)
    ours = one_convolution(block)
    assert torch.allclose(ours.weight, right.weight) and torch.allclose(ours.bias, right.bias)


def test_a_network_keeps_its_answers_and_loses_its_branches():
    net = nn.Sequential(learned(3, 8, 2), nn.Sequential(learned(8, 8, 1)), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    before = copy.deepcopy(net.state_dict())
    x = torch.randn(4, 3, 9, 9, generator=torch.Generator().manual_seed(0)).double()
    made = fused(net)
    assert torch.allclose(made(x), net(x), rtol=1e-10, atol=1e-10)
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())
    assert not [module for module in made.modules() if isinstance(module, nn.BatchNorm2d | RepVGGBlock)]
    assert count_parameters(made) == (9 * 3 * 8 + 8) + (9 * 8 * 8 + 8)
    assert count_macs(net.float(), (3, 9, 9)) * 9 == count_macs(made.float(), (3, 9, 9)) * 10  # 9 and 1 over 9


def test_the_1x1_filters_lie_in_the_middle_and_the_input_in_its_own_filter():
    block = RepVGGBlock(2, 2).eval()
    block.three[0].weight.data.zero_()
    block.one[0].weight.data.copy_(torch.tensor([[2.0, 3.0], [4.0, 5.0]])[:, :, None, None])
    weight = one_convolution(block).weight
    scale = (1 + block.identity.eps) ** 0.5
    assert torch.allclose(weight[:, :, 1, 1] * scale, torch.tensor([[3.0, 3.0], [4.0, 6.0]]))
    assert weight.count_nonzero() == 4


def test_a_block_itself_and_a_model_without_blocks():
    assert isinstance(fused(RepVGGBlock(2, 2))[0], nn.Conv2d)
    assert isinstance(fused(nn.Sequential(nn.Linear(2, 2)))[0], nn.Linear)


def test_others_are_refused():
    with pytest.raises(TypeError, match="block must be a RepVGGBlock, got Linear"):
        one_convolution(nn.Linear(2, 2))
    block = RepVGGBlock(2, 2)
    block.one[1] = nn.BatchNorm2d(2, track_running_stats=False)
    with pytest.raises(ValueError, match="block must have batch norms with running statistics"):
        one_convolution(block)
    with pytest.raises(TypeError, match="model"):
        fused("a model")
