"""Regret: never rises, ends at zero when all is seen, and random search's is the one that order statistics give."""

import math

import numpy as np
import pytest

from edukit.search.regret import bands, best_share, evaluations_to, regret

DRAW = np.random.default_rng(0)


def test_it_never_rises_and_ends_at_zero():
    for size in (1, 2, 17, 100):
        scores = DRAW.permutation(size)
        curve = regret(scores, size - 1)
        assert (np.diff(curve) <= 0).all() and curve[-1] == 0 and curve[0] == size - 1 - scores[0]


def test_of_draws_it_is_what_order_statistics_say():
    """The largest of n numbers drawn from 1 to N without replacement is n (N + 1) / (n + 1) on average."""
    runs = np.array([DRAW.permutation(np.arange(1, 101))[:30] for _ in range(4000)])
    counts = np.arange(1, 31)
    expected = 100 - counts * 101 / (counts + 1)
    np.testing.assert_allclose(regret(runs, 100).mean(0), expected, atol=4 * 29 / np.sqrt(4000))


def test_bands_are_quartiles_of_the_runs():
    curves = DRAW.random((50, 7))
    low, middle, high = bands(curves)
    np.testing.assert_allclose(middle, np.median(curves, axis=0))
    assert (low <= middle).all() and (middle <= high).all()


def test_evaluations_until_it_was_good_enough():
    assert evaluations_to([1, 5, 9, 2], 9) == 3
    assert evaluations_to([1, 5, 9, 2], 0) == 1
    assert evaluations_to([], 0) == math.inf == evaluations_to([1], 2)


@pytest.mark.parametrize(("share", "expected"), [(0.01, 198), (0.05, 190), (0.29, 142), (1, 0), (1e-9, 199)])
def test_the_best_share(share, expected):
    assert best_share(DRAW.permutation(200), share) == expected


@pytest.mark.parametrize(
    ("scores", "best"), [([], 1), ([math.nan], 1), ([0.5], math.nan), ([math.inf], math.inf), ([2], 1)]
)
def test_what_is_no_regret(scores, best):
    with pytest.raises(ValueError, match="best"):
        regret(scores, best)


@pytest.mark.parametrize("share", [0, -1, 1.5, math.nan])
def test_a_share_is_from_0_to_1(share):
    with pytest.raises(ValueError, match="share"):
        best_share([1, 2], share)
