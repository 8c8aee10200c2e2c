"""Successive halving: many begin with a short training, the better ones go on with a longer one.

    n architectures, budget b      →   the best n / η, budget η b   →   the best n / η², budget η² b   →   …

Each round costs as much as the one before, so the last few get most of the training and the many bad ones little. It
rests on a proxy: that who is ahead after a short training is ahead after a long one.

Symbols   n architectures at the start · b smallest budget, such as epochs · η the factor between two budgets
Cost      n b for each budget, if the budgets grow by η as the number falls
Source    Jamieson & Talwalkar 2016, https://arxiv.org/abs/1502.07943
In production  optuna.pruners.SuccessiveHalvingPruner, Ray Tune's ASHAScheduler
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from edukit.checked import checked
from edukit.disk.journal import Journal
from edukit.refuse import check_number, check_whole
from edukit.search.space import SearchSpace
from edukit.search.strategies.trials import Trial, Trials


class Rounds(list):
    """The rounds of a halving: (budget, trials in order), the best of the last round, and what all of them cost.

    >>> Rounds([(1, [Trial({"kernel": 3}, 0.5), Trial({"kernel": 5}, 0.7)]), (2, [Trial({"kernel": 5}, 0.8)])]).cost
    4
    """

    @property
    def best(self) -> Trial:
        """The trial with the highest score at the largest budget."""
        return max(self[-1][1], key=lambda trial: trial.score)

    @property
    def cost(self) -> float:
        """The sum of the budgets of all trials."""
        return sum(budget * len(trials) for budget, trials in self)


@checked
def halving(
    space: SearchSpace,
    score: Callable[[dict, float], float],
    *,
    start: int,
    budgets: Sequence[float] = (1, 2, 4, 8),
    seed: int = 0,
    journal: str | Path | None = None,
    executor=None,
) -> Rounds:
    """Search by successive halving; `keep` of each round is start · budgets[0] / budget, at least one.

    score     a function of an architecture and a budget, such as epochs; more is better
    start     architectures at the first budget, drawn at random; fewer where the space has fewer
    budgets   positive and rising

    Raises ValueError for budgets that do not rise.

    >>> from edukit.search import LayerChoice
    >>> space = SearchSpace([LayerChoice("width", tuple(range(64)))])
    >>> rounds = halving(space, lambda chosen, epochs: chosen["width"] * epochs, start=16)
    >>> [(budget, len(trials)) for budget, trials in rounds], rounds.cost
    ([(1, 16), (2, 8), (4, 4), (8, 2)], 64)
    """
    check_whole(start, "start")
    budgets = list(budgets)
    for budget in budgets:
        check_number(budget, "budgets")
    if not budgets or budgets[0] <= 0 or any(not a < b for a, b in zip(budgets, budgets[1:], strict=False)):
        raise ValueError(f"budgets must be positive and rise, got {budgets}")
    drawing = Trials(space, score, evaluations=start, seed=seed)
    alive = drawing.new(drawing.sample, start)
    book = Journal(journal, f"{getattr(score, '__qualname__', 'scores')} at budgets on {space.choices}")
    rounds = Rounds()
    for budget in budgets:
        alive = alive[: max(1, round(start * budgets[0] / budget))]
        names = {f"{space.key(architecture)} budget {budget}": (architecture, budget) for architecture in alive}
        scores = book.values(names, score, executor)
        trials = [Trial(architecture, scores[name]) for name, (architecture, _) in names.items()]
        rounds.append((budget, trials))
        alive = [trial.architecture for trial in sorted(trials, key=lambda trial: -trial.score)]
    return rounds
