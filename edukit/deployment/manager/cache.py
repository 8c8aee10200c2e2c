"""The cache: sessions in memory, at most so many bytes, shared by threads and by managers.

    lease   wait until there is room → evict → load, without holding up the others → predict → give back

    free ──reserve──> loading ──> idle <──lease / give back──> at work
                         │          └──evict──> free
                         └─failed──> free

A C library keeps what was freed; it is asked to hand it back before the next load, or evicting would free nothing.
Bytes are reserved before the load begins, so the sum never exceeds the budget, however many threads load at once. Who
finds no room waits until a prediction ends; nobody waits while holding a lease, so no two wait for each other.

Bound     reserved bytes <= budget, at every moment
In production  the least recently used model goes; servers such as NVIDIA Triton load and unload in the same way
"""

import threading
from collections.abc import Callable, Hashable
from contextlib import contextmanager
from dataclasses import dataclass

from edukit.deployment.manager.budget import to_evict
from edukit.deployment.manager.measured import return_freed_memory
from edukit.refuse import check_whole


@dataclass
class Slot:
    """A session in memory, its bytes, how many predictions use it and how often it is pinned."""

    size_bytes: int
    session: object = None  # None while it loads
    users: int = 1
    pins: int = 0


class Cache:
    """Sessions by key, the least recently used first; ValueError unless the budget is a whole number of bytes."""

    def __init__(self, budget_bytes: int):
        self._budget_bytes = check_whole(budget_bytes, "budget_bytes")
        self._slots: dict[Hashable, Slot] = {}
        self._changed = threading.Condition()
        self.peak_bytes = self.loads = self.evictions = 0

    @property
    def budget_bytes(self) -> int:
        """How many bytes may be loaded; a lower value evicts at once, and waits for predictions that run.

        Raises ValueError for less than what is pinned.
        """
        return self._budget_bytes

    @budget_bytes.setter
    def budget_bytes(self, value: int) -> None:
        value = check_whole(value, "budget_bytes")
        with self._changed:
            pinned = self._pinned_bytes()
            if pinned > value:
                raise ValueError(f"budget_bytes must be at least the {pinned:,} bytes that are pinned, got {value:,}")
            self._budget_bytes = value
            self._trim()
            self._changed.wait_for(lambda: self._total() <= value)
        return_freed_memory()

    def sizes(self) -> dict[Hashable, int]:
        """{key: bytes} of what is loaded or loading, the least recently used first."""
        with self._changed:
            return {key: slot.size_bytes for key, slot in self._slots.items()}

    @contextmanager
    def lease(self, key: Hashable, size_bytes: int, opener: Callable[[], object]):
        """The session of a key, in a `with`: `take` before, `give_back` after."""
        slot = self.take(key, size_bytes, opener)
        try:
            yield slot.session
        finally:
            self.give_back(slot)

    def pin(self, key: Hashable, size_bytes: int, opener: Callable[[], object]) -> None:
        """Load it where it is not, and keep it in memory until `unpin`; each pin needs its own unpin."""
        slot = self.take(key, size_bytes, opener)
        with self._changed:
            fits = bool(slot.pins) or self._pinned_bytes() + slot.size_bytes <= self._budget_bytes
            slot.pins += fits
        self.give_back(slot)
        if not fits:  # the budget was lowered meanwhile
            raise ValueError(f"the model takes {size_bytes:,} bytes, more than what is not pinned of the budget")

    def unpin(self, key: Hashable) -> None:
        """Let one pin go."""
        with self._changed:
            self._slots[key].pins -= 1
            self._trim()

    def unload(self, key: Hashable) -> bool:
        """Evict it, when the predictions that run have ended; False where it is not loaded or is pinned."""
        with self._changed:
            slot = self._slots.get(key)
            if slot is None or slot.pins:
                return False
            self._changed.wait_for(lambda: not slot.users or self._slots.get(key) is not slot)
            if self._slots.get(key) is slot and not slot.pins:
                self._drop(key)
        return_freed_memory()
        return True

    def take(self, key: Hashable, size_bytes: int, opener: Callable[[], object]) -> Slot:
        """A slot with the session of a key, loaded where it is not; it stays in memory until `give_back`.

        Raises ValueError where the budget can never hold it, and whatever the opener raises.
        """
        with self._changed:
            while True:
                slot = self._slots.get(key)
                if slot is not None and slot.session is not None and self._total() <= self._budget_bytes:
                    slot.users += 1
                    self._slots[key] = self._slots.pop(key)  # now the most recently used
                    return slot
                if slot is None and self._make_room(size_bytes):
                    break
                self._changed.wait()
            slot = self._slots[key] = Slot(size_bytes)
            self.peak_bytes = max(self.peak_bytes, self._total())
        return self._loaded(key, slot, opener)

    def _loaded(self, key, slot, opener) -> Slot:
        try:
            if self.evictions:
                return_freed_memory()
            session = opener()
        except BaseException:
            with self._changed:
                self._slots.pop(key)
                self._changed.notify_all()
            raise
        with self._changed:
            slot.session = session
            self.loads += 1
            self._changed.notify_all()
        return slot

    def _make_room(self, size_bytes) -> bool:
        """Evict what must go; False where predictions have to end first; ValueError where there never will be room."""
        free = self._budget_bytes - self._pinned_bytes()
        if size_bytes > free:
            raise ValueError(
                f"the model takes {size_bytes:,} bytes, and the budget leaves {free:,} "
                f"({self._budget_bytes:,} less what is pinned)"
            )
        busy = {key for key, slot in self._slots.items() if slot.users or slot.pins}
        gone = to_evict({k: slot.size_bytes for k, slot in self._slots.items()}, size_bytes, self._budget_bytes, busy)
        for key in gone or ():
            self._drop(key)
        return gone is not None

    def give_back(self, slot: Slot) -> None:
        """The slot may be evicted again."""
        with self._changed:
            slot.users -= 1
            if not slot.users:
                self._trim()

    def _trim(self) -> None:
        """Evict idle sessions while the budget is exceeded, as after it was lowered."""
        for key in list(self._slots):
            if self._total() <= self._budget_bytes:
                break
            slot = self._slots[key]
            if not slot.users and not slot.pins:
                self._drop(key)
        self._changed.notify_all()

    def _drop(self, key) -> None:
        del self._slots[key]
        self.evictions += 1
        self._changed.notify_all()

    def _total(self) -> int:
        return sum(slot.size_bytes for slot in self._slots.values())

    def _pinned_bytes(self) -> int:
        return sum(slot.size_bytes for slot in self._slots.values() if slot.pins)
