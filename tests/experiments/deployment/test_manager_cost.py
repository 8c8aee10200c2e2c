"""What the manager costs and gains is timed as it says; no time is asserted."""

import numpy as np

from edukit.experiments.deployment.manager_cost import batching, drop_pages, loading, overhead, write_large


def test_overhead_is_told_for_both_ways():
    found = overhead(lambda x: x, np.zeros(1), repeats=20)
    assert set(found) == {"bare", "managed"} and found["managed"] > 0


def test_all_three_ways_answer_the_same_number_of_requests():
    calls = []

    def session(x):
        calls.append(len(x))
        return x

    found = batching(session, np.zeros((1, 2)), waiting=4, rounds=2, wait_s=1)
    assert set(found) == {"loop", "one by one", "batched"} and min(found.values()) > 0
    assert max(calls) == 4 and sum(calls) % 4 == 0


def test_three_ways_to_load_with_and_without_pages(tmp_path):
    path = write_large(tmp_path, layers=4, width=32)
    table = loading(tmp_path, repeats=1, path=path)
    assert [(row["way"], row["pages"]) for row in table] == [
        (way, pages) for pages in ("in memory", "dropped") for way in ("whole", "mapped", "shards")
    ]
    assert all(0 < row["features_s"] <= row["answer_s"] for row in table)
    drop_pages(tmp_path)
    assert path.read_bytes()  # pages were dropped, not the file
