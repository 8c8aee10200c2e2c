"""Joins: the bound of each, and what meets at the edges. The runtime's bits are in test_runtime_operators.py."""

from fractions import Fraction

import numpy as np
import pytest

from edukit.quantization import QParams, dequantize
from edukit.quantization.integer.joins import integer_add, integer_mean, move_to_grid

rng = np.random.default_rng(0)


def grid(scale, zero_point=100):
    return QParams(np.float32(scale), np.int32(zero_point), 0, 255)


@pytest.mark.parametrize("seed", range(10))
def test_a_sum_is_within_half_a_step_of_the_exact_sum_or_saturates(seed):
    random = np.random.default_rng(seed)
    a, b = (grid(s, z) for s, z in zip(random.uniform(0.01, 0.1, 2), random.integers(0, 256, 2), strict=True))
    y = grid(random.uniform(0.05, 0.2), random.integers(0, 256))
    q_a, q_b = random.integers(0, 256, (2, 5000))
    exact = a.scale * (q_a - a.zero_point).astype(float) + b.scale * (q_b - b.zero_point).astype(float)
    inside = np.clip(exact, *dequantize(np.array([0, 255]), y).astype(float))
    error = abs(dequantize(integer_add(q_a, q_b, a, b, y), y) - inside)
    assert error.max() <= y.scale * (0.5 + 1e-4)  # 1e-4: three float32 roundings of numbers up to 255 steps and more


@pytest.mark.parametrize(
    "a, b, y, q_a, q_b", [(0.16, 0.37, 0.46, 25, 1), (0.5, 0.41, 0.42, 38, 73), (0.53, 0.05, 0.56, 67, 1)]
)
def test_a_product_and_the_sum_behind_it_are_rounded_once(a, b, y, q_a, q_b):
    """These sums lie so near the middle of two codes that one more float32 rounding goes to the wrong one."""
    ratios = [np.float32(scale) / np.float32(y) for scale in (a, b)]
    exact = round(Fraction(q_a) * Fraction(float(ratios[0])) + Fraction(q_b) * Fraction(float(ratios[1])))
    assert integer_add([q_a], [q_b], grid(a, 0), grid(b, 0), grid(y, 0)) == exact
    assert np.rint(np.float32(q_a) * ratios[0] + np.float32(q_b) * ratios[1]) != exact


def test_zero_plus_zero_is_zero_exactly():
    for zeros in rng.integers(0, 256, (50, 3)):
        a, b, y = (grid(s, z) for s, z in zip((0.013, 0.17, 0.05), zeros, strict=True))
        assert integer_add(zeros[:1], zeros[1:2], a, b, y) == zeros[2]


def test_a_sum_broadcasts():
    q = rng.integers(0, 256, (2, 3, 4))
    assert integer_add(q, q[:1, :, :1], grid(0.1), grid(0.1), grid(0.2)).shape == (2, 3, 4)


def test_a_mean_is_within_half_a_step_and_keeps_its_axes():
    x, y = grid(0.05, 7), grid(0.031, 3)
    q = rng.integers(0, 256, (4, 5, 7, 3))
    got = integer_mean(q, x, y)
    exact = np.clip((0.05 * (q - 7.0)).mean((2, 3), keepdims=True), -3 * 0.031, 252 * 0.031)
    assert got.shape == (4, 5, 1, 1) and abs(dequantize(got, y) - exact).max() <= 0.031 * (0.5 + 1e-4)


def test_a_mean_of_many_large_codes_does_not_wrap():
    q = np.full((1, 1, 300, 300), 255, np.uint8)
    assert integer_mean(q, grid(1, 0), grid(1, 0)).item() == 255


def test_moving_is_the_nearest_code_and_moving_to_the_same_grid_is_nothing():
    x, y = grid(0.1, 30), grid(0.03, 200)
    q = np.arange(256)
    assert np.array_equal(move_to_grid(q, x, x), q)
    real = np.clip(0.1 * (q - 30.0), 0.03 * -200, 0.03 * 55)
    assert abs(dequantize(move_to_grid(q, x, y), y) - real).max() <= 0.03 * (0.5 + 1e-4)
