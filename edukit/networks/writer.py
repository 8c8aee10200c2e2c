"""A small model that writes: it reads tokens, and says which token comes next. Here a text is a digit, pixel by pixel.

    start, t_1, …, t_n ─ embed + place ─ blocks of causal attention and feed-forward ─ norm ─ linear ─> scores of t_n+1

Symbols   tokens 0 to 16, the brightness of a pixel, and 17, the start of a text · B texts · N tokens
Shapes    tokens (B, N) whole numbers -> scores (B, N, 18)
Error     bits_per_token: the mean of -log2 p(right token), 4.09 for guessing among 17
Source    Radford et al. 2019, Language Models are Unsupervised Multitask Learners (the block); Chen et al. 2020,
          Generative Pretraining from Pixels (pixels as tokens)
In production  transformers' generate(); vLLM; llama.cpp, which read a prompt at once and then write token by token
"""

import math
from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from edukit.checked import checked
from edukit.networks.attention.cache import GroupedAttention, KVCache
from edukit.refuse import check_sizes, check_whole

START = 17
PIXELS = 64


class Writer(nn.Module):
    """Says after each token which one comes next; with caches, only the new tokens are computed.

    kv_heads   how many heads keep keys and values; heads / kv_heads of them share one

    >>> Writer(kv_heads=1)(torch.zeros(2, 5, dtype=torch.long)).shape
    torch.Size([2, 5, 18])
    """

    def __init__(self, kv_heads: int = 4, *, features: int = 48, heads: int = 4, layers: int = 2):
        super().__init__()
        check_sizes(features=features, heads=heads, kv_heads=kv_heads, layers=layers)
        self.embed = nn.Embedding(START + 1, features)
        self.places = nn.Parameter(0.02 * torch.randn(PIXELS + 1, features))
        self.attentions = nn.ModuleList(GroupedAttention(features, heads, kv_heads) for _ in range(layers))
        self.forwards = nn.ModuleList(
            nn.Sequential(nn.Linear(features, 2 * features), nn.GELU(), nn.Linear(2 * features, features))
            for _ in range(layers)
        )
        self.norms = nn.ModuleList(nn.LayerNorm(features) for _ in range(2 * layers + 1))
        self.out = nn.Linear(features, START + 1)

    def forward(
        self, tokens: torch.Tensor, caches: Sequence[KVCache] | None = None, visible: torch.Tensor | None = None
    ) -> torch.Tensor:
        caches = caches or [KVCache() for _ in self.attentions]
        first = caches[0].length
        x = self.embed(tokens) + self.places[first : first + tokens.shape[-1]]
        for i, (attention, forward) in enumerate(zip(self.attentions, self.forwards, strict=True)):
            x = x + attention(self.norms[2 * i](x), caches[i], visible)
            x = x + forward(self.norms[2 * i + 1](x))
        return self.out(self.norms[-1](x))

    def caches(self, stored: Callable[[torch.Tensor], torch.Tensor] = lambda x: x) -> list[KVCache]:
        """An empty cache for each layer."""
        return [KVCache(stored) for _ in self.attentions]


@checked
def as_tokens(images) -> torch.Tensor:
    """Images of digits (B, 1, 8, 8), 0 to 1, as texts: the start, then 64 tokens of 0 to 16, row by row: (B, 65).

    >>> as_tokens(np.ones((1, 1, 8, 8), np.float32))[0, :3].tolist()
    [17, 16, 16]
    """
    pixels = torch.as_tensor(np.asarray(images)).flatten(1).mul(16).round().long()
    return F.pad(pixels, (1, 0), value=START)


@torch.no_grad()
def bits_per_token(
    model: Writer, tokens: torch.Tensor, *, caches: Sequence[KVCache] | None = None, visible: torch.Tensor | None = None
) -> float:
    """How many bits the model needs for each token after the start, on average: fewer is better.

    >>> model = Writer()
    >>> _ = nn.init.zeros_(model.out.weight), nn.init.zeros_(model.out.bias)
    >>> round(bits_per_token(model, as_tokens(np.zeros((1, 1, 8, 8)))), 2)  # log2 of 18
    4.17
    """
    scores = model(tokens[:, :-1], caches, visible)
    return float(F.cross_entropy(scores.flatten(0, 1), tokens[:, 1:].flatten()) / math.log(2))


@torch.no_grad()
def write(model: Writer, prompt: torch.Tensor, *, cached: bool = True, seed: int = 0) -> torch.Tensor:
    """The prompt (B, n), continued to a whole digit (B, 65): each token is drawn by the probability it was given.

    cached   False: the whole text is computed again for every token; the result is the same

    >>> write(Writer(), torch.full((2, 1), START)).shape
    torch.Size([2, 65])
    """
    check_whole(prompt.shape[-1], "tokens of the prompt", 1, PIXELS + 1)
    generator = torch.Generator().manual_seed(seed)
    caches = model.caches() if cached else None
    text, new = prompt, prompt
    while text.shape[-1] <= PIXELS:
        scores = model(new if cached else text, caches)[:, -1, :START]
        new = torch.multinomial(scores.softmax(-1), 1, generator=generator)
        text = torch.cat([text, new], -1)
    return text


def next_token_loss(model: nn.Module, tokens: torch.Tensor, following: torch.Tensor) -> torch.Tensor:
    """The loss for `edukit.training.fit`: tokens (B, N) and those that follow them.

    >>> tokens = as_tokens(np.zeros((1, 1, 8, 8)))
    >>> next_token_loss(Writer(), tokens[:, :-1], tokens[:, 1:]).ndim
    0
    """
    return F.cross_entropy(model(tokens).flatten(0, 1), following.flatten())
