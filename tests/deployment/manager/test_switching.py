"""Hysteresis: no trembling, every level reached and left, and the worst signal decides."""

import math

import numpy as np
import pytest

from edukit.deployment.manager.switching import BATTERY, State, Switch, Thresholds, hysteresis, next_level


def switches(modes):
    return sum(a != b for a, b in zip(modes, modes[1:], strict=False))


@pytest.mark.parametrize("seed", range(10))
def test_a_value_that_trembles_less_than_the_gap_switches_at_most_once(seed):
    values = 40 + np.random.default_rng(seed).uniform(-1.4, 1.4, 500)
    assert switches(hysteresis(values, on=40.0, off=38.5)) <= 1
    assert switches((values >= 40).tolist()) > 100


@pytest.mark.parametrize("seed", range(10))
def test_one_pair_of_thresholds_is_hysteresis(seed):
    values = np.random.default_rng(seed).uniform(30, 50, 200)
    level, levels = 0, []
    for value in values:
        level = next_level(level, value, [42], [38])
        levels.append(level == 1)
    assert levels == hysteresis(values, on=42, off=38)


def test_levels_may_be_skipped_both_ways():
    assert next_level(0, 50, [40, 44], [37, 41]) == 2 and next_level(2, 30, [40, 44], [37, 41]) == 0
    assert next_level(2, 41, [40, 44], [37, 41]) == 1 and next_level(1, 43, [40, 44], [37, 41]) == 1


def test_a_battery_counts_downwards():
    assert BATTERY.level(0, 0.31) == 0 and BATTERY.level(0, 0.30) == 1 and BATTERY.level(1, 0.15) == 2
    assert BATTERY.level(2, 0.2) == 2 and BATTERY.level(2, 0.25) == 1 and BATTERY.level(1, 0.4) == 0


def test_the_worst_signal_decides_and_levels_end_with_the_models():
    switch = Switch(["full", "light"])
    assert switch.choose(State()) == "full"
    assert switch.choose(State(battery=0.1)) == "light"
    assert switch.choose(State(battery=1.0, free_bytes=50e6)) == "light"
    assert switch.choose(State()) == "full"
    assert Switch(["only"]).choose(State(temperature_c=90, battery=0)) == "only"


@pytest.mark.parametrize(
    "up, down, words", [((40,), (), "equally long"), ((40,), (40,), "same side"), ((40, 0.1), (37, 0.2), "same side")]
)
def test_thresholds_that_are_none_are_refused(up, down, words):
    with pytest.raises(ValueError, match=words):
        Thresholds(up, down)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="temperature_c must be a number"):
        Switch(["a"]).choose(State(temperature_c=math.nan))
    for names in ([], "full"):
        with pytest.raises(ValueError, match="names must be one or more"):
            Switch(names)
