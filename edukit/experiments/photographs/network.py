"""ResNet-20 for CIFAR-10: the network in which many papers measure what compression costs.

    3x3 convolution ─ 3 blocks of 16 channels ─ 3 of 32, half as large ─ 3 of 64, half as large ─ mean ─ linear

A shortcut has no weights: where a block halves the picture, every second pixel is taken, and channels of zeros are
added.

Shapes    x (N, 3, 32, 32) -> logits (N, 10); 269,722 parameters with batch norm, 40,551,040 MACs
Source    He et al. 2016, https://arxiv.org/abs/1512.03385, section 4.2, option A
"""

import torch
from torch import nn
from torch.nn import functional as F

from edukit.training import shift


class Block(nn.Module):
    """Two 3x3 convolutions and a shortcut.

    >>> Block(16, 32)(torch.zeros(1, 16, 8, 8)).shape
    torch.Size([1, 32, 4, 4])
    """

    def __init__(self, channels: int, wider: int):
        super().__init__()
        self.stride = wider // channels
        self.added = wider - channels
        self.conv1 = nn.Conv2d(channels, wider, 3, self.stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(wider)
        self.conv2 = nn.Conv2d(wider, wider, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(wider)

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        shortcut = F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, self.added // 2, self.added // 2))
        return F.relu(out + shortcut)


class ResNet20(nn.Module):
    """The whole network.

    >>> sum(weight.numel() for weight in ResNet20().parameters())
    269722
    """

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(16)
        pairs = [(16, 16)] * 3 + [(16, 32)] + [(32, 32)] * 2 + [(32, 64)] + [(64, 64)] * 2
        self.blocks = nn.Sequential(*(Block(*pair) for pair in pairs))
        self.linear = nn.Linear(64, 10)

    def forward(self, x):
        x = self.blocks(F.relu(self.bn(self.conv(x))))
        return self.linear(x.mean((2, 3)))


def mirrored_and_shifted(x: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Half of the images of a batch (B, C, H, W) seen in a mirror, and each moved by up to 4 pixels."""
    mirrored = torch.rand(len(x), 1, 1, 1, generator=generator) < 0.5
    return shift(torch.where(mirrored, x.flip(3), x), generator, pixels=4)
