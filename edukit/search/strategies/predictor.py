"""Predictor-guided search: learn the scores from a few trials, and try what should be the best.

    ridge     s ≈ k(e, E) (k(E, E) + λ I)⁻¹ s      k = options that two architectures share, and pairs of options
    nearest   s ≈ mean of the three trials that share the most options

Trial by trial: fit the predictor, rank what is left, score the first `batch` of them, begin again. A predictor trusts
itself most where it has seen nothing; so one of each batch is drawn at random.

Symbols   e encoded architecture · E those of the trials · s score above the mean · λ strength of the pull to the mean
Source    Wen et al. 2020, https://arxiv.org/abs/1912.00848; Hoerl & Kennard 1970,
          https://doi.org/10.1080/00401706.1970.10488634 (ridge)
In production  scikit-learn's Ridge and GaussianProcessRegressor; BoTorch
"""

from collections.abc import Callable

import numpy as np

from edukit.refuse import check_whole
from edukit.search.space import SearchSpace
from edukit.search.strategies.trials import Trials
from edukit.signatures import passes_on

POOL = 5_000


@passes_on(Trials)
def predictor_search(
    space: SearchSpace,
    score: Callable[[dict], float],
    *,
    predictor: str = "ridge",
    first: int = 10,
    batch: int = 4,
    **options,
) -> Trials:
    """Search by a predictor of the scores.

    predictor   "ridge" or "nearest"
    first       architectures drawn at random, before there is anything to learn from
    batch       scored at a time: the best by the predictor, and one drawn at random
    **options   the fields of `Trials`: evaluations, seed, journal, executor

    >>> from edukit.search import LayerChoice
    >>> space = SearchSpace([LayerChoice(f"width {i}", tuple(range(8))) for i in range(4)])
    >>> predictor_search(space, lambda chosen: sum(chosen.values()), first=30, evaluations=60).best.score
    28
    """
    if predictor not in PREDICTORS:
        raise ValueError(f"predictor must be one of {', '.join(PREDICTORS)}, got {predictor!r}")
    check_whole(first, "first", 2)
    check_whole(batch, "batch", 2)
    trials = Trials(space, score, **options)
    trials.run(trials.new(trials.sample, first))
    while trials.left:
        ranked = _ranked(trials, PREDICTORS[predictor])
        best = trials.new(lambda ranked=ranked: next(ranked, None) or trials.sample(), batch - 1)
        trials.run([*best, *trials.new(trials.sample, min(1, trials.left - len(best)))])
    return trials


def ridge(codes: np.ndarray, scores: np.ndarray, unseen: np.ndarray, strength: float = 1.0) -> np.ndarray:
    """Scores of unseen codes by ridge regression on options and pairs of options, written with a kernel.

    codes, unseen   (n, d) and (m, d), as `SearchSpace.encode` gives them

    >>> codes = np.eye(3)
    >>> ridge(codes, np.array([1.0, 2.0, 3.0]), codes)
    array([1.5, 2. , 2.5])
    """
    mean = scores.mean()
    gram = _kernel(codes, codes) + strength * np.eye(len(codes))
    return mean + _kernel(unseen, codes) @ np.linalg.solve(gram, scores - mean)


def nearest(codes: np.ndarray, scores: np.ndarray, unseen: np.ndarray, count: int = 3) -> np.ndarray:
    """Scores of unseen codes: the mean of the trials that share the most options with each.

    >>> nearest(np.eye(3), np.array([1.0, 2.0, 3.0]), np.eye(3)[:1], count=1)
    array([1.])
    """
    shared = unseen @ codes.T
    order = np.argsort(-shared, axis=1, kind="stable")[:, :count]
    return scores[order].mean(1)


PREDICTORS = {"ridge": ridge, "nearest": nearest}


def _kernel(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Of two that share k options: k options and k (k - 1) / 2 pairs of them in common."""
    shared = left.astype(float) @ right.T.astype(float)
    return shared * (shared + 1) / 2


def _ranked(trials: Trials, predict: Callable):
    """What is new, the best by the predictor first: the whole space, or a pool of samples and mutants of the best."""
    pool = _pool(trials)
    codes = np.array([trials.space.encode(trial.architecture) for trial in trials.done])
    unseen = np.array([trials.space.encode(architecture) for architecture in pool])
    if not pool:
        return iter(())
    guesses = predict(codes, np.array(trials.scores, float), unseen)
    return iter([pool[i] for i in np.argsort(-guesses, kind="stable")])


def _pool(trials: Trials) -> list[dict]:
    space = trials.space
    if space.listable(POOL):
        return [architecture for architecture in space.enumerate() if trials.is_new(architecture)]
    good = sorted(trials.done, key=lambda trial: -trial.score)[:10]
    drawn = [trials.sample() for _ in range(500)]
    drawn += [space.mutate(trial.architecture, trials.draw) for trial in good for _ in range(50)]
    return [architecture for architecture in drawn if trials.is_new(architecture)]
