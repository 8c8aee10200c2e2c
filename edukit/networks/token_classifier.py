"""Classifiers of tokens whose attention can be exchanged, and trained encoders that get another attention.

    token     some numbers of the input, such as the pixels of a row of an image
    block     x + attention(norm(x)), then x + feed-forward(norm(x)): normed before, as trains best in small nets
    network   linear, places added   blocks   norm   mean over the tokens   linear

Symbols   N tokens · B images · attention: `SoftmaxAttention` or `LinearAttention`, with the same parameters, or
          `NoAttention`, the control
Shapes    x (B, …) with N times the token's numbers in each image -> logits (B, classes)
Source    Xiong et al. 2020, https://arxiv.org/abs/2002.04745 (norm first); Dosovitskiy et al. 2020,
          https://arxiv.org/abs/2010.11929 (images as tokens)
In production  nn.TransformerEncoderLayer(norm_first=True), whose attention is softmax and cannot be swapped
"""

import torch
from torch import nn
from torch.nn import functional as F

from edukit.copies import copied
from edukit.networks.attention import SoftmaxAttention
from edukit.networks.classifier import EncoderClassifier
from edukit.refuse import check_sizes


class NoAttention(nn.Module):
    """What is left where no token sees another: a linear layer for each. The control of an experiment.

    >>> NoAttention(16, heads=4)(torch.zeros(2, 9, 16)).shape
    torch.Size([2, 9, 16])
    """

    def __init__(self, features: int, heads: int = 1, *, causal: bool = False):
        super().__init__()
        check_sizes(features=features, heads=heads)
        self.out = nn.Linear(features, features)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.out(x)


class Block(nn.Module):
    """Attention between the tokens, then two linear layers for each of them, (B, N, features) -> (B, N, features).

    >>> Block(16, heads=4)(torch.zeros(2, 9, 16)).shape
    torch.Size([2, 9, 16])
    """

    def __init__(self, features: int, heads: int = 1, *, attention: type = SoftmaxAttention, causal: bool = False):
        super().__init__()
        check_sizes(features=features, heads=heads)
        self.norm1 = nn.LayerNorm(features)
        self.norm2 = nn.LayerNorm(features)
        self.attention = attention(features, heads, causal=causal)
        self.linear1 = nn.Linear(features, 2 * features)
        self.linear2 = nn.Linear(2 * features, features)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x + self.attention(self.norm1(x))
        return x + self.linear2(F.relu(self.linear1(self.norm2(x))))


class TokenClassifier(nn.Module):
    """Names what its tokens show together.

    tokens, numbers   an image is read as that many tokens of that many numbers, in the order of its pixels

    >>> rows = TokenClassifier(tokens=8, numbers=8)
    >>> rows(torch.zeros(5, 1, 8, 8)).shape
    torch.Size([5, 10])
    """

    def __init__(
        self, tokens: int, numbers: int, attention: type = SoftmaxAttention, *, features: int = 32, classes: int = 10
    ):
        super().__init__()
        check_sizes(tokens=tokens, numbers=numbers, features=features, classes=classes)
        self.tokens = tokens
        self.embed = nn.Linear(numbers, features)
        self.places = nn.Parameter(0.02 * torch.randn(tokens, features))
        self.blocks = nn.Sequential(*(Block(features, 2, attention=attention) for _ in range(2)))
        self.norm = nn.LayerNorm(features)
        self.classifier = nn.Linear(features, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.embed(x.reshape(len(x), self.tokens, -1)) + self.places
        return self.classifier(self.norm(self.blocks(x)).mean(1))


def with_attention(encoder: EncoderClassifier, attention: type = SoftmaxAttention) -> EncoderClassifier:
    """A copy of a trained encoder with the same weights, whose blocks attend in that way and can be looked into.

    >>> opened = with_attention(EncoderClassifier())
    >>> opened.encoder[0].attention.split(torch.zeros(1, 64, 64))[0].shape
    torch.Size([1, 4, 64, 16])
    """
    model = copied(encoder)
    model.encoder = nn.Sequential(*(_opened(layer, attention) for layer in model.encoder.layers), model.encoder.norm)
    return model.train(encoder.training)


@torch.no_grad()
def queries_and_keys(
    encoder: EncoderClassifier, x: torch.Tensor, *, layer: int = 0
) -> tuple[torch.Tensor, torch.Tensor]:
    """What each place of the images x (B, C, H, W) asks for and offers in a layer: (B, heads, places, d) each.

    >>> queries, keys = queries_and_keys(EncoderClassifier(), torch.zeros(2, 3, 32, 32), layer=1)
    >>> queries.shape
    torch.Size([2, 4, 64, 16])
    """
    opened = with_attention(encoder).eval()
    if not 0 <= layer < len(encoder.encoder.layers):
        raise ValueError(f"layer must be 0 to {len(encoder.encoder.layers) - 1}, got {layer!r}")
    x = opened.stem(x).flatten(2).transpose(1, 2) + opened.places
    block = opened.encoder[layer]
    return block.attention.split(block.norm1(opened.encoder[:layer](x)))[:2]


def _opened(layer: nn.TransformerEncoderLayer, attention: type) -> Block:
    """A block with that layer's weights: torch keeps those of queries, keys and values in one tensor."""
    inner = layer.self_attn
    block = Block(inner.embed_dim, inner.num_heads, attention=attention)
    for name in ("norm1", "norm2", "linear1", "linear2"):
        getattr(block, name).load_state_dict(getattr(layer, name).state_dict())
    weights, biases = inner.in_proj_weight.chunk(3), inner.in_proj_bias.chunk(3)
    parts = block.attention.query, block.attention.key, block.attention.value
    for part, weight, bias in zip(parts, weights, biases, strict=True):
        part.load_state_dict({"weight": weight, "bias": bias})
    block.attention.out.load_state_dict(inner.out_proj.state_dict())
    return block
