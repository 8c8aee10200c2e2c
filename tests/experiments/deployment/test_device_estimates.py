"""The bundled table: estimates put the networks in the order that was measured."""

import numpy as np
import pytest

from edukit.experiments.deployment.device_estimates import (
    INTEGERS,
    NETWORKS,
    measure,
    rank_correlation,
    rows,
    typical_error,
)


def test_the_order_of_at_least_twelve_networks_holds():
    table = rows()
    assert {(row.network, row.precision) for row in table} == {
        *((name, "float32") for name in NETWORKS),
        *((name, "int8") for name in INTEGERS),
    }
    assert rank_correlation([r.estimated_us for r in table], [r.measured_us for r in table]) >= 0.9
    floats = [row for row in table if row.precision == "float32"]
    assert len(floats) >= 12
    assert rank_correlation([r.estimated_us for r in floats], [r.measured_us for r in floats]) >= 0.9


def test_the_estimate_is_wrong_by_a_factor_and_says_so():
    ratios = [row.measured_us / row.estimated_us for row in rows()]
    assert 0.3 < min(ratios) < typical_error(rows()) < max(ratios) < 8  # a busy machine


@pytest.mark.parametrize("seed", range(5))
def test_rank_correlation_against_the_correlation_of_places(seed):
    one, two = np.random.default_rng(seed).normal(size=(2, 12))
    places = [np.argsort(np.argsort(values)) for values in (one, two)]
    assert rank_correlation(one, two) == pytest.approx(np.corrcoef(*places)[0, 1])
    assert rank_correlation(one, np.exp(one)) == 1 and rank_correlation(one, -one) == pytest.approx(-1)


def test_unequal_lengths_are_refused():
    with pytest.raises(ValueError, match="equally long"):
        rank_correlation([1, 2], [1])


def test_a_small_measurement_runs_here():
    (row,) = measure(("MobileClassifier 32",), (), repeats=3)
    assert row.network == "MobileClassifier 32" and row.estimated_us > 0 and row.measured_us > 0
