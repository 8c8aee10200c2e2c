"""Results: what phones posted, and what the kernel makes of it. The labels stay here.

    Posted ─ locked? removed? room for one more phone? ─> (phone, model) -> the latest
    accuracy = mean(predictions == labels)      share of the images that two agree on = mean(a == b)

Threads may add and read at once. Who watches is told after each change, in the thread that made it.
"""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from edukit.deployment.phone.guards import Refused
from edukit.deployment.phone.schema import Posted

PHONES, PHONES_OF_ONE = 200, 60  # on the board, and of one address: a class may share one


@dataclass(frozen=True)
class Row:
    """One phone's figures for one model; `phone` tells phones of one name apart, accuracy is None without labels."""

    phone: str
    posted: Posted
    accuracy: float | None


class Results:
    """The latest result of each phone for each model.

    labels   of the images, or None

    >>> results = Results(labels=[3, 5])
    >>> results.add(Posted("Ana", "0" * 16, "INT8", "litert", "2.5", 2e-3, 3e-3, 0.1, 0.01, 300, (3, 4), 0), "10.0.0.2")
    1
    >>> [(row.phone, row.accuracy) for row in results.rows()]
    [('Ana', 0.5)]
    """

    def __init__(self, labels=None):
        self._labels = None if labels is None else np.array(labels)
        self._latest: dict[tuple[str, str], Posted] = {}
        self._addresses: dict[str, str] = {}
        self._removed: set[str] = set()
        self._lock = threading.Lock()
        self._watching: list[Callable[[], None]] = []
        self.locked = False

    def add(self, result: Posted, address: str) -> int:
        """Keep a result, in place of an earlier one of the same phone and model; how many phones there are now.

        Raises Refused for a locked board, a phone that was removed, and more phones than there is room for.
        """
        with self._lock:
            self._check(result.id, address)
            self._addresses.setdefault(result.id, address)
            self._latest[result.id, result.model] = result
            phones = len(self._addresses)
        self.changed()
        return phones

    @property
    def phones(self) -> int:
        """How many have posted."""
        return len(self._addresses)

    def rows(self) -> list[Row]:
        """Every result, phones in the order in which they came."""
        with self._lock:
            order = {id: place for place, id in enumerate(self._addresses)}
            latest = sorted(self._latest.values(), key=lambda result: order[result.id])
        names = _told_apart({result.id: result.phone for result in latest})
        return [Row(names[result.id], result, self._accuracy(result)) for result in latest]

    def remove(self, phone: str) -> None:
        """Take a phone off the board, by the name that stands there; it cannot post again.

        Raises ValueError for a name that does not stand there.
        """
        found = {row.phone: row.posted.id for row in self.rows()}
        if phone not in found:
            raise ValueError(f"phone must be one of {', '.join(found) or 'those on the board, which is empty'}")
        self._forget({found[phone]})

    def clear(self) -> None:
        """Take every phone off the board; they may post again."""
        self._forget(set())

    def lock(self, locked: bool = True) -> None:
        """Take no more results, or take them again."""
        self.locked = bool(locked)
        self.changed()

    def watch(self, told: Callable[[], None]) -> None:
        """Call `told()` after each change; it must be quick, and is called by the thread that made the change."""
        self._watching.append(told)

    def changed(self) -> None:
        """Tell everyone who watches."""
        for told in tuple(self._watching):
            told()

    def _forget(self, ids: set[str]):
        """These phones for good; all of them, but not for good, where none is named."""
        with self._lock:
            gone = ids or set(self._addresses)
            self._removed = self._removed | ids if ids else set()
            self._latest = {key: result for key, result in self._latest.items() if key[0] not in gone}
            self._addresses = {id: address for id, address in self._addresses.items() if id not in gone}
        self.changed()

    def _check(self, id: str, address: str):
        if self.locked:
            raise Refused(403, "The board is locked: it takes no more results.")
        if id in self._removed:
            raise Refused(403, "This phone was taken off the board.")
        if id in self._addresses:
            return
        if len(self._addresses) >= PHONES or Counter(self._addresses.values())[address] >= PHONES_OF_ONE:
            raise Refused(429, "The board is full.")

    def _accuracy(self, result: Posted) -> float | None:
        return None if self._labels is None else float(np.mean(np.array(result.predictions) == self._labels))


def _told_apart(names: dict[str, str]) -> dict[str, str]:
    """The same names, numbered from the second phone of a name on.

    >>> _told_apart({"a": "Ana", "b": "Ana", "c": "Ben"})
    {'a': 'Ana', 'b': 'Ana 2', 'c': 'Ben'}
    """
    taken: set[str] = set()
    for id, name in names.items():
        tries = (name if count == 1 else f"{name} {count}" for count in range(1, len(names) + 2))
        names = {**names, id: next(said for said in tries if said not in taken)}
        taken.add(names[id])
    return names
