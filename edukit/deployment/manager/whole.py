"""Files that are whole: copied to the disk for certain, and compared with their SHA-256 before they are used.

    copy     read → write → fsync          on return the bytes are on the disk, not only in the system's memory
    check    size → SHA-256                the size first: it costs nothing, and a cut file is the most frequent fault

Cost      SHA-256 reads every byte once, about as fast as a disk
In production  the same check when a model was downloaded; signatures say in addition who made it
"""

import hashlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path


def sha256(path) -> str:
    """The digest of a file's bytes, read piece by piece.

    >>> sha256(__file__) == sha256(__file__), len(sha256(__file__))
    (True, 64)
    """
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def checked_files(paths) -> list[Path]:
    """The paths of files that exist, each of another name; ValueError that names the one that does not."""
    given = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    files = [Path(path) for path in given]
    for path in files:
        if not path.is_file():
            raise ValueError(f"paths must be files, found none at {path}")
    if not files or len({path.name for path in files}) < len(files):
        raise ValueError(f"paths must be one file or several of different names, got {given}")
    return files


def why_not_whole(folder: Path, files: Mapping[str, list]) -> str:
    """What is wrong with the first file that is not as it should be; empty where all are.

    files   {name: [bytes, SHA-256]}
    """
    for name, (size, digest) in files.items():
        path = folder / name
        if not path.is_file():
            return f"{path} is missing"
        if path.stat().st_size != size:
            return f"{path} has {path.stat().st_size} bytes of {size}"
        if sha256(path) != digest:
            return f"{path} does not hold what was registered (SHA-256 differs)"
    return ""


def copy_together(paths, place: Path) -> None:
    """Copy the files into a new folder, which appears when all are on the disk; nothing is left where that fails."""
    beside = place.with_name(f".{place.name}.tmp")
    shutil.rmtree(beside, ignore_errors=True)
    shutil.rmtree(place, ignore_errors=True)
    beside.mkdir()
    try:
        for path in paths:
            _copied(path, beside / path.name)
        os.replace(beside, place)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise


def _copied(source, target) -> None:
    with open(source, "rb") as old, open(target, "xb") as new:
        shutil.copyfileobj(old, new, 1 << 20)
        new.flush()
        os.fsync(new.fileno())
