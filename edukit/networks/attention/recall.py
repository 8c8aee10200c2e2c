"""Recall: how much of its attention weight a query can give to the one key that it means, among N random keys.

    q_i = sharpness · k_i        weight on that key = mean_i w_ii,   w the N x N attention weights

Symbols   N keys, all of length √d · d features of a key · sharpness how clearly a query asks: training can raise it
Bound     linear: at most d / N, whatever the queries and keys, for every φ of d features. w = D⁻¹ φ(q) φ(k)ᵀ has rank
          d, and its rows sum to 1, so no eigenvalue exceeds 1 and at most d are not 0: the diagonal sums to d at most.
          softmax: no such bound, the weight goes to 1 as the sharpness grows, as no key is nearer to k_i than itself
Source    the argument is short enough to stand here; that states of fixed size recall less than attention is measured
          on language in Arora et al. 2024, https://arxiv.org/abs/2402.18668
In production  hybrids: a few layers of softmax attention, or a sliding window of it, between linear ones
"""

from collections.abc import Callable

import numpy as np
import torch

from edukit.networks.attention.softmax import softmax_weights
from edukit.refuse import check_sizes


def recalled_weight(N: int, d: int, sharpness: float, weights: Callable = softmax_weights, *, seed: int = 0) -> float:
    """The mean weight, 0 to 1, that a query lays on the one key it means.

    >>> round(recalled_weight(64, 16, 8.0), 2)
    1.0
    >>> from edukit.networks.attention import linear_weights
    >>> recalled_weight(64, 16, 8.0, linear_weights) < 16 / 64
    True
    """
    check_sizes(N=N, d=d)
    keys = np.random.default_rng(seed).normal(size=(N, d))
    keys = torch.from_numpy(keys * d**0.5 / np.linalg.norm(keys, axis=1, keepdims=True)).float()
    return weights(sharpness * keys, keys).diagonal().mean().item()
