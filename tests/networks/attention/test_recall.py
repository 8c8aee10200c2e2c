"""The needle: softmax finds it once it asks clearly, and no linear attention lays more than d / N on it."""

import pytest
import torch

from edukit.networks.attention import linear_weights, softmax_weights
from edukit.networks.attention.recall import recalled_weight


@pytest.mark.parametrize("d", [1, 4, 16])
@pytest.mark.parametrize("sharpness", [0.1, 1.0, 8.0, 1000.0])
def test_linear_attention_stays_below_its_bound(d, sharpness):
    for N in (d + 1, 50, 400):
        assert recalled_weight(N, d, sharpness, linear_weights) <= d / N + 1e-6


@pytest.mark.parametrize("seed", range(5))
def test_the_bound_holds_for_every_feature_map_and_is_reached_where_keys_are_few(seed):
    """Weights of rank d whose rows sum to 1 have a diagonal that sums to d at most, however wild the features are."""
    random = torch.Generator().manual_seed(seed)
    for d, N in ((3, 3), (3, 20), (8, 100)):
        q, k = torch.rand(2, N, d, generator=random, dtype=torch.float64) ** 20  # most nearly 0, a few nearly 1
        weights = q @ k.T
        weights = weights / weights.sum(-1, keepdim=True)
        assert weights.diagonal().sum() <= d + 1e-6
    one_each = torch.eye(4)
    assert (one_each @ one_each.T).diagonal().sum() == 4  # d = N: every key has a feature of its own


def test_softmax_points_at_any_of_them_once_it_asks_clearly():
    assert recalled_weight(512, 16, 100.0) > 0.99
    weights = [recalled_weight(256, 16, s, softmax_weights) for s in (0.5, 1.0, 2.0, 4.0, 8.0)]
    assert weights == sorted(weights)


def test_one_key_gets_all_the_weight():
    assert recalled_weight(1, 4, 1.0) == recalled_weight(1, 4, 1.0, linear_weights) == 1


@pytest.mark.parametrize(("N", "d"), [(0, 4), (4, 0), (2.5, 4)])
def test_sizes_that_are_none_are_refused(N, d):
    with pytest.raises(ValueError, match="must be a whole number from 1 to 1048576, got"):
        recalled_weight(N, d, 1.0)
