"""The cache: the order of LRU, a budget that holds at every moment, and threads that never wait for each other."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from edukit.deployment.manager.budget import loaded_after
from edukit.deployment.manager.cache import Cache


def use(cache, key, size):
    with cache.lease(key, size, lambda: key) as session:
        return session


def test_the_cache_holds_what_lru_says():
    drawn = np.random.default_rng(1)
    sizes = {name: int(size) for name, size in zip("abcdefgh", drawn.integers(10, 60, 8), strict=True)}
    requests = [str(name) for name in drawn.choice(list(sizes), 200)]
    cache = Cache(130)
    for count, name in enumerate(requests, 1):
        assert use(cache, name, sizes[name]) == name
        assert list(cache.sizes()) == loaded_after(requests[:count], sizes, 130)
    assert cache.peak_bytes <= 130 and cache.evictions == cache.loads - len(cache.sizes())


def test_what_is_larger_than_the_budget_is_refused_and_pushes_nothing_out():
    cache = Cache(100)
    use(cache, "a", 60)
    with pytest.raises(ValueError, match="takes 101 bytes, and the budget leaves 100"):
        use(cache, "b", 101)
    assert cache.sizes() == {"a": 60}


def test_pinned_sessions_stay_until_each_pin_is_taken_back():
    cache = Cache(100)
    cache.pin("a", 60, lambda: "a")
    cache.pin("a", 60, lambda: "a")
    use(cache, "b", 40)
    with pytest.raises(ValueError, match="leaves 40"):
        use(cache, "c", 50)
    assert not cache.unload("a")
    cache.unpin("a")
    use(cache, "d", 40)
    assert list(cache.sizes()) == ["a", "d"]
    cache.unpin("a")
    use(cache, "c", 90)
    assert cache.sizes() == {"c": 90}


def test_a_load_that_fails_gives_its_bytes_back():
    cache = Cache(100)

    def fails():
        raise OSError("no space left on device")

    for _ in range(3):
        with pytest.raises(OSError, match="no space"), cache.lease("a", 100, fails):
            pass
    assert cache.sizes() == {} and use(cache, "b", 100) == "b"


def test_an_error_inside_a_lease_gives_it_back():
    cache = Cache(100)
    with pytest.raises(ZeroDivisionError), cache.lease("a", 100, lambda: "a"):
        print(1 / 0)
    assert use(cache, "b", 100) == "b"


def test_who_finds_no_room_waits_until_a_prediction_ends():
    cache = Cache(100)
    started, done = threading.Event(), []

    def other():
        started.set()
        done.append(use(cache, "b", 50))

    with cache.lease("a", 80, lambda: "a"):
        thread = threading.Thread(target=other)
        thread.start()
        started.wait()
        thread.join(0.05)
        assert not done and list(cache.sizes()) == ["a"]
    thread.join(10)
    assert done == ["b"] and list(cache.sizes()) == ["b"]


def test_a_lowered_budget_evicts_at_once_and_waits_for_what_runs():
    cache = Cache(100)
    for name in "abcd":
        use(cache, name, 25)
    cache.budget_bytes = 60
    assert list(cache.sizes()) == ["c", "d"]
    lowered = threading.Event()

    def lower():
        cache.budget_bytes = 20
        lowered.set()

    with cache.lease("d", 25, lambda: "d"):
        thread = threading.Thread(target=lower)
        thread.start()
        assert not lowered.wait(0.05)
        assert list(cache.sizes()) == ["d"]
    assert lowered.wait(10) and cache.sizes() == {}


def test_a_budget_below_the_pinned_bytes_is_refused_and_changes_nothing():
    cache = Cache(100)
    cache.pin("a", 60, lambda: "a")
    with pytest.raises(ValueError, match="at least the 60 bytes that are pinned"):
        cache.budget_bytes = 59
    assert cache.budget_bytes == 100 and list(cache.sizes()) == ["a"]
    with pytest.raises(ValueError, match="budget_bytes"):
        cache.budget_bytes = 0


def test_a_thousand_requests_of_eight_threads_with_budgets_that_change():
    sizes = {name: 10 + 7 * i for i, name in enumerate("abcdefgh")}
    cache = Cache(150)
    held, seen = set(), []
    lock = threading.Lock()

    def opener(name):
        with lock:
            assert name not in held  # a key is loaded once
            held.add(name)
        return name

    def request(seed):
        drawn = np.random.default_rng(seed)
        name = str(drawn.choice(list(sizes)))
        with cache.lease(name, sizes[name], lambda: opener(name)) as session:
            assert session == name
        with lock:
            held.discard(name)
            seen.append(name)
        if not seed % 50:
            cache.budget_bytes = int(drawn.integers(70, 200))
        if not seed % 30:
            cache.unload(name)

    with ThreadPoolExecutor(8) as pool:
        for future in [pool.submit(request, seed) for seed in range(1000)]:
            future.result(timeout=30)
    assert len(seen) == 1000 and cache.peak_bytes <= 200 and sum(cache.sizes().values()) <= cache.budget_bytes
