"""Budgets: what fits has no excess, the nearest is kept, and what no model can keep is refused by name."""

import math

import numpy as np
import pytest

from edukit.deployment.compressing.budget import Budget, as_budget


def test_what_is_within_all_limits_has_no_excess_and_one_byte_more_has():
    budget = Budget(max_bytes=1000, max_loss=1, max_latency_s=0.005)
    assert budget.excess(1000, 1.0, 0.005) == 0 == budget.excess(1, -3.0, 1e-6)
    assert budget.excess(1001, 1.0, 0.005) > 0 and budget.excess(1000, 1.01, 0.005) > 0
    assert budget.excess(1000, 1.0, 0.0051) > 0
    assert budget.excess(10**9, 0) == pytest.approx(10**6 - 1)


def test_a_loss_that_floats_have_made_longer_is_within():
    assert Budget(max_loss=0.5).excess(1, 100 * (0.852 - 0.847)) == 0


def test_the_widened_budget_is_kept_by_the_model_it_was_widened_for():
    draw = np.random.default_rng(0)
    for _ in range(100):
        budget = Budget(
            max_bytes=int(draw.integers(1, 1000)), max_loss=draw.random(), max_latency_s=draw.random() + 0.1
        )
        model = int(draw.integers(1, 2000)), 3 * draw.random(), draw.random()
        wide = budget.widened(*model)
        assert wide.excess(*model) == 0
        assert wide.max_bytes == max(budget.max_bytes, model[0]) and wide.max_loss <= max(
            budget.max_loss, model[1] + 0.01
        )


def test_no_limit_is_no_limit():
    assert Budget().excess(10**12, 1.0, 100.0) == 0 and Budget().widened(10**12, 0.0, 9.0) == Budget()


@pytest.mark.parametrize(
    "limits",
    [
        dict(max_bytes=0),
        dict(max_bytes=1.5),
        dict(max_bytes="100kB"),
        dict(max_bytes=True),
        dict(max_loss=-0.1),
        dict(max_loss=101),
        dict(max_loss=math.nan),
        dict(max_loss=None),
        dict(max_latency_s=0),
        dict(max_latency_s=math.inf),
        dict(max_latency_s="5ms"),
    ],
)
def test_what_no_model_can_keep_is_refused_by_name(limits):
    (name,) = limits
    with pytest.raises(ValueError, match=f"^{name} must be"):
        Budget(**limits)
    with pytest.raises(ValueError, match=f"^{name} must be"):
        as_budget(limits)


def test_a_dict_is_a_budget_and_nothing_else_is():
    assert as_budget({"max_bytes": 5}) == Budget(max_bytes=5)
    for other in (None, 5, "5kB", [5]):
        with pytest.raises(TypeError, match="budget must be a Budget or a dict"):
            as_budget(other)
