"""Condensed values: nothing is lost of their number and sum, and each mean lies in its bin."""

import numpy as np
import pytest
import torch

from edukit.quantization.grid.condense import condensed

X = torch.from_numpy(np.random.default_rng(0).normal(size=(3, 4, 50)).astype(np.float32))


@pytest.mark.parametrize("others", [(0, 1, 2), (1, 2), (0, 2), (2,), (0,)])
def test_counts_and_sums_are_those_of_the_values(others):
    means, counts = condensed(X, others, bins=16)
    shape = [1 if a in others else n for a, n in enumerate(X.shape)]
    assert means.shape == counts.shape == (*shape, 16)
    assert torch.equal(counts.sum(-1), torch.ones_like(X).sum(others, keepdim=True))
    torch.testing.assert_close((means * counts).sum(-1), X.sum(others, keepdim=True), rtol=0, atol=1e-4)


def test_each_mean_lies_in_its_bin():
    means, counts = condensed(X, (0, 1, 2), bins=10)
    edges = torch.linspace(float(X.min()), float(X.max()), 11)
    inside = (edges[:-1] - 1e-5 <= means) & (means <= edges[1:] + 1e-5)
    assert inside[counts > 0].all() and torch.equal(counts.flatten(), torch.histc(X, 10))


def test_constant_values_and_numpy():
    means, counts = condensed(np.full((2, 8), 3.0, np.float32), (1,), bins=4)
    assert means.flatten().tolist() == counts.flatten().div(8 / 3).tolist() == [3, 0, 0, 0] * 2
