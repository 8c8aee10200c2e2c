"""Precision and recall: a curve by hand, a slow average, bounds, and what is refused."""

import numpy as np
import pytest

from edukit.detection import average_precision, precision_recall


def slow(scores, hits, objects):
    """For each of the 101 recalls, look at all beginnings of the list that reach it."""
    order = sorted(range(len(scores)), key=lambda i: (-scores[i], i))
    points = []
    for k in range(1, len(order) + 1):
        found = sum(hits[i] for i in order[:k])
        points.append((found / objects, found / k))
    return np.mean([max([p for r, p in points if r >= wanted], default=0) for wanted in np.linspace(0, 1, 101)])


def test_the_slow_definition_agrees():
    rng = np.random.default_rng(0)
    for _ in range(300):
        count = rng.integers(1, 30)
        scores, hits = rng.integers(0, 10, count) / 10, rng.random(count) < 0.6
        objects = int(hits.sum() + rng.integers(0, 5)) or 1
        assert average_precision(scores, hits, objects) == pytest.approx(slow(scores, hits, objects), abs=1e-12)


def test_a_curve_by_hand():
    precision, recall = precision_recall([0.2, 0.9, 0.5], [1, 1, 0], 2)
    assert precision.tolist() == [1, 0.5, 2 / 3] and recall.tolist() == [0.5, 0.5, 1]
    assert average_precision([0.2, 0.9, 0.5], [1, 1, 0], 2) == pytest.approx((51 + 50 * 2 / 3) / 101)


def test_all_found_first_is_1_and_nothing_found_is_0():
    assert average_precision([0.9, 0.8, 0.1], [True, True, False], 2) == 1
    assert average_precision([0.9], [False], 2) == 0 and average_precision([], [], 3) == 0


def test_a_wrong_box_below_all_others_costs_nothing_and_one_above_costs():
    base = average_precision([0.9, 0.8], [True, True], 4)
    assert average_precision([0.9, 0.8, 0.1], [True, True, False], 4) == base
    assert average_precision([0.9, 0.8, 0.95], [True, True, False], 4) < base


@pytest.mark.parametrize(
    ("scores", "hits", "objects", "message"),
    [
        ([0.5, float("nan")], [1, 0], 2, "scores must be finite"),
        ([0.5], [1, 0], 2, "scores and hits must be equally long"),
        ([[0.5]], [[1]], 2, "scores and hits must be equally long"),
        ([0.5], [0.5], 2, "hits must be True or False"),
        ([0.5], [1], 0, "objects must be a whole number of at least 1"),
        ([0.5, 0.4], [1, 1], 1, "hits must be at most as many as objects, got 2 of 1"),
    ],
)
def test_what_gives_no_average_is_refused(scores, hits, objects, message):
    with pytest.raises(ValueError, match=message):
        average_precision(scores, hits, objects)
    with pytest.raises(ValueError, match=message):
        precision_recall(scores, hits, objects)
