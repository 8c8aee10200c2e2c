"""Limits: the part of a space that a device can hold.

    allowed(a)   cost_1(a) <= limit_1   and   cost_2(a) <= limit_2   and   …

A limit is a bound on a cost with a name. A misspelt name would be a limit that is never looked at, so it is refused;
so is a limit that no architecture keeps, with the smallest value that can be reached.

Cost      what an architecture costs is asked once; of up to 5,000 at the start, to know the smallest value
Bound     the smallest value is exact up to 5,000 architectures; above, it is the smallest that a descent found
Source    Cai et al. 2020, Once-for-All, https://arxiv.org/abs/1908.09791: search under a latency limit
In production  constraints_func of optuna's samplers; outcome constraints of Ax
"""

from collections.abc import Callable, Iterator, Mapping
from numbers import Real

import numpy as np

from edukit.search.space import SearchSpace, generator

ENUMERABLE, TRIES, DESCENTS = 5_000, 1_000, 5


class LimitedSpace(SearchSpace):
    """A space that gives out only architectures within limits; used as the space itself is.

    space    the whole space
    cost     a function of an architecture that returns {name: number}, the same names for every architecture
    limits   the most that a cost may be, by its name

    Raises ValueError for a name that cost does not have, a limit that is no finite number, a limit below the smallest
    value that can be reached, and limits that no architecture keeps together.

    >>> from edukit.search import LayerChoice
    >>> space = SearchSpace([LayerChoice("kernel", (3, 5, 7))])
    >>> small = LimitedSpace(space, lambda chosen: {"macs": chosen["kernel"] ** 2}, macs=30)
    >>> list(small.enumerate())
    [{'kernel': 3}, {'kernel': 5}]
    >>> LimitedSpace(space, lambda chosen: {"macs": chosen["kernel"] ** 2}, mac=30)
    Traceback (most recent call last):
    ValueError: limits must be among macs, got mac
    """

    def __init__(self, space: SearchSpace, cost: Callable[[dict], Mapping[str, float]], /, **limits: float):
        if not isinstance(space, SearchSpace):
            raise TypeError(f"space must be a SearchSpace, got {type(space).__name__}")
        super().__init__(space.choices, space.build)
        self.whole = space
        self.limits = limits
        self._cost = cost
        self._costs = {}
        known = self.costs(next(space.enumerate()))
        unknown = [name for name in limits if name not in known]
        if unknown or not limits:
            raise ValueError(f"limits must be among {', '.join(known)}, got {', '.join(unknown) or 'none'}")
        for name, limit in limits.items():
            if not isinstance(limit, Real) or isinstance(limit, bool) or not np.isfinite(limit):
                raise ValueError(f"the limit of {name} must be a finite number, got {limit!r}")
        self._smallest = self._reached()

    def costs(self, architecture: dict) -> dict[str, float]:
        """What the architecture costs, by name; asked once for each. ValueError for NaN and infinity."""
        key = self.key(architecture)
        if key not in self._costs:
            found = dict(self._cost(self.check(architecture)))
            if not np.isfinite(list(found.values())).all():
                raise ValueError(f"the costs of {architecture} must be finite, got {found}")
            self._costs[key] = found
        return self._costs[key]

    def reasons(self, architecture: dict) -> list[str]:
        """Why it is not allowed, a sentence for each limit; none means that it is.

        >>> from edukit.search import LayerChoice
        >>> space = SearchSpace([LayerChoice("kernel", (3, 5))])
        >>> LimitedSpace(space, lambda chosen: {"macs": chosen["kernel"] ** 2}, macs=9).reasons({"kernel": 5})
        ['macs is 25, the limit is 9']
        """
        costs = self.costs(architecture)
        inner = self.whole.reasons(architecture) if isinstance(self.whole, LimitedSpace) else []
        own = [
            f"{name} is {costs[name]:,.6g}, the limit is {limit:,.6g}"
            for name, limit in self.limits.items()
            if costs[name] > limit
        ]
        return [*inner, *own]

    def allows(self, architecture: dict) -> bool:
        """Whether the architecture keeps every limit."""
        return not self.reasons(architecture)

    def enumerate(self) -> Iterator[dict]:
        """Every architecture within the limits."""
        return (architecture for architecture in super().enumerate() if self.allows(architecture))

    def count(self) -> int:
        """How many there are within the limits; the costs of the whole space are asked for."""
        return sum(1 for _ in self.enumerate())

    def __repr__(self):
        words = ", ".join(f"{name} at most {limit:,.6g}" for name, limit in self.limits.items())
        return f"{self.whole!r} with {words}"

    def sample(self, seed: int | np.random.Generator = 0) -> dict:
        """One within the limits, drawn evenly; where few keep them, by a walk that begins at a small one."""
        draw = generator(seed)
        for _ in range(TRIES):
            drawn = super().sample(draw)
            if self.allows(drawn):
                return drawn
        found = self._smallest
        for _ in range(10 * len(self.choices)):
            found = self._neighbour(found, draw, 1) or found
        return found

    def mutate(self, architecture: dict, seed: int | np.random.Generator = 0, *, changes: int = 1) -> dict:
        """A neighbour within the limits; one with more changes, at last a sample, where none was found."""
        draw = generator(seed)
        super().mutate(architecture, 0, changes=changes)  # refuses what it refuses
        most = sum(len(choice.options) > 1 for choice in self.choices)
        for more in range(changes, most + 1):
            found = self._neighbour(architecture, draw, more)
            if found:
                return found
        return self.sample(draw)

    def cross(self, mother: dict, father: dict, seed: int | np.random.Generator = 0) -> dict:
        """A child within the limits; where none was found, a neighbour of the mother."""
        draw = generator(seed)
        for _ in range(50):
            child = super().cross(mother, father, draw)
            if self.allows(child):
                return child
        return self.mutate(mother, draw)

    def _neighbour(self, architecture, draw, changes) -> dict | None:
        for _ in range(50):
            mutant = super().mutate(architecture, draw, changes=changes)
            if self.allows(mutant):
                return mutant
        return None

    def _reached(self) -> dict:
        """An architecture that keeps all limits; ValueError where there is none, or none was found."""
        for name, limit in self.limits.items():
            least = self.costs(self._least(lambda costs, name=name: costs[name]))[name]
            if least > limit:
                raise ValueError(
                    f"the limit of {name} must be at least {least:,.6g}, which is the smallest value "
                    f"that the space reaches, got {limit:,.6g}"
                )
        best = self._least(
            lambda costs: sum(
                max(0, costs[n] / limit - 1) if limit > 0 else max(0, costs[n] - limit)
                for n, limit in self.limits.items()
            )
        )
        if not self.allows(best):
            together = "; ".join(self.reasons(best))
            raise ValueError(f"no architecture keeps all limits together; of the nearest one {together}")
        return best

    def _least(self, value: Callable[[dict], float]) -> dict:
        """The architecture with the least value of its costs: all are asked, or a descent goes down one by one."""
        if self.listable(ENUMERABLE):
            return min(self.whole.enumerate(), key=lambda a: value(self.costs(a)))
        draw = np.random.default_rng(0)
        ends = [self._descended(self.whole.sample(draw), value) for _ in range(DESCENTS)]
        return min(ends, key=lambda a: value(self.costs(a)))

    def _descended(self, architecture, value) -> dict:
        """Choice after choice at its best option, until none gets better."""
        while True:
            before = value(self.costs(architecture))
            for choice in self.choices:
                options = [architecture | {choice.name: option} for option in choice.options]
                architecture = min(options, key=lambda a: value(self.costs(a)))
            if value(self.costs(architecture)) >= before:
                return architecture
