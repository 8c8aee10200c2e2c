"""Augmentation: every image moves by what is said, and nothing of it is lost but what leaves the border."""

import pytest
import torch
from torch import nn

from edukit.training import shift


def test_shift_moves_each_image_by_at_most_two_pixels():
    x = torch.rand(40, 3, 6, 5, generator=torch.Generator().manual_seed(0))
    before, moved = x.clone(), shift(x, torch.Generator().manual_seed(1))
    padded = nn.functional.pad(x, [2] * 4)
    found = {
        (i, row, column)
        for i in range(40)
        for row in range(5)
        for column in range(5)
        if torch.equal(moved[i], padded[i, :, row : row + 6, column : column + 5])
    }
    assert {i for i, _, _ in found} == set(range(40))
    assert {row for _, row, _ in found} == {column for _, _, column in found} == set(range(5))
    assert torch.equal(x, before)


@pytest.mark.parametrize("shape", [(3, 8, 8), (8,), (2, 1, 3, 8, 8)])
def test_what_are_no_images_is_refused(shape):
    with pytest.raises(ValueError, match="x must be images"):
        shift(torch.zeros(shape), torch.Generator())


def test_no_pixel_moves_nothing():
    x = torch.rand(3, 1, 4, 4, generator=torch.Generator().manual_seed(0))
    assert torch.equal(shift(x, torch.Generator(), pixels=0), x)
