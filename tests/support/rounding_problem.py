"""Weights, inputs and a grid on which rounding to the nearest code is not the best for the output."""

import torch

from edukit.quantization import QParams


def problem(random, out=16, inside=24, stories=6, bits=3, groups=()):
    """Weights, correlated inputs such as images give, and a grid of few bits."""
    w = torch.randn(*groups, out, inside, generator=random)
    mixing = torch.randn(*groups, stories, inside, generator=random)
    x = torch.randn(*groups, 500, stories, generator=random) @ mixing
    x = x + 0.1 * torch.randn(x.shape, generator=random)
    half = 2 ** (bits - 1)
    return w, x, QParams(w.abs().amax(-1, keepdim=True) / (half - 0.5), torch.tensor(0), -half, half - 1)
