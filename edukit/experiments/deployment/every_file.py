"""Every kind of file that the kit writes, damaged in every way that disks and people know: who loads it all the same?

    write a file ─> flip a bit · cut · swap two parts · a run of zeros · put a byte in · another network's file · empty
                 └> read: refused by name · the same numbers as before (the damage was where nothing is) · OTHER numbers

What must never happen is the last: other weights, other times, other results without a word.

In production  checksums of downloads; file systems such as ZFS and Btrfs check every block that they read
"""

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from edukit.experiments.deployment.damaged_files import flipped
from edukit.experiments.deployment.file_kinds import Kind, exports, kinds
from edukit.table import Table

HEADS = "file", "tries", "refused by name", "same numbers", "OTHER numbers", "obscure error"


def damaged(content: bytes, other: bytes, tries: int, seed: int = 0) -> Iterator[tuple[str, bytes]]:
    """So many damaged copies, and what was done to each; the first are another network's file, an empty one, …

    >>> [how for how, _ in damaged(b"0123456789" * 9, b"other", 8)][:3]
    ['another file', 'empty', 'zeros alone']
    """
    draw = np.random.default_rng(seed)
    size = len(content)
    yield from (("another file", other), ("empty", b""), ("zeros alone", bytes(size)), ("twice", 2 * content))
    for number in range(tries - 4):
        place, end = sorted(int(at) for at in draw.integers(0, size, 2))
        length = min(int(draw.integers(1, 64)), size - end, end - place)
        if number % 8 == 0:
            yield "cut", content[:place]
        elif number % 8 == 1:
            yield "head lost", content[place + 1 :]
        elif number % 8 == 2:
            swapped = content[end : end + length] + content[place + length : end] + content[place : place + length]
            yield "swap", content[:place] + swapped + content[end + length :]
        elif number % 8 == 3:
            run = min(int(draw.integers(1, 64)), size - place)
            yield "zeros", content[:place] + bytes(run) + content[place + run :]
        elif number % 8 == 4:
            yield "a byte more", content[:place] + content[end : end + 1] + content[place:]
        elif number % 8 == 5:
            yield "spliced", content[:place] + other[place:]
        else:
            yield "a bit", flipped(content, int(draw.integers(8 * size)))


def outcomes(kind: Kind, folder: Path, tries: int, seed: int = 0) -> Counter:
    """{outcome: how often}, as in HEADS; the other file is refused, or read for what it is."""
    path = kind.write(folder / f"file{kind.suffix}", 0)
    good, content = kind.read(path), path.read_bytes()
    (folder / "other").mkdir(exist_ok=True)
    beside = kind.write(folder / "other" / f"file{kind.suffix}", 1)
    other = beside.read_bytes()
    try:
        others = kind.read(beside)
    except ValueError:  # it says itself that it is another one
        others = {}
    counts = Counter()
    for how, broken in damaged(content, other, tries, seed):
        path.unlink()
        if how == "another file":
            path.hardlink_to(beside)
        else:
            path.write_bytes(broken)
        counts[_outcome(kind.read, path, others if broken == other else good, broken == content)] += 1
    return counts


def table(found: dict[str, Counter]) -> Table:
    """A row for each kind, and the sums."""
    sums = sum(found.values(), Counter())
    rows = [(name, sum(c.values()), *(c[head] for head in HEADS[2:])) for name, c in (found | {"all": sums}).items()]
    return Table(HEADS, [tuple(map(str, row)) for row in rows])


def _outcome(read, path, good, untouched) -> str:
    try:
        found = read(path)
    except (ValueError, TypeError, OSError) as error:
        named = path.name in str(error) and len(str(error)) < 400
        return "obscure error" if untouched or not named else "refused by name"
    except Exception:
        return "obscure error"
    return "same numbers" if _same(found, good) else "OTHER numbers"


def _same(found, good) -> bool:
    """Whether both hold the same numbers; a journal may have lost lines, which are computed again."""
    known = good if isinstance(good, dict) and set(found) < set(good) else found
    shared = {name: good.get(name) for name in known if name in found}
    return set(found) <= set(good) and all(np.array_equal(found[name], value) for name, value in shared.items())


def main(tries: int = 120, seed: int = 0) -> None:
    """Damage each kind so often, and print what became of it."""
    found = {}
    for name, kind in (kinds() | exports()).items():
        with tempfile.TemporaryDirectory() as folder:
            found[name] = outcomes(kind, Path(folder), tries, seed)
    print(table(found).text())


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
