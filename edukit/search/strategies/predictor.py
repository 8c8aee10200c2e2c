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

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from edukit.checked import checked
from edukit.refuse import check_whole
from edukit.search.space import SearchSpace
from edukit.search.strategies.trials import Trials
from edukit.signatures import passes_on

POOL = 5_000


@checked
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
    listed = _with_codes(space, space.enumerate()) if space.listable(POOL) else None
    while trials.left:
        ranked = _ranked(trials, PREDICTORS[predictor], listed or _with_codes(space, _drawn(trials)))
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


def _ranked(trials: Trials, predict: Callable, pool: list) -> Iterator[dict]:
    """What is new in the pool, the best by the predictor first; pool: (architecture, its code)."""
    new = [(architecture, code) for architecture, code in pool if trials.is_new(architecture)]
    if not new:
        return iter(())
    codes = np.array([trials.space.encode(trial.architecture) for trial in trials.done])
    guesses = predict(codes, np.array(trials.scores, float), np.array([code for _, code in new]))
    order = np.argsort(-guesses.round(9), kind="stable")  # equal guesses stay equal on every processor
    return iter([new[i][0] for i in order])


def _with_codes(space: SearchSpace, architectures: Iterable[dict]) -> list[tuple[dict, np.ndarray]]:
    return [(architecture, space.encode(architecture)) for architecture in architectures]


def _drawn(trials: Trials) -> list[dict]:
    """For a space that is too large to be listed: samples, and mutants of the best."""
    good = sorted(trials.done, key=lambda trial: -trial.score)[:10]
    drawn = [trials.sample() for _ in range(500)]
    return drawn + [trials.space.mutate(trial.architecture, trials.draw) for trial in good for _ in range(50)]
