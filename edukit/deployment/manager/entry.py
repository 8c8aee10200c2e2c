"""What is known of a model, and how registry.json holds it: one line of JSON for each model.

    {
    "name": {"folder": …, "files": …, …},          read line by line; a line that was read before is not parsed again
    "name": {…}
    }

A file that somebody wrote over several lines is read as well; the next write makes it lines again. Each model has a
check, so that damage is found; who changes a figure by hand takes the check of that model away.

In production  a table of a small database, SQLite for example
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from edukit.disk.sealed import with_check, without_check

START = "{\n"
BETWEEN = ",\n"
END = "\n}\n"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What is known of one model.

    files          {name: [bytes, SHA-256]}, the one to open first
    memory_bytes   by how much a process grows that loads it, measured; latency_s one input, measured here
    accuracy       a share of 0 to 1, None where it is unknown
    """

    name: str
    folder: str
    files: dict[str, list]
    version: str = "1"
    precision: str = ""
    device_class: str = ""
    accuracy: float | None = None
    memory_bytes: int = 0
    latency_s: float | None = None
    inputs: dict[str, list] = field(default_factory=dict)
    outputs: dict[str, list] = field(default_factory=dict)
    registered: str = ""

    @property
    def size_bytes(self) -> int:
        """Bytes of all files."""
        return sum(size for size, _ in self.files.values())

    @cached_property
    def line(self) -> str:
        """The entry as a line of registry.json.

        >>> Entry(name="a", folder="f", files={}).line[:32]
        '"a": {"folder": "f", "files": {}'
        """
        about = {key: value for key, value in vars(self).items() if key != "name"}
        return f"{json.dumps(self.name)}: {json.dumps(with_check(about, self.name))}"


def written(entries: Iterable[Entry]) -> str:
    """The text of registry.json, in the order of names.

    >>> written([])
    '{}\\n'
    """
    lines = [entry.line for entry in sorted(entries, key=lambda entry: entry.name)]
    return START + BETWEEN.join(lines) + END if lines else "{}\n"


def read(text: str, known: Iterable[Entry] = ()) -> dict[str, Entry]:
    """{name: entry} from the text of registry.json; ValueError or TypeError where it is none.

    known   entries whose lines need not be parsed again

    >>> list(read(written([Entry(name="a", folder="f", files={})])))
    ['a']
    """
    try:
        return _read_by_line(text, {entry.line: entry for entry in known})
    except ValueError:  # somebody wrote a model over several lines
        return {name: _entry(name, about) for name, about in json.loads(text).items()}


def _read_by_line(text, known: dict[str, Entry]) -> dict[str, Entry]:
    """The entries of a text as `written` writes it; ValueError for any other."""
    if not (text.startswith(START) and text.endswith(END)):
        raise ValueError("a registry as it is written has a line for each model")
    entries = [known.get(line) or _parsed(line) for line in text[len(START) : -len(END)].split(BETWEEN)]
    return {entry.name: entry for entry in entries}


def _parsed(line) -> Entry:
    ((name, about),) = json.loads(f"{{{line}}}").items()
    entry = _entry(name, about)
    vars(entry)["line"] = line  # as it stands in the file
    return entry


def _entry(name, about) -> Entry:
    """The entry, if its check fits; a line without one was written by hand."""
    return Entry(name=name, **(without_check(about, name) if "check" in about else about))
