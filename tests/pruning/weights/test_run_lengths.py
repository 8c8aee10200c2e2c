"""Run lengths: what is stored gives the row back, and costs what the formula says."""

import numpy as np
import pytest

from edukit.pruning.weights.mask import random_mask
from edukit.pruning.weights.run_lengths import restored, run_length_bytes, run_lengths

DRAWN = np.random.default_rng(0)


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
@pytest.mark.parametrize("sparsity", [0, 0.3, 0.9, 0.99, 1])
def test_the_row_comes_back(sparsity, bits):
    w = DRAWN.normal(size=700).astype(np.float16) * random_mask(np.ones(700), sparsity, seed=bits)
    values, runs = run_lengths(w, bits)
    assert np.array_equal(restored(values, runs, w.size), w) and values.dtype == w.dtype
    assert runs.max(initial=0) < 2**bits


def test_a_filler_stands_where_a_run_is_too_long_and_only_there():
    for zeros in range(40):
        w = np.array(zeros * [0] + [7])
        values, runs = run_lengths(w, 4)
        assert len(values) == 1 + zeros // 16 and values[-1] == 7
        assert runs.sum() + len(values) == w.size


def test_zeros_at_the_end_and_a_row_of_zeros_cost_nothing():
    assert run_lengths(np.array([5, 0, 0, 0, 0, 0]), 1)[0].tolist() == [5]
    assert run_length_bytes(np.zeros((4, 8), np.float16)) == 0


def test_bytes_are_those_of_the_formula_without_fillers():
    """(1 - s) (b + 4) bits a weight, where no run is longer than 15."""
    w = np.tile(np.float16([0, 0, 1, 0, 2, 0, 0, 3]), 100)
    assert run_length_bytes(w, 4) * 8 == w.size * (3 / 8) * (16 + 4)


def test_other_arguments_are_refused():
    with pytest.raises(ValueError, match="bits must be a whole number from 1 to 8, got 9"):
        run_lengths(np.zeros(3), 9)
    with pytest.raises(ValueError, match="w must have one axis"):
        run_lengths(np.zeros((2, 2)))
    with pytest.raises(ValueError, match="w holds NaN"):
        run_lengths(np.array([np.nan]))
