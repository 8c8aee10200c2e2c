"""Scores: prices, units, and candidates that change who wins."""

import math

import numpy as np
import pytest

from edukit.deployment.manager.choice import Weights, best, range_scores, reciprocal_scores, score


def candidates(seed, count=6):
    drawn = np.random.default_rng(seed)
    figures = zip(
        drawn.uniform(0.5, 1, count), drawn.uniform(1e-3, 1, count), drawn.uniform(1e5, 1e8, count), strict=True
    )
    return {f"m{i}": tuple(map(float, figure)) for i, figure in enumerate(figures)}


def order(scores):
    return sorted(scores, key=scores.get)


def ours(models, weights=None):
    return {name: score(*figures, weights) for name, figures in models.items()}


@pytest.mark.parametrize("seed", range(10))
def test_the_order_hangs_neither_on_units_nor_on_other_candidates(seed):
    models = candidates(seed)
    in_ms_and_kb = {name: (a, 1e3 * latency, size / 1e3) for name, (a, latency, size) in models.items()}
    assert order(ours(models)) == order(ours(in_ms_and_kb))
    assert best(models) == order(ours(models))[-1]


def test_a_doubling_costs_its_price():
    weights = Weights(latency=2, size=0.5)
    assert score(0.9, 1, 1e6, weights) - score(0.9, 2, 1e6, weights) == pytest.approx(2)
    assert score(0.9, 1, 1e6, weights) - score(0.9, 1, 2e6, weights) == pytest.approx(0.5)
    assert score(0.9, 1, 1e6, weights) - score(0.89, 1, 1e6, weights) == pytest.approx(1)


def test_with_reciprocals_the_unit_of_time_chooses():
    milliseconds = {"good": (0.99, 20, 10), "bad": (0.60, 10, 5)}
    seconds = {name: (a, latency / 1000, size) for name, (a, latency, size) in milliseconds.items()}
    winners = [order(reciprocal_scores(models))[-1] for models in (milliseconds, seconds)]
    assert winners == ["good", "bad"] and best(milliseconds) == best(seconds)


def test_with_ranges_a_model_that_never_wins_chooses():
    models = {"a": (0.95, 0.030, 4e6), "b": (0.91, 0.010, 4e6)}
    third = {"c": (0.10, 0.031, 9e6)}
    assert order(range_scores(models))[-1] == "a"
    together = range_scores(models | third)
    assert order(together)[-1] == "b" and order(together)[0] == "c"
    assert best(models) == best(models | third)


@pytest.mark.parametrize(
    "figures, word",
    [((1.2, 1, 1), "accuracy"), ((0.5, 0, 1), "latency"), ((0.5, 1, math.inf), "size"), ((math.nan, 1, 1), "accuracy")],
)
def test_bad_input_is_refused(figures, word):
    for function in (lambda: score(*figures), lambda: best({"m": figures}), lambda: range_scores({"m": figures})):
        with pytest.raises(ValueError, match=word):
            function()
    with pytest.raises(ValueError, match="latency must be finite"):
        Weights(latency=-1)
    with pytest.raises(ValueError, match="at least one model"):
        best({})
