"""LRU under a budget of bytes."""

import numpy as np
import pytest

from edukit.deployment.manager.budget import loaded_after, to_evict


@pytest.mark.parametrize("seed", range(20))
def test_no_budget_is_exceeded_and_nothing_goes_without_need(seed):
    drawn = np.random.default_rng(seed)
    loaded = {f"m{i}": int(size) for i, size in enumerate(drawn.integers(1, 50, 8))}
    keep = {f"m{i}" for i in drawn.choice(8, 2, replace=False)}
    needed, budget = int(drawn.integers(1, 60)), int(drawn.integers(100, 250))
    gone = to_evict(loaded, needed, budget, keep)
    stays = sum(size for name, size in loaded.items() if name not in (gone or [])) + needed
    if gone is None:
        assert sum(loaded[name] for name in keep) + needed > budget
    else:
        assert stays <= budget and not keep & set(gone)
        assert not gone or stays + loaded[gone[-1]] > budget  # with one fewer it would not have fitted


def test_against_a_list_in_which_each_request_moves_to_the_end():
    """Another way to write LRU, with times of use."""
    drawn = np.random.default_rng(0)
    sizes = {name: int(size) for name, size in zip("abcdef", drawn.integers(10, 60, 6), strict=True)}
    requests = [str(name) for name in drawn.choice(list(sizes), 300)]
    used = {}
    for time, name in enumerate(requests):
        while name not in used and sum(sizes[other] for other in used) + sizes[name] > 120:
            del used[min(used, key=used.get)]
        used[name] = time
    assert loaded_after(requests, sizes, 120) == sorted(used, key=used.get)


def test_edges():
    assert to_evict({}, 10, 10) == [] and to_evict({}, 11, 10) is None
    assert to_evict({"a": 5}, 5, 9) == ["a"] and to_evict({"a": 5}, 5, 9, {"a"}) is None
    assert loaded_after("abc", {"a": 3, "b": 99, "c": 4}, 10) == ["a", "c"]
