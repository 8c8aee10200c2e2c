"""The model manager: the models of a device on disk, and as many of them in memory as its budget allows.

    register   measure in a fresh process → copy → one line in registry.json
    predict    whole? → room? (least recently used goes) → load → run, at most one load for each model

Every byte of a file is compared with its SHA-256 before a runtime parses it. What a model takes in memory was measured,
not guessed from its file. Threads may call a manager at once; processes may share a folder; managers of one process may
share a cache.

Cost      some microseconds a call: `python -m edukit.experiments.deployment.manager_cost` measures them
Bound     the measured bytes of what is loaded never exceed the budget; a load needs its file's bytes on top
In production  Android's Play for On-device AI and iOS's background assets deliver; load and evict is left to the app
"""

from collections.abc import Callable
from functools import partial

from edukit.checked import checked
from edukit.deployment.manager import choice
from edukit.deployment.manager.cache import Cache, Slot
from edukit.deployment.manager.choice import Weights
from edukit.deployment.manager.entry import Entry
from edukit.deployment.manager.listing import listing
from edukit.deployment.manager.measured import fitting
from edukit.deployment.manager.measured import measure as measure_file
from edukit.deployment.manager.registry import Registry, check_name, unknown
from edukit.deployment.manager.switching import State, Switch
from edukit.deployment.manager.whole import checked_files
from edukit.deployment.runtimes.session import load
from edukit.table import Table


