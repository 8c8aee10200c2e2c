"""Predictors: equal to the textbook's formula, and they find what adds up."""

from itertools import combinations

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.neighbors import KNeighborsRegressor

from edukit.search import LayerChoice, SearchSpace, predictor_search, random_search
from edukit.search.strategies.predictor import nearest, ridge

SPACE = SearchSpace([LayerChoice(f"width {i}", tuple(range(5))) for i in range(4)])
HUGE = SearchSpace([LayerChoice(f"width {i}", tuple(range(8))) for i in range(10)])
CODES = np.array([SPACE.encode(a) for a in SPACE.enumerate()], float)


def total(chosen):
    return sum(chosen.values())


def test_ridge_is_that_of_scikit_learn_on_options_and_pairs():
    pairs = np.array([CODES[:, i] * CODES[:, j] for i, j in combinations(range(CODES.shape[1]), 2)]).T
    features = np.concatenate([CODES, pairs], axis=1)
    draw = np.random.default_rng(0)
    known = draw.permutation(len(CODES))[:40]
    scores = draw.normal(size=40)
    expected = Ridge(alpha=0.7, fit_intercept=False).fit(features[known], scores - scores.mean()).predict(features)
    found = ridge(CODES[known], scores, CODES, strength=0.7)
    np.testing.assert_allclose(found, expected + scores.mean(), atol=1e-8)


def test_nearest_is_that_of_scikit_learn_where_there_are_no_ties():
    draw = np.random.default_rng(1)
    codes = draw.random((30, 8))
    codes /= np.linalg.norm(codes, axis=1, keepdims=True)  # then the largest product is the smallest distance
    scores = draw.normal(size=30)
    expected = KNeighborsRegressor(3).fit(codes, scores).predict(codes)
    np.testing.assert_allclose(nearest(codes, scores, codes), expected)


@pytest.mark.parametrize("predictor", ["ridge", "nearest"])
def test_it_finds_the_best_of_a_sum_sooner_than_random_search(predictor):
    guided = [predictor_search(SPACE, total, predictor=predictor, evaluations=60, seed=s).best.score for s in range(10)]
    drawn = [random_search(SPACE, total, evaluations=60, seed=seed).best.score for seed in range(10)]
    assert np.mean(guided) > np.mean(drawn) + 0.5


def test_ridge_finds_the_very_best_of_a_sum():
    assert all(predictor_search(SPACE, total, evaluations=60, seed=seed).best.score == 16 for seed in range(10))


def test_a_space_that_cannot_be_listed():
    guided = predictor_search(HUGE, total, evaluations=80, first=20, seed=0).best.score
    assert guided > random_search(HUGE, total, evaluations=80, seed=0).best.score + 5


@pytest.mark.parametrize("options", [dict(predictor="lasso"), dict(first=1), dict(batch=1)])
def test_what_is_refused(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        predictor_search(SPACE, total, evaluations=5, **options)
