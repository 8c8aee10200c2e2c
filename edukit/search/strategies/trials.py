"""What every strategy has in common: architectures that are new, scored in batches, written down.

    a batch of new architectures → journal (known, or computed by the executor) → trials, in the order of the batch

A batch is as large as the strategy says, never as large as the machine: the same seed gives the same search on one
core and on a cluster.

Cost      one evaluation of the score for each trial; everything else is negligible beside a training
In production  optuna.Study, Ray Tune's Tuner
"""

from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

from edukit.disk.journal import Journal
from edukit.refuse import check_whole
from edukit.search.space import SearchSpace, generator

TRIES, LISTED = 200, 100_000


@dataclass(frozen=True)
class Trial:
    """An architecture and its score; more is better."""

    architecture: dict
    score: float


class Trials:
    """The trials of one search, in the order in which they were asked for.

    space, score   what is searched; a function of an architecture that returns a finite number, more is better
    evaluations    how many architectures may be scored; a space that has fewer ends the search
    seed           of everything that is drawn
    journal        the path of a file that keeps the scores; a search that was killed goes on where it stood
    executor       any concurrent.futures.Executor, which scores a batch in parallel

    >>> from edukit.search import LayerChoice, random_search
    >>> space = SearchSpace([LayerChoice("kernel", (3, 5, 7))])
    >>> found = random_search(space, lambda chosen: -abs(chosen["kernel"] - 5), evaluations=3)
    >>> found, found.best
    (Trials(3 of 3 evaluations, best 0), Trial(architecture={'kernel': 5}, score=0))
    """

    def __init__(
        self,
        space: SearchSpace,
        score: Callable[[dict], float],
        *,
        evaluations: int,
        seed: int = 0,
        journal: str | Path | None = None,
        executor: Executor | None = None,
    ):
        if not isinstance(space, SearchSpace):
            raise TypeError(f"space must be a SearchSpace, got {type(space).__name__}")
        if not callable(score):
            raise TypeError(f"score must be a function of an architecture, got {type(score).__name__}")
        self.space = space
        self.score = score
        self.executor = executor
        self.evaluations = check_whole(evaluations, "evaluations")
        self.draw = generator(check_whole(seed, "seed", 0))
        self.done: list[Trial] = []
        self._journal = Journal(journal, f"{getattr(score, '__qualname__', 'scores')} on {space.choices}")
        self._drawn: set[str] = set()
        self._is_empty = False

    def __repr__(self):
        best = f", best {self.best.score:.6g}" if self.done else ""
        return f"Trials({len(self.done)} of {self.evaluations} evaluations{best})"

    @property
    def best(self) -> Trial:
        """The trial with the highest score; of equal ones the first."""
        return max(self.done, key=lambda trial: trial.score)

    @property
    def scores(self) -> list[float]:
        """The scores, in order."""
        return [trial.score for trial in self.done]

    @property
    def left(self) -> int:
        """How many evaluations are left; 0 where the space has nothing new."""
        return 0 if self._is_empty else self.evaluations - len(self.done)

    def sample(self) -> dict:
        """An architecture drawn at random, new or not."""
        return self.space.sample(self.draw)

    def is_new(self, architecture: dict) -> bool:
        """Whether the architecture was never drawn for a batch."""
        return self.space.key(architecture) not in self._drawn

    def new(self, draw_one: Callable[[], dict], count: int) -> list[dict]:
        """Up to `count` new architectures from draw_one; at random where it gives only known ones."""
        batch: list[dict] = []
        while len(batch) < min(count, self.left):
            found = self._first_new(draw_one) or self._first_new(self.sample) or self._one_left()
            if found is None:
                self._is_empty = True
                break
            self._drawn.add(self.space.key(found))
            batch.append(found)
        return batch

    def run(self, batch: Iterable[dict]) -> list[Trial]:
        """Score the batch; its trials in order."""
        named = {self.space.key(architecture): architecture for architecture in batch}
        self._drawn |= named.keys()
        tasks = {key: (architecture,) for key, architecture in named.items()}
        scores = self._journal.values(tasks, self.score, self.executor)
        trials = [Trial(architecture, scores[key]) for key, architecture in named.items()]
        self.done += trials
        return trials

    def _first_new(self, draw_one) -> dict | None:
        """The first new one of some draws, or None."""
        drawn = (draw_one() for _ in range(TRIES))
        return next((architecture for architecture in drawn if self.is_new(architecture)), None)

    def _one_left(self) -> dict | None:
        """Where draws give only known ones: one of those that are left, if the space can be listed."""
        if not self.space.listable(LISTED):
            return None
        left = [architecture for architecture in self.space.enumerate() if self.is_new(architecture)]
        return left[self.draw.integers(len(left))] if left else None
