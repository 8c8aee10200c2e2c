"""Spaces: every operation stays inside, draws evenly, and gives the same for the same seed."""

import json
from collections import Counter

import numpy as np
import pytest
from torch import nn

from edukit.search import LayerChoice, SearchSpace

CHOICES = [
    LayerChoice("kernel", (3, 5)),
    LayerChoice("width", (8, 16, 32)),
    LayerChoice("block", ("plain", "separable")),
    LayerChoice("skip", (True, False)),
    LayerChoice("stem", (4,)),
]
SPACE = SearchSpace(CHOICES)


def every_key(space):
    return {space.key(architecture) for architecture in space.enumerate()}


def test_count_is_the_length_of_enumerate_and_no_two_are_equal():
    architectures = list(SPACE.enumerate())
    assert SPACE.count() == len(architectures) == len(every_key(SPACE)) == 2 * 3 * 2 * 2


@pytest.mark.parametrize("seed", range(20))
def test_sample_mutate_and_cross_stay_in_the_space(seed):
    draw = np.random.default_rng(seed)
    one, other = SPACE.sample(draw), SPACE.sample(draw)
    for made in (one, SPACE.mutate(one, draw), SPACE.mutate(one, draw, changes=4), SPACE.cross(one, other, draw)):
        assert SPACE.key(made) in every_key(SPACE)
        assert list(made) == [choice.name for choice in CHOICES]


@pytest.mark.parametrize("changes", [1, 2, 3, 4])
def test_a_mutant_differs_in_exactly_so_many_choices_and_its_parent_stays_as_it_was(changes):
    for seed in range(30):
        parent = SPACE.sample(seed)
        before = dict(parent)
        mutant = SPACE.mutate(parent, seed, changes=changes)
        assert parent == before
        assert sum(mutant[name] != parent[name] for name in parent) == changes


def test_mutations_reach_every_architecture():
    first = next(SPACE.enumerate())
    seen = {SPACE.key(first)}
    todo = [first]
    while todo:
        parent = todo.pop()
        for seed in range(40):
            mutant = SPACE.mutate(parent, seed)
            if SPACE.key(mutant) not in seen:
                seen.add(SPACE.key(mutant))
                todo.append(mutant)
    assert seen == every_key(SPACE)


def test_a_child_has_only_what_a_parent_has_and_both_give():
    mother = dict(kernel=3, width=8, block="plain", skip=True, stem=4)
    father = dict(kernel=5, width=32, block="separable", skip=False, stem=4)
    children = [SPACE.cross(mother, father, seed) for seed in range(60)]
    assert all(child[name] in (mother[name], father[name]) for child in children for name in child)
    assert len({SPACE.key(child) for child in children}) == 2**4


def test_samples_are_even():
    draw = np.random.default_rng(0)
    counts = Counter(SPACE.key(SPACE.sample(draw)) for _ in range(24 * 200))
    chi_square = sum((count - 200) ** 2 / 200 for count in counts.values())
    assert len(counts) == 24
    assert chi_square < 49.7  # 23 degrees of freedom: above it in one of 1,000 runs


def test_the_same_seed_gives_the_same_and_a_generator_goes_on():
    assert SPACE.sample(7) == SPACE.sample(7)
    draw = np.random.default_rng(7)
    drawn = [SPACE.key(SPACE.sample(draw)) for _ in range(20)]
    assert drawn[0] == SPACE.key(SPACE.sample(7))
    assert len(set(drawn)) > 5


def test_encodings_hold_a_one_for_each_choice_and_tell_all_apart():
    codes = np.array([SPACE.encode(architecture) for architecture in SPACE.enumerate()])
    assert codes.shape == (24, 2 + 3 + 2 + 2 + 1)
    assert (codes.sum(1) == len(CHOICES)).all()
    assert len(np.unique(codes, axis=0)) == 24


def test_an_architecture_survives_json_and_another_order():
    for architecture in SPACE.enumerate():
        back = json.loads(json.dumps(architecture))
        assert SPACE.key(dict(reversed(back.items()))) == SPACE.key(architecture)


def test_numpy_options_become_plain():
    choice = LayerChoice("bits", np.arange(2, 5))
    assert choice.options == (2, 3, 4)
    assert all(type(option) is int for option in choice.options)


def test_build_calls_the_builder_with_a_checked_architecture():
    space = SearchSpace(CHOICES[:2], lambda chosen: nn.Conv2d(1, chosen["width"], chosen["kernel"]))
    assert space.build({"width": 16, "kernel": 5}).weight.shape == (16, 1, 5, 5)
    with pytest.raises(ValueError, match="kernel must be one of 3, 5, got 4"):
        space.build({"width": 16, "kernel": 4})
    with pytest.raises(ValueError, match="builder"):
        SPACE.build(SPACE.sample(0))


def test_a_space_of_one_architecture_has_no_neighbours():
    only = SearchSpace([LayerChoice("kernel", (3,))])
    assert list(only.enumerate()) == [{"kernel": 3}] and only.count() == 1
    with pytest.raises(ValueError, match="changes"):
        only.mutate({"kernel": 3})


@pytest.mark.parametrize(
    ("name", "options", "error", "words"),
    [
        ("", (3,), ValueError, "name"),
        (3, (3,), ValueError, "name"),
        ("kernel", (), ValueError, "at least one"),
        ("kernel", (3, 3), ValueError, "differ"),
        ("kernel", (1, True), ValueError, "differ"),
        ("kernel", "35", TypeError, "list"),
        ("kernel", 3, TypeError, "list"),
        ("kernel", ([3], [5]), TypeError, "numbers"),
        ("kernel", (float("nan"),), ValueError, "finite"),
    ],
)
def test_a_choice_refuses(name, options, error, words):
    with pytest.raises(error, match=words):
        LayerChoice(name, options)


@pytest.mark.parametrize(
    ("choices", "error", "words"),
    [
        ([], ValueError, "at least one"),
        ([CHOICES[0], CHOICES[0]], ValueError, "kernel twice"),
        ([("kernel", (3, 5))], TypeError, "LayerChoices"),
    ],
)
def test_a_space_refuses(choices, error, words):
    with pytest.raises(error, match=words):
        SearchSpace(choices)


@pytest.mark.parametrize(
    ("architecture", "error", "words"),
    [
        ({"kernel": 3}, ValueError, "must have the names kernel, width"),
        (dict(kernel=3, width=8, block="plain", skip=True, stem=4, kernal=5), ValueError, "kernal"),
        (
            dict(kernel=3, width=9, block="plain", skip=True, stem=4),
            ValueError,
            "width must be one of 8, 16, 32, got 9",
        ),
        ((3, 8), TypeError, "dict"),
    ],
)
def test_an_architecture_of_another_space_is_refused(architecture, error, words):
    for operation in (SPACE.check, SPACE.mutate, SPACE.encode, SPACE.key):
        with pytest.raises(error, match=words):
            operation(architecture)


@pytest.mark.parametrize("seed", [-1, 1.5, None, "a"])
def test_a_seed_must_be_whole(seed):
    with pytest.raises(ValueError, match="seed"):
        SPACE.sample(seed)
