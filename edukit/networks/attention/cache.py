"""The KV cache: a model that writes keeps the keys and values of all earlier tokens, so that none is computed twice.

    one more token      keys, values <- [keys, k], [values, v]        y = softmax(q keysᵀ / √d) values
    shared heads (GQA)  H heads ask, G keep keys and values: head h reads KV head h // (H / G)

Symbols   H heads that ask · G KV heads (G = H: multi-head, G = 1: multi-query) · N tokens kept · d features of a head
Shapes    q (…, H, n, d), keys and values (…, G, N, d) -> y (…, H, n, d); the n queries are the last of the N tokens
Cost      a cache of 2 G N d numbers in each layer; N (d + d) multiply-adds a head for one more token
Source    Shazeer 2019, https://arxiv.org/abs/1911.02150 (one KV head); Ainslie et al. 2023,
          https://arxiv.org/abs/2305.13245 (groups)
In production  F.scaled_dot_product_attention(…, enable_gqa=True); transformers' DynamicCache; pages in vLLM
"""

from collections.abc import Callable

import torch
from torch import nn

from edukit.checked import checked
from edukit.networks.attention.softmax import check_shapes
from edukit.refuse import check_sizes


class KVCache:
    """Keys and values of the tokens so far; `add` takes in more and gives back all.

    stored   what becomes of new keys and values on their way into the cache, such as rounding

    >>> cache = KVCache()
    >>> keys, values = cache.add(torch.zeros(1, 2, 3, 4), torch.ones(1, 2, 3, 4))
    >>> cache.add(torch.zeros(1, 2, 1, 4), torch.ones(1, 2, 1, 4))[0].shape, cache.length, cache.numbers
    (torch.Size([1, 2, 4, 4]), 4, 64)
    """

    def __init__(self, stored: Callable[[torch.Tensor], torch.Tensor] = lambda x: x):
        self.stored = stored
        self.keys: torch.Tensor | None = None
        self.values: torch.Tensor | None = None

    def add(self, k: torch.Tensor, v: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Append k and v (…, G, n, d) along the tokens; returns all keys and all values."""
        check_shapes(k, k, v)
        k, v = self.stored(k), self.stored(v)
        if self.keys is None or self.values is None:
            self.keys, self.values = k, v
        else:
            self.keys = torch.cat([self.keys, k], -2)
            self.values = torch.cat([self.values, v], -2)
        return self.keys, self.values

    @property
    def length(self) -> int:
        """Tokens that are kept."""
        return 0 if self.keys is None else self.keys.shape[-2]

    @property
    def numbers(self) -> int:
        """How many numbers are kept, keys and values together."""
        return 0 if self.keys is None or self.values is None else self.keys.numel() + self.values.numel()


@checked
def grouped_attention(
    q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, *, visible: torch.Tensor | None = None
) -> torch.Tensor:
    """Causal softmax attention of H heads that share G heads of keys and values.

    visible   (n, N) truth values: which of the tokens each query may see; all that are not later, if None
    Raises ValueError where G does not divide H, there are more queries than tokens, or shapes do not fit.

    >>> q, k = torch.zeros(4, 1, 2), torch.zeros(2, 3, 2)
    >>> v = torch.tensor([0.0, 6.0]).repeat_interleave(3).reshape(2, 3, 1)
    >>> grouped_attention(q, k, v).flatten()
    tensor([0., 0., 6., 6.])
    """
    if min(q.ndim, k.ndim, v.ndim) < 3 or not k.shape[-3] or q.shape[-3] % k.shape[-3]:
        shapes = ", ".join(str(tuple(t.shape)) for t in (q, k, v))
        raise ValueError(f"q (…, H, n, d), k and v (…, G, N, d), where G divides H, do not fit: got {shapes}")
    n, N = q.shape[-2], k.shape[-2]
    if n > N:
        raise ValueError(f"q must hold the last of the {N} tokens, got {n} queries")
    k, v = (part.repeat_interleave(q.shape[-3] // k.shape[-3], -3) for part in (k, v))
    check_shapes(q, k, v)
    if visible is None:
        visible = torch.ones(n, N, dtype=torch.bool, device=q.device).tril(N - n)
    scores = q / q.shape[-1] ** 0.5 @ k.transpose(-2, -1)
    return scores.masked_fill(~visible, -torch.inf).softmax(-1) @ v


class GroupedAttention(nn.Module):
    """Causal attention as a layer whose heads share keys and values, (B, N, features) -> the same.

    >>> layer = GroupedAttention(16, heads=4, kv_heads=2)
    >>> layer(torch.zeros(1, 5, 16)).shape, layer.key.weight.shape
    (torch.Size([1, 5, 16]), torch.Size([8, 16]))
    """

    @checked
    def __init__(self, features: int, heads: int, kv_heads: int):
        super().__init__()
        check_sizes(features=features, heads=heads, kv_heads=kv_heads)
        if features % heads or heads % kv_heads:
            given = f"{features}, {heads} and {kv_heads}"
            raise ValueError(f"heads must divide the features, and kv_heads the heads, got {given}")
        self.d = features // heads
        self.query, self.out = nn.Linear(features, features), nn.Linear(features, features)
        self.key, self.value = (nn.Linear(features, kv_heads * self.d) for _ in range(2))

    def forward(self, x: torch.Tensor, cache: KVCache | None = None, visible: torch.Tensor | None = None):
        q, k, v = (f(x).unflatten(-1, (-1, self.d)).transpose(-3, -2) for f in (self.query, self.key, self.value))
        k, v = (cache or KVCache()).add(k, v)
        return self.out(grouped_attention(q, k, v, visible=visible).transpose(-3, -2).flatten(-2))
