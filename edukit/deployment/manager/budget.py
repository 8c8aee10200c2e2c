"""A budget of bytes: which models must go so that another one fits.

    evicted   the least recently used (LRU) first, one after the other, until loaded + needed <= budget

Bytes, not models, are counted: one large model may push out three small ones. What is kept (pinned, or at work) stays.

Bound     loaded bytes never exceed the budget
Source    Belady 1966, https://doi.org/10.1147/sj.52.0078 (what is needed soonest should stay: LRU guesses it)
In production  onTrimMemory (Android), didReceiveMemoryWarning (iOS): the system asks, the app evicts
"""

from collections.abc import Collection, Mapping


def to_evict(
    loaded: Mapping[str, int], needed_bytes: int, budget_bytes: int, keep: Collection[str] = ()
) -> list[str] | None:
    """The models that must go, the least recently used first; None where not even all of them would make room.

    loaded   {name: bytes}, the least recently used first
    keep     names that must stay

    >>> to_evict({"a": 30, "b": 50, "c": 20}, needed_bytes=40, budget_bytes=100)
    ['a', 'b']
    >>> to_evict({"a": 30, "b": 50, "c": 20}, needed_bytes=40, budget_bytes=100, keep={"a"})
    ['b']
    """
    total = sum(loaded.values()) + needed_bytes
    gone = []
    for name, size in loaded.items():
        if total <= budget_bytes:
            break
        if name not in keep:
            gone.append(name)
            total -= size
    return gone if total <= budget_bytes else None


def loaded_after(requests, sizes, budget_bytes: int) -> list[str]:
    """The models in memory when all requests are answered, the least recently used first.

    sizes   {name: bytes}; a model that is larger than the whole budget is not loaded, and pushes nothing out

    >>> loaded_after("abca", {"a": 40, "b": 40, "c": 40}, budget_bytes=100)
    ['c', 'a']
    """
    loaded = {}
    for name in requests:
        if sizes[name] > budget_bytes:
            continue
        size = loaded.pop(name, None)
        if size is None:
            size = sizes[name]
            while sum(loaded.values()) + size > budget_bytes:
                oldest = next(iter(loaded))
                del loaded[oldest]
        loaded[name] = size
    return list(loaded)
