"""Fixed point: the bound with exact fractions as oracle, the edges of its range, and what a float32 gives beside it."""

from fractions import Fraction

import numpy as np
import pytest

from edukit.quantization.integer.fixed_point import fixed_point, multiply_shift

rng = np.random.default_rng(0)
MULTIPLIERS = [*(2.0 ** rng.uniform(-31, 20, 60)), 1.0, 0.5, 2.0**-32, 2.0**29.99, 1 - 2.0**-40, np.float32(0.0071)]


@pytest.mark.parametrize("multiplier", MULTIPLIERS)
def test_the_error_stays_within_its_bound(multiplier):
    m, s = fixed_point(multiplier)
    assert 2**30 <= m < 2**31
    limit = int(min(2**31 - 1, 2**31 / multiplier))
    exact = Fraction(float(multiplier))
    for acc in [0, 1, -1, limit, -limit, *rng.integers(-limit, limit + 1, 200).tolist()]:
        got = int(multiply_shift(np.array(acc, np.int32), m, s))
        assert abs(got - acc * exact) <= Fraction(1, 2) + abs(acc) * exact / 2**31


def test_it_is_the_product_in_whole_numbers_rounded_half_up():
    m, s = (int(v) for v in fixed_point(0.0071))
    acc = rng.integers(-(2**31), 2**31, 1000)
    assert multiply_shift(acc, m, s).tolist() == [(a * m * 2 + 2**s) // 2 ** (s + 1) for a in acc.tolist()]
    assert multiply_shift(np.array([1, 3, -1, -3]), *fixed_point(0.5)).tolist() == [1, 2, 0, -1]


def test_channels_have_multipliers_of_their_own():
    multipliers = rng.uniform(1e-4, 1e-2, 7)
    acc = rng.integers(-(10**5), 10**5, (50, 7))
    together = multiply_shift(acc, *fixed_point(multipliers))
    for c, multiplier in enumerate(multipliers):
        assert np.array_equal(together[:, c], multiply_shift(acc[:, c], *fixed_point(multiplier)))


def test_it_agrees_with_the_float_multiplier_except_next_to_a_tie():
    multiplier = np.float32(0.0007123)
    acc = rng.integers(-300_000, 300_000, 200_000).astype(np.int32)
    real = acc * np.float64(multiplier)
    floats = np.rint(acc.astype(np.float32) * multiplier)
    different = multiply_shift(acc, *fixed_point(multiplier)) != floats
    distance = abs(abs(real - np.trunc(real)) - 0.5)
    assert (distance[different] <= abs(real[different]) * 2.0**-23).all()
    assert different.mean() < 1e-3


@pytest.mark.parametrize("multiplier", [0, -1.0, 2.0**30, 2.0**-33, np.nan, np.inf])
def test_multipliers_out_of_range_are_refused(multiplier):
    with pytest.raises(ValueError, match="multiplier"):
        fixed_point(multiplier)
    with pytest.raises(TypeError, match="accumulator"):
        multiply_shift(np.array([1.0]), *fixed_point(0.5))
