"""Right answers in other words pass; the errors planted in lesson 06 are named; one repair of two is not enough."""

import numpy as np
import pytest
import torch
from torch.nn.utils import prune

from edukit.checks import pruning as check
from edukit.pruning import threshold_mask


def by_torch(w, sparsity):
    """Zeros in torch's own pruning, where no two weights have one size."""
    layer = torch.nn.Linear(1, 1)
    layer.w = torch.nn.Parameter(torch.from_numpy(np.ascontiguousarray(w)))
    equals = len(np.unique(abs(w))) < w.size
    chosen = torch.from_numpy(abs(w) - 1e-9 * np.arange(w.size)[::-1].reshape(w.shape)) if equals else abs(layer.w)
    prune.l1_unstructured(layer, "w", round(sparsity * w.size), importance_scores=chosen)
    return layer.w_mask.numpy().astype(bool)


def one_by_one(w, sparsity):
    stays = [True] * w.size
    for place in sorted(range(w.size), key=lambda i: abs(w.flat[i]))[: round(sparsity * w.size)]:
        stays[place] = False
    return np.reshape(stays, w.shape)


def counted(parameters):
    zeros = [float(value) == 0 for w in parameters if w.ndim > 1 for value in w.flat]
    return sum(zeros) / len(zeros)


def one_weight_at_a_time(w, velocity, gradient, stays, learning_rate, momentum):
    zipped = zip(w, velocity, gradient, stays, strict=True)
    return [float(a - learning_rate * (momentum * v + g)) if alive else 0.0 for a, v, g, alive in zipped]


def by_names(w, sparsities):
    """What is left carries its old places with it."""
    left, steps = sorted(range(len(w)), key=lambda i: abs(w[i])), []
    for sparsity in sparsities:
        going = round(sparsity * len(w)) - (len(w) - len(left))
        steps.append(np.array(left[:going], int))
        left = left[going:]
    return steps


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        (check.magnitude_mask, by_torch),
        (check.magnitude_mask, one_by_one),
        (check.sparsity, counted),
        (check.held_step, one_weight_at_a_time),
        (check.in_steps, by_names),
    ],
)
def test_other_right_ways_to_write_it_pass(exercise, answer):
    assert exercise(answer), exercise(answer)


def test_the_errors_planted_in_the_lesson_are_named():
    def mask(w, sparsity):
        going = round(sparsity * w.size)
        return abs(w) > np.sort(abs(w), axis=None)[going - 1] if going else np.ones(w.shape, bool)

    def step(w, velocity, gradient, stays, learning_rate, momentum):
        velocity = momentum * velocity + gradient * stays
        return w - learning_rate * velocity

    def steps(w, sparsities):
        found = []
        for sparsity in sparsities:
            order = np.argsort(abs(w), kind="stable")[: round(sparsity * len(w))]
            found.append(order.tolist())
            w = np.delete(w, order)
        return found

    assert (
        "weights as large as the last one that goes go along"
        in check.magnitude_mask(lambda *question: mask(*question)).line
    )
    assert "only the gradient is masked" in check.held_step(lambda *question: step(*question)).line
    assert "two things are wrong" in check.in_steps(lambda *question: steps(*question)).line


def test_equals_in_any_order_are_no_ranking():
    def sorted_by_default(w, sparsity):
        stays = np.ones(w.size, bool)
        stays[np.argsort(abs(w).ravel())[: round(sparsity * w.size)]] = False
        return stays.reshape(w.shape)

    def from_the_last(w, sparsity):
        return np.flip(one_by_one(np.flip(w), sparsity))

    assert "kind='stable'" in check.magnitude_mask(sorted_by_default).line
    assert "the weight 0.3 at (0,) goes" in check.magnitude_mask(from_the_last).line


def test_one_repair_of_two_is_not_enough():
    def in_rounds(w, sparsities, share_of_all, old_places):
        alive, found = np.arange(len(w)), []
        for sparsity in sparsities:
            going = round(sparsity * len(w)) - len(w) + len(alive) if share_of_all else round(sparsity * len(alive))
            order = np.argsort(abs(w[alive]), kind="stable")[:going]
            found.append((alive[order] if old_places else order).tolist())
            alive = np.delete(alive, order)
        return found

    assert "the places count in what is left" in check.in_steps(lambda w, s: in_rounds(w, s, True, False)).line
    assert "the share is taken of what is left" in check.in_steps(lambda w, s: in_rounds(w, s, False, True)).line
    assert check.in_steps(lambda w, s: in_rounds(w, s, True, True))


def test_answers_of_the_wrong_form_are_told_so():
    assert "a mask has w's shape" in check.magnitude_mask(lambda w, s: [True]).line
    assert not check.magnitude_mask(lambda w, s: w)
    assert "a mask of numbers is no mask" in check.magnitude_mask(lambda w, s: 1 * one_by_one(w, s)).line
    assert (
        "asked are True and False, yours are float64" in check.magnitude_mask(lambda w, s: 1.0 * one_by_one(w, s)).line
    )
    assert "yours is ()" in check.held_step(lambda *question: 1.0).line
    assert "need a list of places each, 1, yours are 0" in check.in_steps(lambda w, s: []).line
    assert not check.sparsity(lambda parameters: "many")
    assert "changed its input" in check.held_step(in_place).line


def in_place(w, velocity, gradient, stays, learning_rate, momentum):
    w -= learning_rate * (momentum * velocity + gradient)
    w[~stays] = 0
    return w


def test_the_article_counts_three_zeros_where_its_matrix_has_four():
    w = np.array([[0.2, -0.1, 0.5], [0.3, 0.7, -0.2], [-0.4, 0.1, 0.6]])
    assert (~threshold_mask(w, 0.3)).sum() == 4
