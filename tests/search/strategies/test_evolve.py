"""Evolution: better than random where neighbours are alike, and the oldest leaves."""

import numpy as np
import pytest

from edukit.search import LayerChoice, SearchSpace, evolve, random_search

SPACE = SearchSpace([LayerChoice(f"width {i}", tuple(range(8))) for i in range(6)])


def smooth(chosen):
    return sum(chosen.values())


def test_it_climbs_where_random_search_does_not():
    evolved = [evolve(SPACE, smooth, evaluations=150, seed=seed).best.score for seed in range(10)]
    drawn = [random_search(SPACE, smooth, evaluations=150, seed=seed).best.score for seed in range(10)]
    assert np.mean(evolved) > np.mean(drawn) + 3


def test_without_selection_it_only_drifts():
    climbed = np.mean([evolve(SPACE, smooth, evaluations=150, seed=seed).best.score for seed in range(10)])
    drifted = np.mean([evolve(SPACE, smooth, evaluations=150, rivals=1, seed=seed).best.score for seed in range(10)])
    assert climbed > drifted + 2


def test_every_child_differs_from_some_elder_in_one_choice_without_crossing():
    done = evolve(SPACE, smooth, evaluations=60, crossing=0, population=10).done
    codes = np.array([SPACE.encode(trial.architecture) for trial in done])
    shared = codes @ codes.T
    for i in range(10, 60):
        assert shared[i, :i].max() == 5  # five of six choices are the same


@pytest.mark.parametrize(
    "options", [dict(population=1), dict(rivals=0), dict(rivals=13), dict(children=0), dict(crossing=1.5)]
)
def test_what_is_refused(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        evolve(SPACE, smooth, evaluations=5, **options)
