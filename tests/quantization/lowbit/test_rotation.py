"""The rotation is scipy's Hadamard matrix over a root, keeps products and lengths, and shares out an outlier."""

import numpy as np
import pytest
import torch
from scipy.linalg import block_diag, hadamard

from edukit.quantization.lowbit.rotation import rotate

random = np.random.default_rng(0)


@pytest.mark.parametrize("seed", [None, 0, 7])
@pytest.mark.parametrize("columns", [1, 2, 3, 12, 64, 96])
def test_products_and_lengths_stay(columns, seed):
    x, w = random.normal(size=(5, columns)), random.normal(size=(7, columns))
    a, b = rotate(x, seed=seed), rotate(w, seed=seed)
    np.testing.assert_allclose(a @ b.T, x @ w.T, atol=1e-12)
    np.testing.assert_allclose((a**2).sum(1), (x**2).sum(1), rtol=1e-12)


def test_without_signs_it_is_its_own_inverse():
    x = random.normal(size=(2, 3, 48))
    np.testing.assert_allclose(rotate(rotate(x)), x, atol=1e-12)


@pytest.mark.parametrize("columns", [1, 8, 12, 128])
def test_it_is_the_matrix_of_scipy_in_blocks(columns):
    n = columns & -columns
    matrix = block_diag(*[hadamard(n) / n**0.5] * (columns // n))
    x = random.normal(size=(4, columns))
    np.testing.assert_allclose(rotate(x), x @ matrix, atol=1e-12)
    ours = rotate(torch.from_numpy(x))
    np.testing.assert_allclose(ours.numpy(), x @ matrix, atol=1e-12)


def test_no_number_is_larger_than_the_sum_of_sizes_over_the_root():
    x = random.normal(size=(50, 32)) * np.exp(random.normal(0, 3, (50, 32)))
    assert (np.abs(rotate(x)).max(1) <= np.abs(x).sum(1) / 32**0.5 + 1e-9).all()


def test_an_outlier_is_shared_out_and_equal_numbers_become_one():
    outlier = np.zeros(64)
    outlier[5] = 8
    assert np.abs(rotate(outlier)).tolist() == [1.0] * 64
    assert rotate(np.ones(64)).tolist() == [8.0] + [0.0] * 63
    assert np.abs(rotate(np.ones(64), seed=0)).max() < 4  # signs at random first


def test_the_same_seed_gives_numpy_and_torch_the_same_signs_and_the_argument_stays():
    x = random.normal(size=(3, 8)).astype(np.float32)
    kept = x.copy()
    given = torch.from_numpy(x.copy())
    np.testing.assert_allclose(rotate(x, seed=3), rotate(given, seed=3).numpy(), atol=1e-6)
    assert np.array_equal(x, kept) and np.array_equal(given.numpy(), kept)
    assert not np.allclose(rotate(x, seed=3), rotate(x, seed=4))
    assert rotate(x, seed=3).dtype == np.float32 and rotate(given.bfloat16()).dtype == torch.bfloat16


def test_gradients_go_through():
    x = torch.ones(4, dtype=torch.double, requires_grad=True)
    assert torch.autograd.gradcheck(rotate, (x,))


@pytest.mark.parametrize("bad", [np.zeros((2, 0)), np.float32(3)])
def test_what_has_no_row_is_refused(bad):
    with pytest.raises((ValueError, TypeError), match="x"):
        rotate(bad)


@pytest.mark.parametrize("bad", [[1.0, 2.0], "abc"])
def test_what_is_no_array_is_refused(bad):
    with pytest.raises(TypeError, match="x"):
        rotate(bad)


def test_a_seed_that_is_none_is_refused():
    with pytest.raises(ValueError, match="seed"):
        rotate(np.ones(4), seed=-1)
