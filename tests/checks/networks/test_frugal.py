"""Work and memory are counted in numpy and in torch, and an answer that is right for small questions may fail."""

import numpy as np
import pytest
import torch

from edukit.checks import networks as check
from edukit.checks.networks.attention import phi
from edukit.checks.networks.frugal import Frugal, _worked

N, D = 40, 3
Q = np.random.default_rng(0).normal(size=(N, D))


@pytest.mark.parametrize(
    ("answer", "work"),
    [
        (lambda q: q @ q.T, N * N * D),
        (lambda q: np.dot(q, q.T), N * N * D),
        (lambda q: np.einsum("nd,md->nm", q, q), N * N * D),
        (lambda q: torch.from_numpy(q) @ torch.from_numpy(q).T, N * N * D),
        (lambda q: torch.einsum("nd,md->nm", torch.from_numpy(q), torch.from_numpy(q)), N * N * D),
        (lambda q: q + 1, N * D),
        (lambda q: q.sum(), N * D),
    ],
)
def test_a_product_is_counted_by_its_multiplications(answer, work):
    assert work <= _worked(answer, (Q,))[1] <= work + 4 * N * D


@pytest.mark.parametrize(
    ("answer", "largest"),
    [
        (lambda q: q @ q.T, N * N),
        (lambda q: np.outer(q[:, 0], q[:, 0]), N * N),
        (lambda q: torch.from_numpy(q) @ torch.from_numpy(q).T, N * N),
        (lambda q: q[:4] + 1, 4 * D),
        (lambda q: np.transpose(q)[0].sum(), 1),
    ],
)
def test_the_largest_array_is_noted_but_no_view(answer, largest):
    assert _worked(answer, (Q,))[2] == largest


def test_a_loop_over_the_queries_is_refused_for_its_work():
    def by_query(q, k, v):
        rows = []
        for row in phi(q):
            weights = phi(k) @ row
            rows.append(weights @ v / weights.sum())
        return np.array(rows)

    assert "multiplications" in check.linear_attention(by_query).line


def test_numbers_that_torch_holds_are_counted_too():
    def in_torch(q, k, v):
        q, k, v = (torch.from_numpy(np.asarray(part)) for part in (q, k, v))
        weights = (torch.nn.functional.elu(q) + 1) @ (torch.nn.functional.elu(k) + 1).T
        return (weights @ v / weights.sum(1, keepdim=True)).numpy()

    assert "multiplications" in check.linear_attention(in_torch).line


@pytest.mark.parametrize("large", [lambda x: 1 / 0, lambda x: None, lambda x: "many"])
def test_a_large_question_must_be_answered_as_well(large):
    exercise = Frugal(np.sum, [(np.ones(2),)], {}, "right", large=(np.ones(500),), limit_work=1e4, wasteful="too much")
    verdict = exercise(lambda x: large(x) if len(x) > 2 else x.sum())
    assert not verdict and "\n" not in verdict.line
    assert exercise(np.sum)
