"""ResNet-20 has the counts of its paper; its training images are changed as they should be."""

import torch

from edukit.experiments.photographs.network import Block, ResNet20, mirrored_and_shifted
from edukit.measure import count_macs, count_parameters


def test_it_has_0_27_million_parameters_and_41_million_macs():
    assert count_parameters(ResNet20()) == 269_722  # the paper prints 0.27 M
    assert count_macs(ResNet20(), (3, 32, 32)) == 40_551_040


def test_a_shortcut_takes_every_second_pixel_and_adds_channels_of_zeros():
    block = Block(2, 4).eval()
    torch.nn.init.zeros_(block.bn2.weight)
    x = torch.rand(1, 2, 6, 6)
    out = block(x)
    assert torch.equal(out[:, 1:3], x[:, :, ::2, ::2]) and not out[:, [0, 3]].any()


def test_images_are_mirrored_half_of_the_time_and_moved():
    x = torch.zeros(400, 1, 12, 12)
    x[:, :, 6, 4:6] = torch.tensor([1.0, 2.0])
    changed = mirrored_and_shifted(x, torch.Generator().manual_seed(0))
    mirrored = (changed.argmax(3) < changed.eq(1).int().argmax(3)).any(2).sum().item()
    assert 150 < mirrored < 250
    places = {tuple(place) for place in changed[:, 0].eq(2).nonzero()[:, 1:].tolist()}
    assert len({row for row, _ in places}) == 9  # up to 4 pixels up or down
    assert torch.equal(changed, mirrored_and_shifted(x, torch.Generator().manual_seed(0)))
