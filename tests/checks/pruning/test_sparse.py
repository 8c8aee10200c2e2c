"""Exercises on inputs, formats and sparse products: other right ways pass, and the wrong form is told."""

import numpy as np
import pytest
import torch
from torch import nn

from edukit.checks import pruning as check
from edukit.pruning.weights import run_lengths as package
from edukit.pruning.weights.model_masks import score_masks
from edukit.pruning.weights.storage import store
from edukit.pruning.weights.wanda import wanda_scores


def by_model(w, x, sparsity):
    layer = nn.Linear(w.shape[1], w.shape[0], bias=False).double()
    layer.weight.data = torch.from_numpy(w)
    return score_masks(wanda_scores(layer, torch.from_numpy(x)), sparsity, scope="row")["weight"].numpy()


def row_by_row(w, x, sparsity):
    stays = np.ones(w.shape, bool)
    for i, row in enumerate(w):
        scores = [abs(value) * sum(x[:, j] ** 2) ** 0.5 for j, value in enumerate(row)]
        for j in sorted(range(len(row)), key=scores.__getitem__)[: round(sparsity * len(row))]:
            stays[i, j] = False
    return stays


def by_store(w):
    parts = store(np.atleast_2d(w), "bitmask")
    return parts["values"], parts["mask"]


def bit_by_bit(w):
    mask = np.zeros(-(-w.size // 8), np.uint8)
    for place, value in enumerate(w.ravel()):
        mask[place // 8] |= int(value != 0) << place % 8
    return np.array([value for value in w.ravel() if value != 0], w.dtype), mask


def by_package(w, bits):
    return package.run_lengths(w, bits)


def by_dense(values, columns, starts, x):
    w = np.zeros((len(starts) - 1, len(x)))
    w[np.repeat(np.arange(len(w)), np.diff(starts)), columns] = values
    return w @ x


def by_torch(values, columns, starts, x):
    csr = torch.sparse_csr_tensor(*map(torch.from_numpy, (starts, columns, values)), size=(len(starts) - 1, len(x)))
    return (csr @ torch.from_numpy(x)).numpy()


@pytest.mark.filterwarnings("ignore:Sparse CSR")
@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        (check.wanda_mask, by_model),
        (check.wanda_mask, row_by_row),
        (check.bitmask, by_store),
        (check.bitmask, bit_by_bit),
        (check.run_lengths, by_package),
        (check.csr_product, by_dense),
        (check.csr_product, by_torch),
    ],
)
def test_other_right_ways_to_write_it_pass(exercise, answer):
    assert exercise(answer), exercise(answer)


def test_answers_of_the_wrong_form_are_told_so():
    assert "a mask has the shape of w" in check.wanda_mask(lambda w, x, s: w[0] > 0).line
    assert not check.wanda_mask(lambda w, x, s: abs(w))
    assert "packed into uint8" in check.bitmask(lambda w: (w[w != 0], w.ravel() != 0)).line
    assert not check.bitmask(lambda w: w)
    assert not check.run_lengths(lambda w, bits: [])
    assert "W @ x has the shape" in check.csr_product(lambda values, columns, starts, x: np.zeros(9)).line


def wanda(going=lambda share, inputs: round(share * inputs), norm=lambda x: (x**2).sum(0) ** 0.5):
    def mask(w, x, sparsity):
        ranks = (np.abs(w) * norm(x)).argsort(1, kind="stable").argsort(1)
        return ranks >= going(sparsity, w.shape[1])

    return mask


def without_minlength(values, columns, starts, x):
    return np.bincount(np.repeat(np.arange(len(starts) - 1), np.diff(starts)), values * x[columns])


def first_numbers_of_rows(values, columns, starts, x):
    sums = np.add.reduceat(values * x[columns], starts[:-1])
    return np.where(np.diff(starts) > 0, sums, 0)


def above(least):
    return lambda w: (w[np.abs(w) > least], np.packbits(np.abs(w.ravel()) > least, bitorder="little"))


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        (check.wanda_mask, wanda(lambda share, inputs: int(share * inputs))),
        (check.wanda_mask, wanda(lambda share, inputs: int(share * inputs + 0.5))),
        (check.wanda_mask, wanda(lambda share, inputs: int(np.ceil(share * inputs)))),
        (check.wanda_mask, wanda(norm=lambda x: np.abs(x).mean(0))),
        (check.csr_product, without_minlength),
        (check.csr_product, first_numbers_of_rows),
        (check.bitmask, above(1e-8)),
        (check.bitmask, lambda w: check.bitmask.solve(w.ravel("K"))),
        (check.run_lengths, lambda w, bits: check.run_lengths.solve(np.where(np.abs(w) < 1e-3, 0, w), bits)),
        (check.run_lengths, lambda w, bits: check.run_lengths.solve(w, min(bits, 4))),
        (check.channels_within, lambda times, limit: [n for n, s in times.items() if s <= limit][-1]),
        (check.channels_within, lambda times, limit: max(n for n, s in times.items() if s <= limit + 1e-6)),
        (check.in_steps, lambda w, shares: [[str(i) for i in step] for step in check.in_steps.solve(w, shares)]),
        (check.in_steps, lambda w, shares: [[i + 0.5 for i in step] for step in check.in_steps.solve(w, shares)]),
    ],
)
def test_answers_that_are_right_for_easy_questions_only_are_refused(exercise, answer):
    assert not exercise(answer)


def test_steps_may_be_sets():
    assert check.in_steps(lambda w, shares: [{*step} for step in check.in_steps.solve(w, shares)])
