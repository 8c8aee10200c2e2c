"""Neighbours: other right ways pass, and the package's own mutants are among them."""

from itertools import product

import pytest

from edukit.checks import search as check
from edukit.search import LayerChoice, LimitedSpace, SearchSpace


def from_all(architecture, costs, limit):
    """Enumerate the space, and keep what is one step away: slow, and right."""
    everything = [dict(zip(costs, options, strict=True)) for options in product(*costs.values())]
    near = [a for a in everything if sum(a[name] != architecture[name] for name in costs) == 1]
    return tuple(a for a in near if sum(costs[name][a[name]] for name in costs) <= limit)


def test_another_right_way_passes():
    assert check.neighbours(from_all), check.neighbours(from_all)


@pytest.mark.parametrize("question", check.neighbours.questions, ids=range(len(check.neighbours.questions)))
def test_the_package_mutates_among_them(question):
    architecture, costs, limit = question
    right = check.neighbours.solve(*question)
    space = SearchSpace([LayerChoice(name, tuple(options)) for name, options in costs.items()])
    if limit < sum(min(options.values()) for options in costs.values()):
        assert right == []
        return
    small = LimitedSpace(space, lambda a: {"cost": sum(costs[n][a[n]] for n in a)}, cost=limit)
    if right:
        drawn = [small.mutate(architecture, seed) for seed in range(60)]
        assert {small.key(a) for a in drawn} == {small.key(a) for a in right}


def test_a_function_that_changes_its_input_is_told_so():
    def changes(architecture, costs, limit):
        architecture["kernel"] = 5
        return [architecture]

    assert "changed its input" in check.neighbours(changes).line


def test_an_answer_of_another_form_is_wrong():
    assert not check.neighbours(lambda a, costs, limit: None)
    assert not check.neighbours(lambda a, costs, limit: len(costs))
