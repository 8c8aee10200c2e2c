"""Two answers are the same up to float rounding, and never across kinds."""

import numpy as np
import pytest
import torch

from edukit.checks.alike import alike, as_numbers, differing


@pytest.mark.parametrize(
    ("right", "same"),
    [
        (np.array([1.0, 0.0]), np.array([1.0, 1e-16])),
        (np.float32([1.0, 0.0]), np.float32([1.0, 1e-8])),
        (1.0, 1),
        ([1.0, 2.0], (1, 2)),
        (np.array([1, 2]), torch.tensor([1, 2])),
        (torch.tensor(1.0), torch.tensor(1.0, requires_grad=True)),
        (np.nan, np.nan),
        ([0, 2], {2, 0}),
    ],
)
def test_the_same_within_rounding(right, same):
    assert alike(right, same)


@pytest.mark.parametrize(
    ("right", "other"),
    [
        (1, 1.0),
        (True, 1),
        (1.0, "1.0"),
        ("1", 1),
        (1.0, 1.0001),
        (np.array([1.0, 0.0]), np.array([1.0, 1e-9])),
        ([1, 2], [1]),
        (np.zeros(2), np.zeros((2, 1))),
        (1.0, 1.0 + 0j),
        (1.0, None),
    ],
)
def test_what_is_not_the_same(right, other):
    assert not alike(right, other)


def test_a_zero_alone_must_be_exact():
    assert differing(np.array([0.0]), np.array([1e-17])).all()


def test_what_is_no_array_of_numbers():
    assert as_numbers(object()) is as_numbers([[1], [1, 2]]) is as_numbers([torch.ones(2, requires_grad=True)]) is None


def test_whole_numbers_are_equal_or_differ():
    assert not alike(10**9, 10**9 + 1) and alike(1e9, 1e9 + 1)


def test_sets_in_a_list_are_read_in_rising_order():
    assert alike([[1, 2], [3, 4]], [{2, 1}, {4, 3}]) and not alike([[1, 2]], [{1, 3}])
