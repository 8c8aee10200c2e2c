"""Augmentation: changed copies of the training images, so that a network sees each of them in many ways."""

import torch
from torch.nn import functional as F

from edukit.checked import checked
from edukit.refuse import check_whole


@checked
def shift(x: torch.Tensor, generator: torch.Generator, *, pixels: int = 2) -> torch.Tensor:
    """Each image of a batch (B, C, H, W) moved by up to `pixels` in both directions; zeros come in at the border.

    >>> moved = shift(torch.ones(1, 1, 5, 5), torch.Generator().manual_seed(0))
    >>> moved.shape, bool(moved.sum() >= 9)
    (torch.Size([1, 1, 5, 5]), True)
    """
    pixels = check_whole(pixels, "pixels", 0, 2**20)
    if x.ndim != 4:
        raise ValueError(f"x must be images (B, C, H, W), got {tuple(x.shape)}")
    B, _, H, W = x.shape
    down, right = torch.randint(2 * pixels + 1, (2, B, 1), generator=generator)
    rows = (down + torch.arange(H))[:, :, None]
    columns = (right + torch.arange(W))[:, None, :]
    image = torch.arange(B)[:, None, None]
    return F.pad(x, [pixels] * 4)[image, :, rows, columns].permute(0, 3, 1, 2)
