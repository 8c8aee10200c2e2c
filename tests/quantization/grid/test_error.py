"""Error and size: a bit buys 6 dB, the bound of uniform noise, and the bytes that a packed layer really has."""

import numpy as np
import pytest
import torch

from edukit.quantization import choose_qparams, fake_quantize, min_max
from edukit.quantization.grid.error import compression_ratio, decibels, normalized_mse

X = np.random.default_rng(0).uniform(-1, 1, 100_000).astype(np.float32)


def test_one_more_bit_quarters_the_error():
    errors = [normalized_mse(X, fake_quantize(X, choose_qparams(*min_max(X), bits))) for bits in (5, 6, 7)]
    # exactly 4 for infinitely fine noise; the grids have 31, 63, 127 steps, whose squared ratio is 4.13 and 4.06
    assert all(3.9 < a / b < 4.2 for a, b in zip(errors, errors[1:], strict=False))


def test_the_error_of_uniform_values_is_that_of_uniform_noise():
    g = choose_qparams(*min_max(X), 8)
    # rounding is uniform in a step: S²/12; x is uniform in ±1: energy 1/3; 100,000 values know it to a percent
    assert normalized_mse(X, fake_quantize(X, g)) == pytest.approx(float(g.scale) ** 2 / 12 * 3, rel=0.02)


def test_torch_equals_numpy():
    y = X.round(1)
    ours = normalized_mse(torch.from_numpy(X), torch.from_numpy(y))
    assert ours == pytest.approx(np.sum((X - y) ** 2, dtype=float) / np.sum(X**2, dtype=float), rel=1e-4)


def test_the_ratio_counts_the_bytes_of_codes_and_scales():
    codes, scales = np.zeros((64, 32, 3, 3), np.int8), np.zeros(64, np.float32)
    assert compression_ratio(codes.shape, 8) == 4 * codes.size / (codes.nbytes + scales.nbytes)
    assert compression_ratio(codes.shape, 8, axis=None) == 4 * codes.size / (codes.nbytes + 4)


def test_edges():
    zero, one = np.zeros(3, np.float32), np.ones(3, np.float32)
    assert normalized_mse(zero, zero) == 0 and normalized_mse(zero, one) == np.inf and normalized_mse(one, zero) == 1
    with pytest.raises(ValueError, match="approximation"):
        normalized_mse(one, one[:2])
    for value in (np.nan, np.inf, 1e30):
        with pytest.raises(ValueError, match="x holds NaN or infinity, or its squares"), np.errstate(over="ignore"):
            normalized_mse(one * np.float32(value), one)
    with pytest.raises(ValueError, match="bits"):
        compression_ratio((3, 4), 1)


def test_decibels_of_an_error_are_those_of_the_energies():
    y = X + np.random.default_rng(1).normal(0, 0.01, len(X)).astype(np.float32)
    expected = 10 * np.log10(np.sum(X.astype(float) ** 2) / np.sum((X - y).astype(float) ** 2))
    assert decibels(normalized_mse(X, y)) == pytest.approx(expected, rel=1e-5)
    assert decibels(4.0) == pytest.approx(-6.0206, abs=1e-4) and decibels(0) == np.inf


@pytest.mark.parametrize("error", [-0.1, np.nan])
def test_what_is_no_error_is_refused(error):
    with pytest.raises(ValueError, match="error must be at least 0"):
        decibels(error)
