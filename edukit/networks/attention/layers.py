"""Attention as a layer: queries, keys and values by a linear layer each, several heads side by side.

    x ─ linear ─> q, k, v ─ split into heads ─ attend ─ join ─ linear ─> y

Shapes    x (B, N, features) -> (B, N, features); a head has features / heads of them
Source    Vaswani et al. 2017, https://arxiv.org/abs/1706.03762, 3.2.2 (heads)
In production  nn.MultiheadAttention, with all three layers in one tensor
"""

import torch
from torch import nn

from edukit.checked import checked
from edukit.networks.attention.linear import linear_attention
from edukit.networks.attention.softmax import softmax_attention
from edukit.refuse import check_sizes


class _Attention(nn.Module):
    """Queries, keys and values by a linear layer each, several heads side by side, and a linear layer at the end."""

    @checked
    def __init__(self, features: int, heads: int = 1, *, causal: bool = False):
        super().__init__()
        check_sizes(features=features)
        if not isinstance(heads, int) or heads < 1 or features % heads:
            raise ValueError(f"heads must divide the {features} features, got {heads!r}")
        self.heads, self.causal = heads, causal
        self.query, self.key, self.value, self.out = (nn.Linear(features, features) for _ in range(4))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.attend(*self.split(x), causal=self.causal)
        return self.out(y.transpose(-3, -2).flatten(-2))

    def split(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """The queries, keys and values of each head, (B, heads, N, features / heads)."""
        layers = self.query, self.key, self.value
        return tuple(f(x).unflatten(-1, (self.heads, -1)).transpose(-3, -2) for f in layers)


class SoftmaxAttention(_Attention):
    """Multi-head softmax attention, (B, N, features) -> (B, N, features).

    >>> SoftmaxAttention(16, heads=4)(torch.zeros(2, 9, 16)).shape
    torch.Size([2, 9, 16])
    """

    attend = staticmethod(softmax_attention)


class LinearAttention(_Attention):
    """Multi-head linear attention, with the same parameters.

    >>> LinearAttention(16, heads=4, causal=True)(torch.zeros(2, 9, 16)).shape
    torch.Size([2, 9, 16])
    """

    attend = staticmethod(linear_attention)
