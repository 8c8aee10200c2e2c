"""Regret: other right ways pass, and the package says the same."""

import numpy as np

from edukit.checks import search as check
from edukit.search.regret import regret


def test_other_right_ways_pass():
    assert check.regret(lambda scores, best: best - np.maximum.accumulate(scores))
    assert check.regret(lambda scores, best: [best - max(scores[: n + 1]) for n in range(len(scores))])
    assert check.regret(lambda scores, best: tuple(min(best - s for s in scores[: n + 1]) for n in range(len(scores))))


def test_the_package_says_the_same():
    for scores, best in check.regret.questions:
        np.testing.assert_allclose(regret(scores, best), check.regret.solve(scores, best))


def test_a_single_number_is_told_that_one_is_asked_for_each_trial():
    assert "3 numbers" in check.regret(lambda scores, best: best - max(scores)).line
