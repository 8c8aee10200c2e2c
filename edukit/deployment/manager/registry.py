"""The registry: which models lie in a folder, what is known of each, and whether its files are whole.

    FOLDER/registry.json        one line of JSON for each model, to be read by people and programs
    FOLDER/DIGEST/…             a model's files, in a folder named by what they hold
    FOLDER/registry.lock        one writer at a time, of any process

    register    lock → copy the files → rename their folder into place → write registry.json beside itself → rename

A process that is killed leaves at most files that no line names; the next writer takes them away.

Assumes   that one file system holds the whole folder, and that its locks hold (network drives may not lock)
Source    FileLock releases its lock when the process dies, https://py-filelock.readthedocs.io
In production  app stores deliver models as signed packages; MLflow and model hubs keep such a registry on a server
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from filelock import FileLock

from edukit.deployment.manager.entry import Entry, read, written
from edukit.deployment.manager.measured import Measured
from edukit.deployment.manager.whole import checked_files, copy_together, sha256, why_not_whole
from edukit.disk.sealed import write_atomically
from edukit.errors import first_line

NAME = re.compile(r"[\w][\w.+ -]{0,80}")
DIGITS = 16  # of a folder's name; the whole digests stand in the registry


class Registry:
    """The models of a folder, which is made where it is missing; any number of processes may use it at once."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._file = self.folder / "registry.json"
        self._path = os.fspath(self._file)
        self._seen = None
        self._entries: dict[str, Entry] = {}

    def entries(self) -> dict[str, Entry]:
        """All entries by name, as they are now; the file is read again only where another one took its place.

        Raises ValueError where registry.json is no registry.
        """
        try:
            found = os.stat(self._path)
        except FileNotFoundError:
            return {}
        seen = (found.st_ino, found.st_mtime_ns, found.st_size)
        if seen != self._seen:
            self._entries = self._read()
            self._seen = seen
        return self._entries

    def register(self, paths, name: str, measured: Measured, *, replace: bool = False, **about) -> Entry:
        """Copy a model's files into the folder and write its line; on return, both are on the disk.

        paths    one file, or several that belong together, the one to open first
        about    fields of Entry: version, precision, device_class, accuracy
        Raises ValueError for a name that is taken unless `replace`, or cannot be one, and for missing files.
        """
        paths = checked_files(paths)
        check_name(name, self.entries(), replace=replace)
        files = {path.name: [path.stat().st_size, sha256(path)] for path in paths}
        folder = hashlib.sha256(json.dumps(files).encode()).hexdigest()[:DIGITS]
        today = date.today().isoformat()
        entry = Entry(name=name, folder=folder, files=files, registered=today, **vars(measured), **about)
        with self._writing() as entries:
            check_name(name, entries, replace=replace)  # again, now that nobody else can write
            if why_not_whole(self.folder / folder, files):
                copy_together(paths, self.folder / folder)
            entries[name] = entry
        return entry

    def remove(self, name: str) -> None:
        """Take a model's line away, and its files where no other line names them; ValueError for an unknown name."""
        with self._writing() as entries:
            if name not in entries:
                raise ValueError(unknown(name, entries))
            del entries[name]

    def intact(self, entry: Entry) -> Path:
        """The file to open first, when every byte of every file is what was registered.

        Raises ValueError that names the file and what is wrong with it: missing, cut, damaged or another one.
        """
        folder = self.folder / entry.folder
        wrong = why_not_whole(folder, entry.files)
        if wrong:
            raise ValueError(f"{entry.name} is damaged: {wrong}; register it again")
        return folder / next(iter(entry.files))

    def _writing(self):
        return _Writing(self)

    def _read(self) -> dict[str, Entry]:
        try:
            return read(self._file.read_text(encoding="utf-8"), self._entries.values())
        except (ValueError, TypeError, AttributeError) as error:
            raise ValueError(f"{self._file} is no registry of models: {first_line(error)}") from error

    def _write(self, entries) -> None:
        write_atomically(self._file, written(entries.values()).encode())

    def _clean(self, entries) -> None:
        """Remove what no line names; whoever writes holds the lock, so nobody else is about to name it."""
        named = {entry.folder for entry in entries.values()} | {"registry.json", "registry.lock"}
        for path in self.folder.iterdir():
            if path.name not in named and (path.name.startswith(".") or re.fullmatch("[0-9a-f]{16}", path.name)):
                shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


class _Writing:
    """Alone with the registry: a copy of the entries to change, written when all went well."""

    def __init__(self, registry):
        self._registry = registry
        self._lock = FileLock(registry.folder / "registry.lock")

    def __enter__(self) -> dict[str, Entry]:
        self._lock.acquire(poll_interval=0.005)
        try:
            self._registry._seen = None  # read for certain: what another process wrote must not be lost
            self._before = self._registry.entries()
        except BaseException:
            self._lock.release()
            raise
        self._entries = dict(self._before)
        return self._entries

    def __exit__(self, kind, error, trace) -> None:
        try:
            if kind is None:
                self._registry._write(self._entries)
            self._registry._clean(self._entries if kind is None else self._before)
        except OSError:
            self._registry._clean(self._before)
            raise
        finally:
            self._lock.release()


def check_name(name, taken: Iterable[str], *, replace: bool) -> None:
    """Raise a ValueError unless it can be the name of a new model, or of one to replace."""
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise ValueError(f"name must be a short word of letters, digits, . + - and _, got {name!r}")
    if name in taken and not replace:
        raise ValueError(f"name must be new, {name!r} is registered: replace=True puts this file in its place")


def unknown(name, names: Iterable[str]) -> str:
    """What to say where a name is not registered."""
    return f"name must be that of a registered model ({', '.join(sorted(names)) or 'there is none'}), got {name!r}"
