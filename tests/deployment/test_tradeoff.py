"""The front is what domination says it is; the choice lies on it; the error is that of repeated draws."""

import numpy as np
import pytest

from edukit.deployment.tradeoff import cheapest_within, pareto_front, standard_error, within_points

SEEDS = range(20)


def random_models(seed, n=12):
    """Whole numbers, so that ties happen."""
    random = np.random.default_rng(seed)
    return random.integers(1, 8, n), random.integers(0, 8, n) / 10


def dominates(i, j, costs, accuracies):
    no_worse = costs[i] <= costs[j] and accuracies[i] >= accuracies[j]
    return no_worse and (costs[i] < costs[j] or accuracies[i] > accuracies[j])


@pytest.mark.parametrize("seed", SEEDS)
def test_the_front_holds_exactly_what_nothing_dominates(seed):
    costs, accuracies = random_models(seed)
    n = range(len(costs))
    assert pareto_front(costs, accuracies) == [j for j in n if not any(dominates(i, j, costs, accuracies) for i in n)]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_choice_keeps_the_limit_and_nothing_cheaper_does(seed):
    costs, accuracies = random_models(seed)
    for points in (0, 10, 30, 100):
        chosen = cheapest_within(costs, accuracies, points)
        assert within_points(accuracies[0], accuracies[chosen], points)
        cheaper = [a for c, a in zip(costs, accuracies, strict=True) if c < costs[chosen]]
        assert not any(within_points(accuracies[0], a, points) for a in cheaper)


@pytest.mark.parametrize("accuracy", [0.5, 0.9, 0.99])
def test_the_error_is_the_spread_of_repeated_draws(accuracy):
    """The spread of 4,000 draws is itself uncertain by 1 / √(2 · 4,000), 1.1 %; four times that is allowed."""
    measured = np.random.default_rng(0).binomial(500, accuracy, 4000) / 500
    assert measured.std() == pytest.approx(standard_error(accuracy, 500), rel=4 / np.sqrt(2 * 4000))


def test_equal_models_stay_on_the_front_together():
    assert pareto_front([5, 5, 5], [0.9, 0.9, 0.8]) == [0, 1]
    assert cheapest_within([5, 3, 3], [0.9, 0.8, 0.9], 20) == 2  # of equal costs, the best


def test_one_model_is_its_own_front():
    assert pareto_front([1], [0.1]) == [0] and cheapest_within([1], [0.1], 0) == 0
    assert standard_error(1.0, 500) == standard_error(0.0, 1) == 0


@pytest.mark.parametrize(
    ("before", "after", "points", "right"),
    [(0.852, 0.847, 0.5, True), (0.852, 0.8468, 0.5, False), (0.9, 0.95, 0, True), (0.5, 0.485, 2, True)],
)
def test_points_are_neither_percent_nor_floats(before, after, points, right):
    """85.2 % to 84.7 % loses 0.5 points, whatever a float makes of it; from 50 % to 48.5 % is 3 percent."""
    assert within_points(before, after, points) is right


@pytest.mark.parametrize(
    ("call", "culprit"),
    [
        (lambda: pareto_front([1, 2], [0.5]), "costs and accuracies"),
        (lambda: pareto_front([], []), "costs and accuracies"),
        (lambda: pareto_front([1, np.nan], [0.5, 0.6]), "NaN"),
        (lambda: cheapest_within([1], [np.inf], 1), "infinity"),
        (lambda: within_points(0.9, 0.8, -1), "points"),
        (lambda: within_points(0.9, 0.8, np.nan), "points"),
        (lambda: standard_error(98, 500), "accuracy"),
        (lambda: standard_error(0.98, 0), "images"),
    ],
)
def test_bad_input_is_named(call, culprit):
    with pytest.raises(ValueError, match=culprit):
        call()


def test_published_example():
    """99 % of the 500 test digits: 0.44 points, so that 0.2 points, one image, are noise."""
    assert 100 * standard_error(0.99, 500) == pytest.approx(0.445, abs=0.0005)
