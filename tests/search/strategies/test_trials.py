"""What all strategies share: nothing is scored twice, limits hold, seeds, kills and executors change nothing."""

import inspect
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest

from edukit.search import LayerChoice, LimitedSpace, SearchSpace, evolve, predictor_search, random_search
from edukit.search.strategies.trials import Trial, Trials

STRATEGIES = [random_search, evolve, predictor_search]
SPACE = SearchSpace([LayerChoice(f"width {i}", (1, 2, 3, 4)) for i in range(4)])


def score(chosen):
    """Uneven, without two equal ones, the best at 3, 4, 2, 1."""
    away = np.array([chosen[f"width {i}"] - best for i, best in enumerate((3, 4, 2, 1))])
    return float(-np.dot(away**2, [1.0, 1.1, 1.01, 1.001]))


def cost(chosen):
    return {"macs": sum(chosen.values())}


def tried(trials):
    return [(trials.space.key(trial.architecture), trial.score) for trial in trials.done]


@pytest.fixture(params=STRATEGIES, ids=lambda strategy: strategy.__name__)
def strategy(request):
    return request.param


def test_nothing_is_scored_twice_and_exactly_so_many(strategy):
    asked = []
    found = strategy(SPACE, lambda chosen: asked.append(SPACE.key(chosen)) or score(chosen), evaluations=45)
    assert len(asked) == len(set(asked)) == len(found.done) == 45
    assert found.best == max(found.done, key=lambda trial: trial.score)


@pytest.mark.parametrize("evaluations", [1, 2, 3, 11, 13])
def test_few_evaluations_are_not_exceeded(strategy, evaluations):
    assert len(strategy(SPACE, score, evaluations=evaluations).done) == evaluations


def test_the_whole_space_is_found_and_then_the_search_ends(strategy):
    small = LimitedSpace(SPACE, cost, macs=6)
    found = strategy(small, score, evaluations=1000)
    assert {key for key, _ in tried(found)} == {small.key(a) for a in small.enumerate()}
    assert len(found.done) == small.count() and found.left == 0


def test_limits_hold_in_every_trial(strategy):
    found = strategy(LimitedSpace(SPACE, cost, macs=9), score, evaluations=60, seed=3)
    assert all(cost(trial.architecture)["macs"] <= 9 for trial in found.done)


def test_the_same_seed_gives_the_same_and_another_something_else(strategy):
    first, same, other = (tried(strategy(SPACE, score, evaluations=30, seed=seed)) for seed in (5, 5, 6))
    assert first == same != other


class Counted:
    """The score, which counts how often it was asked, and is killed when it is asked once too often."""

    def __init__(self, most):
        self.most, self.asked = most, 0

    def __call__(self, chosen):
        if self.asked == self.most:
            raise KeyboardInterrupt
        self.asked += 1
        return score(chosen)


@pytest.mark.parametrize("killed_after", [0, 1, 9, 17, 29])
def test_a_search_that_was_killed_goes_on_and_ends_the_same(strategy, killed_after, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        strategy(SPACE, Counted(killed_after), evaluations=30, seed=2, journal=tmp_path / "a")
    rest = Counted(30)
    again = strategy(SPACE, rest, evaluations=30, seed=2, journal=tmp_path / "a")
    assert tried(again) == tried(strategy(SPACE, score, evaluations=30, seed=2))
    assert rest.asked == 30 - killed_after


@pytest.mark.parametrize("kind", ["threads", "processes", "dask"])
def test_executors_change_nothing(kind, tmp_path):
    expected = [tried(strategy(SPACE, score, evaluations=26, seed=1)) for strategy in STRATEGIES]
    with opened(kind) as executor:
        found = [
            tried(strategy(SPACE, score, evaluations=26, seed=1, executor=executor, journal=tmp_path / f"{i}"))
            for i, strategy in enumerate(STRATEGIES)
        ]
    assert found == expected


def opened(kind):
    if kind == "threads":
        return ThreadPoolExecutor(3)
    if kind == "processes":
        return ProcessPoolExecutor(2, mp_context=get_context("spawn"))
    return DaskExecutor()


class DaskExecutor:
    """Two workers of Dask on this machine, and its executor."""

    def __enter__(self):
        from distributed import Client

        self.client = Client(n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None)
        return self.client.get_executor()

    def __exit__(self, *_):
        self.client.close()


def test_a_journal_of_another_score_or_space_is_refused(tmp_path):
    random_search(SPACE, score, evaluations=3, journal=tmp_path / "a")
    with pytest.raises(ValueError, match="is a journal of"):
        random_search(SPACE, cost, evaluations=3, journal=tmp_path / "a")
    with pytest.raises(ValueError, match="is a journal of"):
        random_search(SearchSpace(SPACE.choices[:2]), score, evaluations=3, journal=tmp_path / "a")


def test_one_journal_serves_every_strategy(tmp_path):
    for strategy in STRATEGIES:
        strategy(SPACE, score, evaluations=20, seed=4, journal=tmp_path / "a")
    lines = (tmp_path / "a").read_text().splitlines()
    assert len(lines) == len(set(lines)) < 1 + 3 * 20


@pytest.mark.parametrize(
    ("changed", "error", "words"),
    [
        (dict(space=[1]), TypeError, "space must be a SearchSpace"),
        (dict(score=3), TypeError, "score must be a function"),
        (dict(evaluations=0), ValueError, "evaluations must be a whole number of at least 1, got 0"),
        (dict(evaluations=2.5), ValueError, "evaluations"),
        (dict(seed=-1), ValueError, "seed"),
    ],
)
def test_what_is_refused(strategy, changed, error, words):
    asked = dict(space=SPACE, score=score, evaluations=5) | changed
    with pytest.raises(error, match=words):
        strategy(asked.pop("space"), asked.pop("score"), **asked)


def test_a_score_that_is_nan_is_refused(strategy):
    with pytest.raises(ValueError, match="must be finite"):
        strategy(SPACE, lambda chosen: float("nan"), evaluations=3)


def test_the_options_of_trials_are_shown(strategy):
    assert {"evaluations", "seed", "journal", "executor"} <= inspect.signature(strategy).parameters.keys()


def test_a_batch_is_told_in_its_order():
    trials = Trials(SPACE, score, evaluations=9)
    batch = trials.new(trials.sample, 5)
    assert trials.run(batch) == [Trial(architecture, score(architecture)) for architecture in batch]
    assert trials.left == 4 and len(trials.scores) == 5
    assert repr(trials).startswith("Trials(5 of 9 evaluations, best")
