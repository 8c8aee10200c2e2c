"""Halving: each budget costs the same, the better ones go on, and a proxy that ranks wrongly misleads it."""

import pytest

from edukit.search import LayerChoice, SearchSpace, halving

SPACE = SearchSpace([LayerChoice("width", tuple(range(64)))])


def true_score(chosen, epochs):
    return chosen["width"] + epochs / 100


def backwards_at_first(chosen, epochs):
    return chosen["width"] if epochs == 8 else -chosen["width"]


def test_each_budget_costs_the_same():
    rounds = halving(SPACE, true_score, start=32)
    assert [(budget, len(trials)) for budget, trials in rounds] == [(1, 32), (2, 16), (4, 8), (8, 4)]
    assert {budget * len(trials) for budget, trials in rounds} == {32} and rounds.cost == 128


def test_the_better_half_goes_on():
    rounds = halving(SPACE, true_score, start=32, seed=3)
    for (_, before), (_, after) in zip(rounds, rounds[1:], strict=False):
        widths = sorted((trial.architecture["width"] for trial in before), reverse=True)
        assert [trial.architecture["width"] for trial in after] == widths[: len(after)]
    assert rounds.best.architecture["width"] == max(trial.architecture["width"] for trial in rounds[0][1])


def test_a_proxy_that_ranks_backwards_throws_the_best_away():
    rounds = halving(SPACE, backwards_at_first, start=64)
    assert rounds.best.architecture["width"] == 7  # of 0 to 7, the eight that looked best


def test_one_that_starts_stays_alone_and_few_stay_few():
    assert [len(trials) for _, trials in halving(SPACE, true_score, start=1)] == [1, 1, 1, 1]
    assert len(halving(SPACE, true_score, start=1000)[0][1]) == 64


def test_what_is_known_is_not_computed_again(tmp_path):
    first = halving(SPACE, true_score, start=16, journal=tmp_path / "a")
    lines = (tmp_path / "a").read_text()
    assert halving(SPACE, true_score, start=16, journal=tmp_path / "a") == first
    assert (tmp_path / "a").read_text() == lines


@pytest.mark.parametrize("budgets", [(), (0, 1), (2, 1), (1, 1)])
def test_budgets_must_rise(budgets):
    with pytest.raises(ValueError, match="budgets"):
        halving(SPACE, true_score, start=4, budgets=budgets)


def test_start_must_be_whole():
    with pytest.raises(ValueError, match="start"):
        halving(SPACE, true_score, start=0)
