"""Softmax attention block by block: a running maximum and a running sum, and never N² numbers at once.

    of each block of keys, with scores s_j = q·k_j / √d:
    m' = max(m, max_j s_j)        what is held shrinks by c = e^(m - m')
    l' = c l + Σ_j e^(s_j - m')        a' = c a + Σ_j e^(s_j - m') v_j        after the last block  y = a / l

Symbols   m running maximum · l running sum of exponentials · a running sum of values · b keys in a block
Shapes    m, l (…, N), a (…, N, e)
Error     none but rounding: it is the softmax of the whole row, since e^(s - m) / Σ e^(s - m) is the same for every m
Cost      the multiply-adds of softmax attention (causal: blocks of later keys are left out), b² + b (e + 2) numbers
Source    Milakov & Gimelshein 2018, https://arxiv.org/abs/1805.02867 (the running sum); Dao et al. 2022,
          https://arxiv.org/abs/2205.14135 (attention by blocks)
In production  F.scaled_dot_product_attention: FlashAttention on graphics chips, a relative of it on CPUs
"""

from dataclasses import dataclass

import torch

from edukit.checked import checked
from edukit.networks.attention.softmax import check_shapes
from edukit.refuse import check_whole


@dataclass
class BlockState:
    """What a block of queries has seen so far; `see` takes in a block of keys.

    maximum (…, N) · total (…, N), the sum of exponentials · values (…, N, e), their sum with these weights

    >>> state = BlockState.empty(torch.zeros(1, 2), e=1)
    >>> state.see(torch.tensor([[0.0, 3.0]]), torch.tensor([[6.0], [2.0]]))
    >>> state.maximum.item(), round(state.total.item(), 3), round(state.output.item(), 2)
    (3.0, 1.05, 2.19)
    """

    maximum: torch.Tensor
    total: torch.Tensor
    values: torch.Tensor

    @classmethod
    def empty(cls, q: torch.Tensor, *, e: int) -> "BlockState":
        """The state of queries (…, N, d) that have seen nothing."""
        nothing = q.new_zeros(q.shape[:-1])
        return cls(nothing - torch.inf, nothing, q.new_zeros(*q.shape[:-1], e))

    def see(self, scores: torch.Tensor, v: torch.Tensor) -> None:
        """Take in a block of b keys: scores (…, N, b), -inf where a key is hidden, and values (…, b, e)."""
        maximum = torch.maximum(self.maximum, scores.amax(-1))
        taken = maximum.masked_fill(maximum == -torch.inf, 0)  # no key seen yet: -inf - -inf would be NaN
        shrink = (self.maximum - taken).exp()
        weights = (scores - taken.unsqueeze(-1)).exp()
        self.total = shrink * self.total + weights.sum(-1)
        self.values = shrink.unsqueeze(-1) * self.values + weights @ v
        self.maximum = maximum

    @property
    def output(self) -> torch.Tensor:
        """The mean of the values seen so far, (…, N, e)."""
        return self.values / self.total.unsqueeze(-1)


@checked
def block_attention(
    q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, *, block: int = 64, causal: bool = False
) -> torch.Tensor:
    """Softmax attention, a block of queries and a block of keys at a time; shapes as for `softmax_attention`.

    >>> q, k, v = torch.randn(3, 10, 4, generator=torch.Generator().manual_seed(0))
    >>> from edukit.networks import softmax_attention
    >>> torch.allclose(block_attention(q, k, v, block=3), softmax_attention(q, k, v), atol=1e-6)
    True
    """
    check_shapes(q, k, v, causal)
    check_whole(block, "block")
    outputs = []
    for first in range(0, q.shape[-2], block):
        rows = q[..., first : first + block, :]
        state = BlockState.empty(rows, e=v.shape[-1])
        end = first + rows.shape[-2] if causal else k.shape[-2]
        for start in range(0, end, block):
            keys = slice(start, min(start + block, k.shape[-2]))
            state.see(_scores(rows, k[..., keys, :], first - start if causal else None), v[..., keys, :])
        outputs.append(state.output)
    return torch.cat(outputs, -2) if outputs else q.new_zeros(*q.shape[:-1], v.shape[-1])


def _scores(q, k, ahead):
    """Of a block: q·k / √d; ahead: by how many places the queries begin after the keys, and later keys are hidden."""
    scores = q / q.shape[-1] ** 0.5 @ k.transpose(-2, -1)
    if ahead is None:
        return scores
    return scores.masked_fill(torch.ones_like(scores, dtype=torch.bool).triu(1 + ahead), -torch.inf)
