"""Random search: it finds what the formula of its chances says."""

import numpy as np

from edukit.search import LayerChoice, SearchSpace, random_search

SPACE = SearchSpace([LayerChoice("a", tuple(range(20))), LayerChoice("b", tuple(range(10)))])


def rank(chosen):
    return 10 * chosen["a"] + chosen["b"]


def test_the_chance_to_find_one_of_the_best():
    """59 of 200 draws without replacement find one of the best 10 with 1 - C(190, 59) / C(200, 59) = 97.3 %."""
    hits = [random_search(SPACE, rank, evaluations=59, seed=seed).best.score >= 190 for seed in range(200)]
    assert abs(np.mean(hits) - 0.973) < 4 * np.sqrt(0.973 * 0.027 / 200)


def test_the_batch_changes_nothing():
    runs = [random_search(SPACE, rank, evaluations=40, batch=batch, seed=1).scores for batch in (1, 7, 64)]
    assert runs[0] == runs[1] == runs[2]
