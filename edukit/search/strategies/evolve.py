"""Evolution: children of the best of a few, and the oldest leaves.

    parent = the best of a few, drawn from the population
    child  = parent with one choice changed           (or crossed with a second parent before)
    the child joins, the oldest leaves

Because the oldest leaves and not the worst, an architecture that was lucky once does not stay for ever.

Cost      `population` random evaluations, then one for each child
Source    Real et al. 2019, regularized evolution, https://arxiv.org/abs/1802.01548, algorithm 1
In production  nni.nas.strategy.RegularizedEvolution
"""

from collections import deque
from collections.abc import Callable

from edukit.checked import checked
from edukit.refuse import check_whole
from edukit.search.space import SearchSpace
from edukit.search.strategies.trials import Trials
from edukit.signatures import passes_on


@checked
@passes_on(Trials)
def evolve(
    space: SearchSpace,
    score: Callable[[dict], float],
    *,
    population: int = 12,
    rivals: int = 4,
    children: int = 4,
    crossing: float = 0.3,
    **options,
) -> Trials:
    """Search by mutation and crossing.

    population   architectures alive at a time; as many begin, drawn at random
    rivals       how many are drawn to find a parent: the best of them; 1 does not select
    children     born, and scored, at a time
    crossing     the chance that a child has two parents, 0 to 1
    **options    the fields of `Trials`: evaluations, seed, journal, executor

    >>> from edukit.search import LayerChoice
    >>> space = SearchSpace([LayerChoice(f"width {i}", tuple(range(8))) for i in range(4)])
    >>> space.count(), evolve(space, lambda chosen: sum(chosen.values()), evaluations=120, seed=1).best.score
    (4096, 28)
    """
    check_whole(population, "population", 2)
    check_whole(rivals, "rivals", 1, population)
    check_whole(children, "children")
    if not 0 <= crossing <= 1:
        raise ValueError(f"crossing must be a chance from 0 to 1, got {crossing!r}")
    trials = Trials(space, score, **options)
    alive = deque(trials.run(trials.new(trials.sample, population)), maxlen=population)

    def parent() -> dict:
        drawn = [alive[i] for i in trials.draw.choice(len(alive), min(rivals, len(alive)), replace=False)]
        return max(drawn, key=lambda trial: trial.score).architecture

    def child() -> dict:
        born = parent()
        if trials.draw.random() < crossing:
            born = space.cross(born, parent(), trials.draw)
        return space.mutate(born, trials.draw)

    while trials.left:
        alive.extend(trials.run(trials.new(child, children)))
    return trials
