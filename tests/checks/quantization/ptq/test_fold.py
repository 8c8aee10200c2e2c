"""The exercise on folding: torch's own function passes, and the folded layer says what the two said."""

import numpy as np
import torch
from torch.nn.utils.fusion import fuse_conv_bn_weights

from edukit.checks import quantization as check


def with_torch(w, b, gamma, beta, mean, variance, epsilon):
    parts = (torch.from_numpy(v) for v in (mean, variance))
    weight, bias = fuse_conv_bn_weights(
        torch.from_numpy(w), torch.from_numpy(b), *parts, epsilon, torch.from_numpy(gamma), torch.from_numpy(beta)
    )
    return weight.detach().numpy(), bias.detach().numpy()


def test_torchs_own_fusion_passes():
    assert check.fold_norm(with_torch), check.fold_norm(with_torch)


def test_one_layer_says_what_two_said():
    x = np.random.default_rng(0).normal(size=(6, 7))
    w, b, gamma, beta, mean, variance, epsilon = check.fold_norm.questions[-1]
    two = gamma * (x @ w.T + b - mean) / np.sqrt(variance + epsilon) + beta
    weight, bias = check.fold_norm.solve(*check.fold_norm.questions[-1])
    np.testing.assert_allclose(x @ weight.T + bias, two, rtol=1e-12)


def test_a_factor_in_other_words_is_recognised():
    def answer(w, b, gamma, beta, mean, variance, epsilon):
        factor = gamma * (variance + epsilon) ** -1.0
        return np.einsum("o...,o->o...", w, factor), beta + factor * (b - mean)

    assert "σ is its square root" in check.fold_norm(answer).line
