"""Random search: draw architectures, keep the best. Every other strategy must beat it.

    best of n draws      P(one of the best share p among them) = 1 - (1 - p)^n

Symbols   n evaluations · p the share that is good enough
Bound     59 draws find one of the best 5 % with 95 % certainty, however large the space
Source    Bergstra & Bengio 2012, https://jmlr.org/papers/v13/bergstra12a.html; Li & Talwalkar 2019,
          https://arxiv.org/abs/1902.07638: random search is a strong baseline for architectures
In production  optuna.samplers.RandomSampler
"""

from collections.abc import Callable

from edukit.checked import checked
from edukit.search.space import SearchSpace
from edukit.search.strategies.trials import Trials
from edukit.signatures import passes_on


@checked
@passes_on(Trials)
def random_search(space: SearchSpace, score: Callable[[dict], float], *, batch: int = 16, **options) -> Trials:
    """Score new architectures drawn at random, none of them twice.

    batch       how many are scored at a time
    **options   the fields of `Trials`: evaluations, seed, journal, executor

    >>> from edukit.search import LayerChoice
    >>> space = SearchSpace([LayerChoice("width", (8, 16, 32)), LayerChoice("kernel", (3, 5))])
    >>> random_search(space, lambda chosen: chosen["width"] + chosen["kernel"], evaluations=6).best.architecture
    {'width': 32, 'kernel': 5}
    """
    trials = Trials(space, score, **options)
    while trials.left:
        trials.run(trials.new(trials.sample, batch))
    return trials
