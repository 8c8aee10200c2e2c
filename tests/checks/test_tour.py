"""Right answers in other words pass, and mistakes in other clothes are recognised."""

import numpy as np
import pytest

from edukit.checks import tour


def article_pruned(w, sparsity):
    """As published: it says copy, and prunes the weights it was given."""
    order = np.argsort(np.abs(w), axis=None, kind="stable")
    w.ravel()[order[: round(sparsity * w.size)]] = 0
    return w


def test_a_copy_that_prunes_the_weights_it_was_given_is_refused():
    assert "still the code you were given" in tour.pruned_copy(article_pruned).line
    assert "changed its input" in tour.pruned_copy(lambda w, sparsity: article_pruned(w, sparsity)).line
    assert tour.pruned_copy(lambda w, sparsity: article_pruned(w.copy(), sparsity))


def learner_pruned(w, sparsity):
    """By rank: a weight goes when fewer are smaller than should go."""
    rank = np.argsort(np.argsort(np.abs(w).ravel(), kind="stable")).reshape(w.shape)
    return w * (rank >= round(sparsity * w.size))


def learner_smallest(sizes, accuracies, points):
    """By sorting what is good enough."""
    good = [(sizes[i], -a, i) for i, a in enumerate(accuracies) if max(accuracies) - a <= points]
    return sorted(good)[0][2]


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        (tour.pruned_copy, learner_pruned),
        (tour.size_bytes, lambda weights, bits: (weights * bits + 7) // 8),
        (tour.size_bytes, lambda weights, bits: int(np.ceil(weights * bits / 8))),
        (tour.smallest_within, learner_smallest),
    ],
)
def test_other_right_ways_to_write_it_pass(exercise, answer):
    assert exercise(answer), exercise(answer)


def test_published_example():
    """Below 0.3 are four of these nine weights, not three as an article says; the tour's net has 85,008 weights."""
    w = np.array([[0.2, -0.1, 0.5], [0.3, 0.7, -0.2], [-0.4, 0.1, 0.6]])
    assert (tour.pruned(w, 4 / 9) == np.where(abs(w) < 0.3, 0, w)).all()
    assert tour.size_in_bytes(85_008, 32) == 340_032 == 4 * tour.size_in_bytes(85_008, 8)
