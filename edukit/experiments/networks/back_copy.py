"""Texts in which a few tokens copy the token before them, and small models that read such texts: where sinks appear.

    token t_i is one of the three triggers     t_(i+1) = t_(i-1)                 look one back
    any other token                            t_(i+1) drawn by t_i alone        nothing to look for

A head that serves the triggers has nothing to do at the other tokens, and its weights must still sum to 1.

Symbols   tokens 0 to 16, of which 14, 15 and 16 are triggers, and 17, the start of a text
Source    Guo et al. 2024, Active-Dormant Attention Heads, https://arxiv.org/abs/2410.13835 (bigram-backcopy)
In production  large language models, whose first token gets most of the weight of many heads
"""

import numpy as np
import torch

from edukit.checked import checked
from edukit.networks.attention import window_mask
from edukit.networks.writer import PIXELS, START, Writer, next_token_loss
from edukit.refuse import check_whole
from edukit.training import fit, seeded

TRIGGERS = (14, 15, 16)


@checked
def texts(count: int, *, seed: int = 0) -> torch.Tensor:
    """Random texts, (count, 65): the start and 64 tokens; all seeds share one table of which token follows which.

    >>> texts(2)[:, 0].tolist()
    [17, 17]
    """
    check_whole(count, "count")
    random = np.random.default_rng(seed)
    follows = np.random.default_rng(99).dirichlet(np.full(START, 0.3), size=START).cumsum(1)
    text = np.full((count, PIXELS + 1), START)
    text[:, 1] = random.integers(0, START, count)
    for i in range(2, PIXELS + 1):
        before = text[:, i - 1]
        drawn = (follows[before] < random.random((count, 1))).sum(1).clip(max=START - 1)
        copies = np.isin(before, TRIGGERS) & (i > 2)
        text[:, i] = np.where(copies, text[:, i - 2], drawn)
    return torch.from_numpy(text)


def reader(seed: int, *, epochs: int = 15) -> Writer:
    """A model of one layer and one head, trained on 2,000 such texts.

    >>> reader(0, epochs=1).attentions[0].d
    48
    """
    tokens = texts(2000, seed=1)
    with seeded(seed):
        model = Writer(1, heads=1, layers=1)
    recipe = dict(epochs=epochs, batch_size=50, learning_rate=0.02, progress=None)
    return fit(model, (tokens[:, :-1], tokens[:, 1:]), seed=seed, loss=next_token_loss, **recipe)


@torch.no_grad()
def first_layer_weights(model: Writer, tokens: torch.Tensor, *, visible: torch.Tensor | None = None) -> torch.Tensor:
    """The weights of the heads of the first layer, (B, heads, N, N), where every head has its own keys.

    visible   which tokens each may see, as from `window_mask`; all that are not later, if None

    >>> first_layer_weights(Writer(1, heads=1, layers=1), texts(2)).shape
    torch.Size([2, 1, 65, 65])
    """
    attention = model.attentions[0]
    x = model.norms[0](model.embed(tokens) + model.places[: tokens.shape[-1]])
    q, k = (f(x).unflatten(-1, (-1, attention.d)).transpose(-3, -2) for f in (attention.query, attention.key))
    seen = window_mask(tokens.shape[-1], tokens.shape[-1]) if visible is None else visible
    return (q / attention.d**0.5 @ k.transpose(-2, -1)).masked_fill(~seen, -torch.inf).softmax(-1)
