"""A window of recent tokens, with and without the first ones: what may leave a cache, and what must stay.

    token i sees token j    j <= i  and  (i - j < window  or  j < sinks)

A softmax has to give its weight to somebody. Heads that look for nothing give it to the first tokens, which every later
one sees: **attention sinks**. A cache that drops them changes all other weights.

Symbols   window recent tokens that are kept, the newest too · sinks first tokens that are kept
Cost      a cache of sinks + window tokens, however long the text is
Source    Xiao et al. 2023, https://arxiv.org/abs/2309.17453 (StreamingLLM)
In production  llama.cpp's --keep; models that learn a sink of their own, such as gpt-oss
"""

import torch

from edukit.checked import checked
from edukit.refuse import check_whole


@checked
def window_mask(tokens: int, window: int, sinks: int = 0) -> torch.Tensor:
    """Which tokens each token may see, (tokens, tokens) truth values, a row for each that looks.

    >>> window_mask(4, window=2, sinks=1).int().tolist()
    [[1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0], [1, 0, 1, 1]]
    """
    check_whole(tokens, "tokens")
    check_whole(window, "window")
    check_whole(sinks, "sinks", 0)
    i = torch.arange(tokens)[:, None]
    j = torch.arange(tokens)[None]
    return (j <= i) & ((i - j < window) | (j < sinks))
