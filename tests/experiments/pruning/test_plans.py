"""A plan beside one ratio: the same MACs, and the finding that lesson 07 tells."""

import numpy as np
import pytest

from edukit.experiments.pruning.plans import plan_against_uniform


@pytest.fixture(scope="module")
def rows():
    return plan_against_uniform(seeds=[1])


def test_both_leave_about_the_same_share_of_the_macs(rows):
    for row in rows:
        assert row.macs["uniform"] <= row.macs["plan"] <= 0.7 and row.macs["plan"] - row.macs["uniform"] < 0.02


def test_each_repair_helps_and_the_plan_is_ahead_after_them(rows):
    for row in rows:
        for shrunken, renewed, tuned in row.read.values():
            assert shrunken < renewed < tuned
    ahead = np.array([np.subtract(row.read["plan"], row.read["uniform"]) for row in rows])
    assert ahead[:, 1:].mean() > 1
