"""Fire, shuffle, squeeze-and-excite: costs through the counter, arithmetic against torch, nothing lost in a shuffle."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from edukit.measure import count_macs, count_parameters
from edukit.networks import Fire, ShuffleUnit, SqueezeExcite, channel_shuffle
from edukit.training import seeded


def images(channels, size=9):
    return torch.rand(2, channels, size, size, generator=torch.Generator().manual_seed(0)) - 0.5


@pytest.mark.parametrize("M, S, E1, E3", [(96, 16, 64, 64), (8, 3, 5, 7), (512, 64, 256, 256)])
def test_a_fire_costs_what_the_formula_says(M, S, E1, E3):
    fire = Fire(M, S, E1, E3)
    assert count_macs(fire, (M, 6, 5)) == 6 * 5 * (M * S + S * E1 + 9 * S * E3)
    assert count_parameters(fire) == M * S + S * E1 + 9 * S * E3 + S + E1 + E3


@pytest.mark.parametrize("M", [8, 116])
def test_a_shuffle_unit_costs_what_the_formula_says(M):
    assert count_macs(ShuffleUnit(M, M), (M, 6, 5)) == 6 * 5 * (M * M // 2 + 9 * M // 2)


def test_squeeze_and_excite_costs_two_small_products_an_image():
    assert count_macs(SqueezeExcite(32, 8), (32, 50, 50)) == 2 * 32 * 8


def test_fire_equals_torch_functional():
    fire, x = Fire(8, 4, 6, 10).eval(), images(8)
    s = F.relu(F.conv2d(x, fire.squeeze.weight, fire.squeeze.bias))
    one = F.conv2d(s, fire.expand1.weight, fire.expand1.bias)
    three = F.conv2d(s, fire.expand3.weight, fire.expand3.bias, padding=1)
    assert torch.equal(fire(x), F.relu(torch.cat([one, three], 1)))


@pytest.mark.parametrize("C, groups", [(6, 2), (6, 3), (12, 4), (5, 1), (5, 5)])
@pytest.mark.parametrize("rest", [(), (7,), (3, 2)])
def test_a_shuffle_is_torchs_and_turns_back(C, groups, rest):
    x = torch.arange(2 * C * max(1, torch.Size(rest).numel()), dtype=torch.float32).reshape(2, C, *rest)
    shuffled = channel_shuffle(x, groups)
    assert torch.equal(channel_shuffle(shuffled, C // groups), x)
    if rest:  # torch's own wants an image
        assert torch.equal(shuffled, F.channel_shuffle(x, groups))


def test_behind_a_shuffle_each_half_holds_channels_of_both():
    left, right = channel_shuffle(torch.arange(8).reshape(1, 8), 2).chunk(2, 1)
    assert left.tolist() == [[0, 4, 1, 5]] and right.tolist() == [[2, 6, 3, 7]]


@pytest.mark.parametrize("size", [1, 8, 9])
def test_shapes_of_a_shuffle_unit(size):
    assert ShuffleUnit(8, 8).eval()(images(8, size)).shape == (2, 8, size, size)
    assert ShuffleUnit(8, 20, stride=2).eval()(images(8, size)).shape == (2, 20, -(-size // 2), -(-size // 2))


def test_at_stride_1_half_of_the_channels_passes_untouched():
    x = images(8)
    y = ShuffleUnit(8, 8).eval()(x)
    assert torch.equal(y[:, ::2], x[:, :4])  # the shuffle lays the halves alternately


def test_squeeze_and_excite_turns_channels_down_by_one_factor_each():
    with seeded(0):
        block = SqueezeExcite(6, 3)
    x = images(6) + 1
    factor = block(x) / x
    assert torch.allclose(factor, factor[:, :, :1, :1].expand_as(factor), atol=1e-6)
    hidden = F.relu(F.linear(x.mean((2, 3)), block.down.weight.flatten(1), block.down.bias))
    expected = torch.sigmoid(F.linear(hidden, block.up.weight.flatten(1), block.up.bias))
    assert torch.allclose(factor[:, :, 0, 0], expected, atol=1e-5) and bool((factor < 1).all())
    nn.init.zeros_(block.up.weight), nn.init.zeros_(block.up.bias)
    assert torch.equal(block(x), x / 2)


@pytest.mark.parametrize("groups", [0, 4, -2, 1.5, None])
def test_groups_that_do_not_divide_are_refused(groups):
    with pytest.raises(ValueError, match="groups must divide the 6 channels, got"):
        channel_shuffle(torch.zeros(1, 6), groups)


@pytest.mark.parametrize("shape", [(8, 16, 1), (8, 9, 2), (7, 7, 1)])
def test_channels_that_cannot_be_halved_or_kept_are_refused(shape):
    with pytest.raises(ValueError, match="out_channels must be even, and equal to in_channels at stride 1"):
        ShuffleUnit(*shape)
