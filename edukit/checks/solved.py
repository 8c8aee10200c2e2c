"""The exercises that a learner has solved, in a small file of their own; nothing leaves the machine.

    check(answer) ─ right ─> solved.json in the folder EDUKIT_HOME, or in ~/.local/share/edukit ─> overview()

A file that is damaged counts as empty, and a folder that cannot be written to is passed over in silence: a check never
fails because of it.
"""

import contextlib
import datetime
import json
import os
from pathlib import Path

from edukit.checks.lessons import LESSONS
from edukit.table import Table

FILE = "solved.json"


def folder() -> Path:
    """Where the file lies."""
    return Path(os.environ.get("EDUKIT_HOME") or Path.home() / ".local" / "share" / "edukit")


def solved() -> dict[str, str]:
    """The day on which each exercise was solved first, such as {"tour.size_bytes": "2026-02-28"}."""
    try:
        known = json.loads((folder() / FILE).read_text(encoding="utf-8"))
    except (OSError, RuntimeError, ValueError):  # no file, no home, no JSON
        return {}
    if not isinstance(known, dict):
        return {}
    return {name: day for name, day in known.items() if isinstance(day, str)}


def remember(name: str) -> None:
    """Write down that an exercise was solved today, unless it was solved before; the file is replaced as a whole."""
    known = solved()
    if not name or name in known:
        return
    known[name] = datetime.date.today().isoformat()
    with contextlib.suppress(OSError, RuntimeError):
        folder().mkdir(parents=True, exist_ok=True)
        beside = folder() / f"{FILE}.{os.getpid()}"
        beside.write_text(json.dumps(known, indent=1), encoding="utf-8")
        os.replace(beside, folder() / FILE)


def overview() -> Table:
    """A row for each exercise of each lesson, with the day on which it was solved."""
    known = solved()
    listed = [(lesson, name) for lesson, names in LESSONS.items() for name in names]
    others = [("", name) for name in known if name not in dict(map(reversed, listed))]
    return Table(
        ("lesson", "exercise", "solved"),
        [(lesson, name.rpartition(".")[2], known.get(name, "not yet")) for lesson, name in listed + others],
    )
