"""Limits: nothing outside ever comes out, a misspelt name and an impossible limit are refused with words that help."""

import numpy as np
import pytest

from edukit.search import LayerChoice, LimitedSpace, SearchSpace

SPACE = SearchSpace(
    [LayerChoice("kernel", (3, 5, 7)), LayerChoice("width", (4, 8, 16)), LayerChoice("depth", (1, 2, 3))]
)
LARGE = SearchSpace([LayerChoice(f"width {i}", tuple(range(1, 11))) for i in range(12)])


def cost(chosen):
    return {"macs": chosen["kernel"] ** 2 * chosen["width"] * chosen["depth"], "bytes": 4 * chosen["width"]}


def total(chosen):
    return {"macs": sum(chosen.values())}


@pytest.mark.parametrize("limits", [dict(macs=36), dict(macs=200), dict(bytes=32), dict(macs=300, bytes=32)])
def test_only_what_is_within_the_limits_comes_out(limits):
    small = LimitedSpace(SPACE, cost, **limits)
    allowed = {SPACE.key(a) for a in SPACE.enumerate() if all(cost(a)[name] <= limits[name] for name in limits)}
    assert {small.key(a) for a in small.enumerate()} == allowed
    assert small.count() == len(allowed)
    for seed in range(60):
        draw = np.random.default_rng(seed)
        one, other = small.sample(draw), small.sample(draw)
        for made in (
            one,
            other,
            small.mutate(one, draw),
            small.mutate(one, draw, changes=3),
            small.cross(one, other, draw),
        ):
            assert small.key(made) in allowed


def test_samples_reach_everything_within_the_limits_and_mutants_differ():
    small = LimitedSpace(SPACE, cost, macs=200)
    draw = np.random.default_rng(0)
    samples = [small.sample(draw) for _ in range(500)]
    assert {small.key(a) for a in samples} == {small.key(a) for a in small.enumerate()}
    assert all(small.mutate(a, draw) != a for a in samples)


def test_a_limit_that_is_just_reached_is_kept():
    assert LimitedSpace(SPACE, cost, macs=36).count() == 1
    assert LimitedSpace(SPACE, cost, macs=7 * 7 * 16 * 3).count() == SPACE.count()


def test_the_last_one_left_is_its_own_mutant():
    small = LimitedSpace(SPACE, cost, macs=36)
    only = small.sample(0)
    assert small.mutate(only, 1) == only and small.cross(only, only, 1) == only


def test_a_space_that_cannot_be_listed_keeps_narrow_limits():
    small = LimitedSpace(LARGE, total, macs=14)  # 12 is the smallest: 91 of 10^12 architectures
    drawn = [small.sample(seed) for seed in range(5)]
    assert all(sum(a.values()) <= 14 for a in drawn)
    assert len({small.key(a) for a in drawn}) > 1
    assert sum(small.mutate(drawn[0], 3).values()) <= 14


def test_costs_are_asked_once_for_each():
    asked = []
    small = LimitedSpace(SPACE, lambda chosen: asked.append(1) or cost(chosen), macs=200)
    for seed in range(50):
        small.sample(seed)
    assert len(asked) == SPACE.count()


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (dict(mac=100), "limits must be among macs, bytes, got mac"),
        (dict(macs=100, latency=3), "limits must be among macs, bytes, got latency"),
        (dict(), "limits must be among macs, bytes, got none"),
        (dict(macs=35), "the limit of macs must be at least 36, .* got 35"),
        (dict(bytes=3), "the limit of bytes must be at least 16"),
        (dict(macs=float("nan")), "limit of macs must be a finite number, got nan"),
        (dict(macs=float("inf")), "finite"),
        (dict(macs="100"), "finite number, got '100'"),
        (dict(macs=True), "finite number, got True"),
    ],
)
def test_limits_are_refused(limits, words):
    with pytest.raises(ValueError, match=words):
        LimitedSpace(SPACE, cost, **limits)


def test_limits_that_only_others_keep_are_refused_together():
    def opposed(chosen):
        return {"a": chosen["width"], "b": 20 - chosen["width"]}

    with pytest.raises(ValueError, match="no architecture keeps all limits together"):
        LimitedSpace(SPACE, opposed, a=8, b=8)
    assert LimitedSpace(SPACE, opposed, a=8, b=12).count() == 9


def test_an_impossible_limit_of_a_large_space_names_the_smallest_value():
    with pytest.raises(ValueError, match="macs must be at least 12"):
        LimitedSpace(LARGE, total, macs=11)


def test_costs_that_are_no_numbers_are_refused():
    with pytest.raises(ValueError, match="must be finite"):
        LimitedSpace(SPACE, lambda chosen: {"macs": float("nan")}, macs=3)
    with pytest.raises(TypeError, match="SearchSpace"):
        LimitedSpace([1], cost, macs=3)


def test_reasons_name_every_limit_that_is_broken():
    small = LimitedSpace(SPACE, cost, macs=100, bytes=16)
    assert small.reasons(dict(kernel=7, width=8, depth=1)) == [
        "macs is 392, the limit is 100",
        "bytes is 32, the limit is 16",
    ]
    assert "macs at most 100" in repr(small)


def test_limits_within_limits_hold_both():
    both = LimitedSpace(LimitedSpace(SPACE, cost, macs=200), cost, bytes=16)
    expected = {SPACE.key(a) for a in SPACE.enumerate() if cost(a)["macs"] <= 200 and cost(a)["bytes"] <= 16}
    assert {both.key(a) for a in both.enumerate()} == expected
    assert {both.key(both.sample(seed)) for seed in range(200)} == expected
    with pytest.raises(ValueError, match="bytes must be at least 32"):
        LimitedSpace(LimitedSpace(SPACE, lambda a: {"few": -a["width"]}, few=-8), cost, bytes=16)
