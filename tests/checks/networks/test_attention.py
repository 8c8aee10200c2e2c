"""Right answers in other words pass, and mistakes in other clothes are recognised."""

import math

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from edukit.checks import networks as check
from edukit.checks.networks.attention import phi
from edukit.networks import linear_attention
from edukit.networks.attention import LinearState, positive


def by_torch(q, k, v):
    return linear_attention(*map(torch.from_numpy, (q, k, v))).numpy()


def query_by_query(q, k, v):
    """A loop that never holds more than a row."""
    sums, weight = np.einsum("nd,ne->de", phi(k), v), phi(k).sum(0)
    return np.stack([phi(row) @ sums / (phi(row) @ weight) for row in q])


def sdpa(q, k, v):
    return F.scaled_dot_product_attention(*map(torch.from_numpy, (q, k, v)), is_causal=True).numpy()


def word_by_word(q, k, v):
    """Position i with what came before it: no mask at all."""
    rows = []
    for i in range(len(q)):
        scores = k[: i + 1] @ q[i] / len(q[i]) ** 0.5
        weights = np.exp(scores - scores.max())
        rows.append(weights / weights.sum() @ v[: i + 1])
    return np.array(rows)


def masked_and_normalised_again(q, k, v):
    """A mask after the softmax is right once each row is divided by what is left of it."""
    scores = q @ k.T / np.sqrt(q.shape[1])
    largest = np.array([row[: i + 1].max() for i, row in enumerate(scores)])
    weights = np.tril(np.exp(np.minimum(scores - largest[:, None], 0)))
    return weights / weights.sum(1, keepdims=True) @ v


def by_state(sums, weight, q, k, v):
    state = LinearState(torch.from_numpy(sums), torch.from_numpy(weight))
    y = state.step(*map(torch.from_numpy, (q, k, v)))
    return y.numpy(), state.sums.numpy(), state.weight.numpy()


def as_lists(sums, weight, q, k, v):
    sums, weight = sums + phi(k)[:, None] * v, weight + phi(k)
    return [(phi(q) @ sums / (phi(q) @ weight)).tolist(), sums.tolist(), weight.tolist()]


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        (check.linear_attention, by_torch),
        (check.linear_attention, query_by_query),
        (check.causal_attention, sdpa),
        (check.causal_attention, word_by_word),
        (check.causal_attention, masked_and_normalised_again),
        (check.step, by_state),
        (check.step, as_lists),
    ],
)
def test_other_right_ways_to_write_it_pass(exercise, answer):
    assert exercise(answer), exercise(answer)


def test_the_lessons_two_errors_are_told_one_after_the_other():
    def as_printed(q, k, v):
        return phi(q) @ phi(k).T @ v / len(k)

    def half_mended(q, k, v):
        weights = phi(q) @ phi(k).T
        return weights @ v / weights.sum(1, keepdims=True)

    assert "divided by the number of keys" in check.linear_attention(as_printed).line
    assert "N² of them were written down" in check.linear_attention(half_mended).line


def test_a_step_that_writes_into_the_old_state_is_told_so():
    def in_place(sums, weight, q, k, v):
        sums += np.outer(phi(k), v)
        weight += phi(k)
        return phi(q) @ sums / (phi(q) @ weight), sums, weight

    assert "changed its input" in check.step(in_place).line


def test_answers_of_another_form_are_told_the_form():
    assert "give an output (3, 2), yours is (2, 3)" in check.causal_attention(lambda q, k, v: v.T).line
    assert not check.step(lambda sums, weight, q, k, v: (q, sums, weight.T[:1]))


def test_phi_of_the_checks_is_the_packages():
    x = np.linspace(-40, 5, 91)
    assert np.allclose(phi(x), positive(torch.from_numpy(x)), rtol=1e-12)


def in_loops(q, k, v, exp=math.exp):
    """Causal attention whose exponentials are taken of the scores as they are."""
    rows = []
    for i in range(len(q)):
        weights = [exp(float(q[i] @ k[j]) / math.sqrt(len(q[i]))) for j in range(i + 1)]
        rows.append(sum(weight * v[j] for j, weight in enumerate(weights)) / sum(weights))
    return rows


def test_scores_too_large_for_an_exponential_may_be_refused_aloud_but_not_answered_with_nan():
    assert check.causal_attention(in_loops)
    assert "but your function raised OverflowError" in check.causal_attention(in_loops).line
    assert "e^710 is beyond every float" in check.causal_attention(lambda q, k, v: in_loops(q, k, v, np.exp)).line


def test_only_the_question_with_large_scores_may_be_refused_and_only_for_that_reason():
    def never(q, k, v):
        raise OverflowError("too large")

    def otherwise(q, k, v):
        raise ValueError("too large") if abs(q @ k.T).max() > 1000 else TypeError

    assert not check.causal_attention(never)
    assert not check.causal_attention(lambda q, k, v: otherwise(q, k, v) if abs(q).max() > 40 else in_loops(q, k, v))
