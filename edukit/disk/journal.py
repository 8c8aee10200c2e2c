"""Journal: every result is written down as soon as it is known, so that a search which was killed goes on.

    name → known?   yes: the value from the file            no: function(*arguments) → one more line → the value

A search that draws from a seed asks for the same names when it runs again: what is known costs nothing, and the result
is the same as without the kill. The results of a batch may come in any order, from threads, processes or a cluster.
Each line holds a check: a damaged value is refused, not taken for one.

Assumes   one process writes a journal at a time; a name stands for the same arguments every time
Source    https://jsonlines.org (one JSON value a line: a file that is only ever appended to)
In production  optuna.storages.JournalStorage, Ray Tune's experiment state
"""

import json
import math
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, as_completed
from pathlib import Path

from edukit.disk.sealed import with_check, without_check
from edukit.turns import Bar


class Journal:
    """Values by name, in memory and, where a path is given, in a file of JSON lines.

    path    the file; it is made where there is none, and read where there is one; None keeps values in memory alone
    about   what the values are of; a file that says something else is refused

    Raises ValueError for a file that is no journal, or one about something else.

    >>> journal = Journal()
    >>> journal.values({"two": (2,), "three": (3,)}, lambda n: n * n)
    {'two': 4, 'three': 9}
    >>> journal.values({"three": (3,), "one": (1,)}, lambda n: n / 0 if n == 3 else n)  # three is known
    {'three': 9, 'one': 1}
    """

    def __init__(self, path: str | Path | None = None, about: str = ""):
        self.path = None if path is None else Path(path)
        self.known = {}
        self._about = about
        if self.path is None:
            return
        if self.path.exists() and (lines := _whole_lines(self.path)):
            self.known = _read(self.path, lines, about)
        else:
            self._append({"about": about})

    def values(
        self, tasks: Mapping[str, tuple], function: Callable, executor: Executor | None = None, progress: str = ""
    ) -> dict:
        """{name: value} in the order of the tasks: known values are read, the others computed and written down.

        tasks      {name: arguments of the function}
        function   returns what JSON can say; a process or a cluster needs a function of a module
        executor   any concurrent.futures.Executor, such as Dask's client.get_executor(); None: one after the other
        progress   the words before a bar on stderr; no words, no bar
        Raises what the function raises, with a note that says where; ValueError for NaN and infinity.
        """
        missing = {name: arguments for name, arguments in tasks.items() if name not in self.known}
        found = _in_parallel(missing, function, executor) if executor else _in_turn(missing, function)
        for name, value in Bar(found, desc=progress, total=len(missing), disable=not progress):
            if isinstance(value, float) and not math.isfinite(value):
                raise ValueError(f"the value of {name} must be finite, got {value}")
            self._append({"name": name, "value": value})
            self.known[name] = value
        return {name: self.known[name] for name in tasks}

    def _append(self, line: dict) -> None:
        if self.path is None:
            return
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(json.dumps(with_check(line, self._about), ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())  # on the disk, so that a power cut loses at most the line being written


def _in_turn(tasks, function) -> Iterator[tuple]:
    for name, arguments in tasks.items():
        try:
            yield name, function(*arguments)
        except Exception as error:
            error.add_note(f"while {name} was computed")
            raise


def _in_parallel(tasks, function, executor) -> Iterator[tuple]:
    """The results as they come; where one fails, those that have not begun are called off."""
    names = {executor.submit(function, *arguments): name for name, arguments in tasks.items()}
    try:
        for future in as_completed(names):
            try:
                yield names[future], future.result()
            except Exception as error:
                error.add_note(f"while {names[future]} was computed")
                raise
    finally:
        for future in names:
            future.cancel()


def _whole_lines(path: Path) -> list[bytes]:
    """The lines of the file; one that was cut while it was written is taken out of it."""
    content = path.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    if len(whole) < len(content):
        os.truncate(path, len(whole))
    return whole.splitlines()


def _read(path: Path, lines: list[bytes], about: str) -> dict:
    try:
        head, *rest = (json.loads(line) for line in lines)
        found = head["about"]
        without_check(head, found)
        whole = [without_check(line, found) for line in rest]
        known = {line["name"]: line["value"] for line in whole}
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"path must be a journal, {path} is none, or damaged: {error}") from error
    if found != about:
        raise ValueError(f"{path} is a journal of {found!r}, not of {about!r}; give another path")
    return known
