"""Two small networks some of whose channels cannot be removed, and why: material for lesson 07.

    padded shortcut   y = body(x) + pad(x[:, :, ::2, ::2])   the number of zeros is written in the code
    attention         nn.MultiheadAttention                  one number for its width, and it splits by it

Shapes    PaddedShortcut (B, 1, H, W) -> (B, 10) · Attending (B, N, 8) -> (B, N, 16)
Source    He et al. 2015, https://arxiv.org/abs/1512.03385, section 3.3, option A
In production  the first ResNets for CIFAR-10 have such shortcuts; transformers of PyTorch have such attention
"""

import torch
from torch import nn
from torch.nn import functional as F


class PaddedShortcut(nn.Module):
    """A residual addition whose shortcut takes every second pixel and pads with 4 channels of zeros on both sides.

    >>> PaddedShortcut()(torch.zeros(2, 1, 8, 8)).shape
    torch.Size([2, 10])
    """

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(1, 8, 3, padding=1)
        self.body = nn.Conv2d(8, 16, 3, 2, 1)
        self.last = nn.Linear(16, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.stem(x).relu()
        shortcut = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 4, 4))
        return self.last((self.body(x) + shortcut).relu().mean((2, 3)))


class Attending(nn.Module):
    """A linear layer before torch's own attention.

    >>> Attending()(torch.zeros(2, 5, 8)).shape
    torch.Size([2, 5, 16])
    """

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(8, 16)
        self.attention = nn.MultiheadAttention(16, 4, batch_first=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.first(x)
        return self.attention(x, x, x)[0]
