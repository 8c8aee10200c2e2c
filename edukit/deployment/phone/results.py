"""Results: what phones posted, and what the kernel makes of it. The labels stay here.

    Posted ─ locked? removed? room for one more phone? ─> (phone, model) -> the latest
    accuracy = mean(predictions == labels)      same = mean(predictions == those of the same file here)

Threads may add and read at once. Who watches is told after each change, in the thread that made it.
"""

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from edukit.deployment.phone.guards import Refused
from edukit.deployment.phone.schema import Posted

PHONES, PHONES_OF_ONE = 200, 60  # on the board, and of one address: a class may share one


@dataclass(frozen=True)
class Row:
    """One phone's figures for one model.

    number, phone   in the order in which phones came, from 1; the name, which tells phones of one name apart
    accuracy        the share of the images that it names as the labels do; None without labels
    same            the share that it names as the file does here; None where the file does not run here
    """

    number: int
    phone: str
    posted: Posted
    accuracy: float | None
    same: float | None = None


class Results:
    """The latest result of each phone for each model.

    labels    of the images, or None
    answers   {model: what its file predicts here}

    >>> results = Results(labels=[3, 5])
    >>> results.add(Posted("Ana", "0" * 16, "INT8", "litert", "2.5", 2e-3, 3e-3, 0.1, 0.01, 300, (3, 4), 0), "10.0.0.2")
    1
    >>> [(row.phone, row.accuracy) for row in results.rows()]
    [('Ana', 0.5)]
    """

    def __init__(self, labels=None, answers: Mapping[str, np.ndarray] | None = None):
        self._labels = None if labels is None else np.array(labels)
        self._answers = dict(answers or {})
        self._latest: dict[tuple[str, str], Posted] = {}
        self._phones: dict[str, tuple[int, str]] = {}  # id -> number, address
        self._came = 0
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
            if result.id not in self._phones:
                self._came += 1
                self._phones[result.id] = self._came, address
            self._latest[result.id, result.model] = result
            phones = len(self._phones)
        self.changed()
        return phones

    @property
    def phones(self) -> int:
        """How many have posted."""
        return len(self._phones)

    def rows(self) -> list[Row]:
        """Every result, phones in the order in which they came."""
        with self._lock:
            numbers = {id: number for id, (number, _) in self._phones.items()}
            latest = sorted(self._latest.values(), key=lambda result: numbers[result.id])
        names = _told_apart({result.id: result.phone for result in latest})
        return [self._row(numbers[result.id], names[result.id], result) for result in latest]

    def remove(self, phone: str | int) -> None:
        """Take a phone off the board, by the name or the number that stands there; it cannot post again.

        Raises ValueError for one that does not stand there.
        """
        rows = self.rows()
        found = {row.posted.id for row in rows if phone in (row.phone, row.number)}
        if not found:
            there = dict.fromkeys(f"{row.number} {row.phone}" for row in rows)
            raise ValueError(f"phone must be one of the board, {', '.join(there) or 'which is empty'}; got {phone!r}")
        self._forget(found)

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
            gone = ids or set(self._phones)
            self._removed = self._removed | ids if ids else set()
            self._latest = {key: result for key, result in self._latest.items() if key[0] not in gone}
            self._phones = {id: phone for id, phone in self._phones.items() if id not in gone}
        self.changed()

    def _check(self, id: str, address: str):
        if self.locked:
            raise Refused(403, "The board is locked: it takes no more results.")
        if id in self._removed:
            raise Refused(403, "This phone was taken off the board.")
        if id in self._phones:
            return
        of_one = Counter(address for _, address in self._phones.values())[address]
        if len(self._phones) >= PHONES or of_one >= PHONES_OF_ONE:
            raise Refused(429, "The board is full.")

    def _row(self, number: int, phone: str, result: Posted) -> Row:
        found = np.array(result.predictions)
        accuracy = None if self._labels is None else float(np.mean(found == self._labels))
        answers = self._answers.get(result.model)
        return Row(number, phone, result, accuracy, None if answers is None else float(np.mean(found == answers)))


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
