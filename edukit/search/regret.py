"""Regret: how far the best that a search has found lies below the best that there is.

    regret(n) = best of the table - best of the first n trials

It needs a table of the whole space, so it judges strategies, not a search of one's own. It never rises with n, and is 0
as soon as the best was found.

Shapes    scores (runs, n) -> regret (runs, n); bands (3, n): quarter, median, three quarters of the runs
Source    Ying et al. 2019, NAS-Bench-101, https://arxiv.org/abs/1902.09635
In production  NAS-Bench-201, NAS-HPO-Bench
"""

import math
from collections.abc import Callable

import numpy as np


def regret(scores, best: float) -> np.ndarray:
    """How far the best of the first n scores lies below `best`, for each n.

    scores   in the order of the trials, (n,) or (runs, n); more is better
    Raises ValueError for NaN, no scores, and a score above the best.

    >>> regret([0.25, 0.75, 0.5], 1.0).tolist()
    [0.75, 0.25, 0.25]
    """
    scores = np.asarray(scores, float)
    if not scores.size or not np.isfinite(scores).all() or not np.isfinite(best):
        raise ValueError(f"scores and best must be finite numbers, at least one, got {scores.tolist()} and {best}")
    if scores.max() > best:
        raise ValueError(f"best must be the best of the table, got {best} and a score of {scores.max()}")
    return best - np.maximum.accumulate(scores, axis=-1)


def bands(curves) -> np.ndarray:
    """The quarter, the median and three quarters of several runs, at each evaluation; (runs, n) -> (3, n).

    >>> bands([[3, 1], [5, 1], [4, 0]])[1].tolist()
    [4.0, 1.0]
    """
    return np.quantile(np.asarray(curves, float), [0.25, 0.5, 0.75], axis=0)


def evaluations_to(scores, enough: float) -> float:
    """How many evaluations it took until a score was at least `enough`; infinity where it never was.

    >>> evaluations_to([0.2, 0.9, 0.7], 0.7), evaluations_to([0.2], 0.7)
    (2, inf)
    """
    reached = np.flatnonzero(np.asarray(scores, float) >= enough)
    return int(reached[0]) + 1 if len(reached) else math.inf


def best_share(scores, share: float) -> float:
    """The lowest score among the best share of a table; at least one entry counts.

    share   above 0, at most 1

    >>> best_share(range(200), 0.01), best_share([3, 1, 2], 0.01)
    (198.0, 3.0)
    """
    if not 0 < share <= 1:
        raise ValueError(f"share must be above 0 and at most 1, got {share!r}")
    ordered = np.sort(np.asarray(list(scores), float))[::-1]
    return float(ordered[max(1, math.floor(share * len(ordered) + 1e-9)) - 1])


def runs(search: Callable, *, evaluations: int, seeds: int = 50) -> np.ndarray:
    """The scores of one search for each of several seeds, (seeds, evaluations).

    search        a function of evaluations and seed that returns trials, such as a partial of `evolve`
    evaluations   at most as many as the space has architectures

    >>> from functools import partial
    >>> from edukit.search import LayerChoice, SearchSpace, random_search
    >>> search = partial(random_search, SearchSpace([LayerChoice("a", (1, 2))]), lambda chosen: chosen["a"])
    >>> runs(search, evaluations=2, seeds=3).shape
    (3, 2)
    """
    found = [search(evaluations=evaluations, seed=seed).scores for seed in range(seeds)]
    if min(map(len, found)) < evaluations:
        raise ValueError(
            f"evaluations must be at most {min(map(len, found))}, the size of the space, got {evaluations}"
        )
    return np.array(found)
