"""The exercise on a cache under a budget of bytes: what is in memory after these requests?

Well-known mistakes  first in, first out; models counted instead of bytes; one eviction where several are needed
"""

from edukit.checks.verdict import Exercise
from edukit.deployment.manager import budget

SIZES = {"a": 40, "b": 40, "c": 40, "d": 90, "e": 10, "f": 101, "g": 30}


def _cache(*, touch=True, victim=lambda loaded: next(iter(loaded)), full=None, once=False, spares=True):
    """A wrong cache, by one wrong rule."""

    def loaded_after(requests, sizes, budget_bytes):
        loaded = {}
        is_full = full or (lambda loaded, size: sum(loaded.values()) + size > budget_bytes)
        for name in requests:
            if spares and sizes[name] > budget_bytes:
                continue
            if name in loaded:
                if touch:
                    loaded[name] = loaded.pop(name)
                continue
            while loaded and is_full(loaded, sizes[name]):
                del loaded[victim(loaded)]
                if once:
                    break
            if spares or sizes[name] <= budget_bytes:
                loaded[name] = sizes[name]
        return list(loaded)

    return loaded_after


def _clears(requests, sizes, budget_bytes):
    loaded = {}
    for name in requests:
        if sizes[name] > budget_bytes:
            continue
        if name not in loaded and sum(loaded.values()) + sizes[name] > budget_bytes:
            loaded = {}
        loaded.pop(name, None)
        loaded[name] = sizes[name]
    return list(loaded)


def _makes_room_again(requests, sizes, budget_bytes):
    loaded = {}
    for name in requests:
        if sizes[name] > budget_bytes:
            continue
        while loaded and sum(loaded.values()) + sizes[name] > budget_bytes:
            del loaded[next(iter(loaded))]
        loaded.pop(name, None)
        loaded[name] = sizes[name]
    return list(loaded)


def _strict(requests, sizes, budget_bytes):
    return budget.loaded_after(requests, sizes, budget_bytes - 1)


def _every(requests, sizes, budget_bytes):
    return list(dict.fromkeys(requests))


def _show(arguments, expected, got):
    requests, sizes, budget_bytes = arguments
    used = ", ".join(f"{name} {sizes[name]}" for name in dict.fromkeys(requests))
    return (
        f"requests {' '.join(requests)} ({used}) under {budget_bytes} bytes: right is {expected}, yours is {list(got)}"
    )


LOADED_AFTER = Exercise(
    budget.loaded_after,
    [
        (["a", "b"], SIZES, 100),
        (["a", "b", "c"], SIZES, 100),
        (["a", "b", "a", "c"], SIZES, 100),
        (["a", "b", "d"], SIZES, 100),
        (["d", "e"], SIZES, 100),
        (["a", "f", "b"], SIZES, 100),
        (["e", "g", "a", "c", "e", "b"], SIZES, 120),
        (["a", "b", "c", "a", "d", "e", "g", "a"], SIZES, 150),
        (["a", "b", "b"], SIZES, 100),
        (["a", "a", "b", "c"], SIZES, 100),
        (["stem", "head", "stem"], {"stem": 3, "head": 4}, 7),
    ],
    {
        "first in, first out": (
            _cache(touch=False),
            "the model that was loaded first went, though it was used since: a request moves its model to the end",
        ),
        "the newest goes": (
            _cache(victim=lambda loaded: list(loaded)[-1]),
            "the most recently used model went: the one that was not used for the longest time goes",
        ),
        "the largest goes": (
            _cache(victim=lambda loaded: max(loaded, key=loaded.get)),
            "the largest model went: least recently used asks for the time of use alone",
        ),
        "two models": (
            _cache(full=lambda loaded, size: len(loaded) >= 2),
            "models were counted, not bytes: many small ones fit where one large one does not",
        ),
        "one eviction": (
            _cache(once=True),
            "one model went, and the budget is still exceeded: go on until it fits (while, not if)",
        ),
        "less, not at most": (
            _strict,
            "exactly full is not too full: loaded + needed <= budget",
        ),
        "room for one that is there": (
            _makes_room_again,
            "a model that is in memory already needs no room: nothing goes when it is asked for again",
        ),
        "never": (_every, "nothing was ever evicted: the budget is exceeded"),
        "all go": (
            _clears,
            "more went than had to: stop as soon as the new model fits",
        ),
        "too large": (
            _cache(spares=False),
            "a model that is larger than the whole budget pushed the others out: it can never fit, so leave them",
        ),
    },
    "bytes, not models; used, not loaded; and no eviction more than needed",
    agree=lambda _, expected, got: not isinstance(got, str | dict | set) and list(got) == expected,
    show=_show,
    hints=(
        "Keep the loaded models in the order of their last use; a dict keeps the order in which names were put in.",
        "A request moves its model to the end, whether it was loaded or not. Make room first, from the front.",
        "Only a model that fits the whole budget is loaded; one that does not must push nothing out.",
    ),
)