class ModelManager:
    """Models in a folder, loaded when they are asked for.

    folder         made where it is missing
    budget_bytes   of memory for loaded models
    opener         makes a session of a path: called with arrays, with `inputs` {name: shape}
    measure        what tells a file's bytes in memory, seconds and shapes, called with a path; by default a fresh
                   process that imports the opener by its name
    cache          shared with other managers, instead of a budget of its own
    """

    @checked
    def __init__(
        self,
        folder,
        budget_bytes: int | None = None,
        *,
        opener: Callable = load,
        measure: Callable | None = None,
        cache: Cache | None = None,
    ):
        if (budget_bytes is None) == (cache is None):
            raise ValueError("either budget_bytes or cache must be given, and not both")
        self.cache = cache or Cache(budget_bytes)
        self.registry = Registry(folder)
        self._opener = opener
        self._measure = measure or partial(measure_file, opener=_importable(opener))
        self._pinned: dict[str, tuple] = {}

    def register(self, paths, name: str, *, replace: bool = False, **about) -> Entry:
        """Measure a file and take it into the folder.

        paths   one file, or several that belong together, the one to open first
        about   version, precision and device_class, words; accuracy, a share of 0 to 1, of this very file
        Raises ValueError for a file that does not run, a name that is taken (unless `replace`), an unknown word.
        """
        _check_about(about)
        files = checked_files(paths)
        check_name(name, self.registry.entries(), replace=replace)
        return self.registry.register(files, name, self._measure(files[0]), replace=replace, **about)

    def predict(self, name: str, *arrays):
        """The model's answer; it is loaded first where it is not, and others are evicted for it.

        Raises ValueError for an unknown name, a damaged file, a model that does not fit the budget; what the model
        itself raises names the model in a note.
        """
        slot = self._slot(name)
        try:
            return slot.session(*arrays)
        except Exception as error:
            error.add_note(f"while the model {name!r} was predicting")
            raise
        finally:
            self.cache.give_back(slot)

    def load(self, name: str) -> None:
        """Load a model before it is asked for, and run it once on zeros, so that the first answer is a warm one."""
        slot = self._slot(name)
        try:
            fitting(slot.session)
        finally:
            self.cache.give_back(slot)

    def unload(self, name: str) -> bool:
        """Take a model out of memory once its predictions have ended; False where it is not there or is pinned."""
        return self.cache.unload(self._key(self._entry(name)))

    def pin(self, name: str) -> None:
        """Load a model and keep it in memory until `unpin`."""
        entry = self._entry(name)
        if name not in self._pinned:
            self.cache.pin(self._key(entry), entry.memory_bytes, lambda: self._open(entry))
            self._pinned[name] = self._key(entry)

    def unpin(self, name: str) -> None:
        """Let a pinned model be evicted again; ValueError where it is not pinned."""
        if name not in self._pinned:
            raise ValueError(
                f"name must be that of a pinned model ({', '.join(self._pinned) or 'none is'}), got {name!r}"
            )
        self.cache.unpin(self._pinned.pop(name))

    def remove(self, name: str) -> None:
        """Unload a model and delete it from the folder; ValueError for a pinned one."""
        if name in self._pinned:
            raise ValueError(f"name must be that of a model that is not pinned, got {name!r}: unpin it first")
        key = self._key(self._entry(name))
        self.registry.remove(name)
        if all(self._key(entry) != key for entry in self.list()):
            self.cache.unload(key)

    def list(self) -> list[Entry]:
        """What is registered, by name."""
        return [entry for _, entry in sorted(self.registry.entries().items())]

    def memory(self) -> dict:
        """Bytes: the budget, how much of it is taken and free, and by which of this manager's models; most recent last.

        loaded   {name: bytes}; a file under two names is loaded once, and counted under both
        """
        sizes = self.cache.sizes()
        names: dict[tuple, list[str]] = {}
        for entry in self.list():
            names.setdefault(self._key(entry), []).append(entry.name)
        taken = sum(sizes.values())
        return {
            "budget": self.cache.budget_bytes,
            "taken": taken,
            "free": self.cache.budget_bytes - taken,
            "loaded": {name: size for key, size in sizes.items() for name in names.get(key, [])},
            "pinned": list(self._pinned),
        }

    def table(self) -> Table:
        """What is registered and loaded, a row for each model."""
        loaded = self.memory()["loaded"]
        return listing(self.list(), {name: "loaded" for name in loaded} | {name: "pinned" for name in self._pinned})

    def best(
        self,
        weights: Weights | None = None,
        *,
        device_class: str | None = None,
        max_latency_s: float | None = None,
        max_memory_bytes: int | None = None,
    ) -> str:
        """The name of the model with the highest score among those within the limits and of the device class.

        Raises ValueError where no model with a known accuracy and latency is left.
        """
        room = self.cache.budget_bytes if max_memory_bytes is None else max_memory_bytes
        left = {
            entry.name: (entry.accuracy, entry.latency_s, entry.size_bytes)
            for entry in self.list()
            if entry.accuracy is not None
            and entry.latency_s
            and entry.memory_bytes <= room
            and (device_class is None or entry.device_class in ("", device_class))
            and (max_latency_s is None or entry.latency_s <= max_latency_s)
        }
        if not left:
            raise ValueError("no registered model of known accuracy and latency lies within these limits")
        return choice.best(left, weights)

    def predict_for(self, switch: Switch, state: State, *arrays):
        """The answer of the model that a switch chooses for the device's state."""
        return self.predict(switch.choose(state), *arrays)

    def _slot(self, name) -> Slot:
        """The model's place in memory, taken; where its file was replaced meanwhile, that of the new one."""
        entry = self._entry(name)
        try:
            return self.cache.take(self._key(entry), entry.memory_bytes, lambda: self._open(entry))
        except ValueError:
            if self._entry(name) == entry:
                raise
        return self._slot(name)

    def _entry(self, name) -> Entry:
        entries = self.registry.entries()
        if name not in entries:
            raise ValueError(unknown(name, entries))
        return entries[name]

    def _key(self, entry) -> tuple:
        return entry.folder, self._opener

    def _open(self, entry):
        return self._opener(self.registry.intact(entry))


def _importable(opener) -> str:
    """ "module:function", as a fresh process imports it; ValueError for a lambda, or what a notebook defines."""
    module = getattr(opener, "__module__", None)
    name = getattr(opener, "__qualname__", "<")
    if module in (None, "__main__") or not name.isidentifier():
        raise ValueError(f"opener must be a function of a module where no measure is given, got {opener!r}")
    return f"{module}:{name}"


def _check_about(about) -> None:
    allowed = ("version", "precision", "device_class", "accuracy")
    for name, value in about.items():
        if name not in allowed:
            raise ValueError(f"about must hold only {', '.join(allowed)}, got {name!r}")
        if name == "accuracy":
            if value is not None and not 0 <= value <= 1:
                raise ValueError(f"accuracy must be a share of 0 to 1, got {value!r}")
        elif not isinstance(value, str):
            raise ValueError(f"{name} must be a text, got {value!r}")
