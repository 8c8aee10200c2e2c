"""Search: it asks for the share between what is good enough and what is not, whoever computes it."""

import pytest

from edukit.deployment.compressing.budget import Budget
from edukit.deployment.compressing.search import candidates, overheads, search


def row(quality, size=100, why=""):
    return {"why": why, "quality": quality, "parameters": 1, "macs": 1, "precisions": {"int8": [size, quality]}}


BESIDE = {"int8": 50, "float32": 70}


def asked(limit, *, shares=(1.0, 0.5, 0.25), refined=4, starts=("model",), least=0.0):
    """All shares that a search asks for, where those of at least `limit` lose nothing; below `least` none can be."""
    batches = []

    def run(wanted, most):
        batches.append(wanted)
        cannot = {"why": "share must be at least so much"}
        return {key: cannot if key[1] < least else row(1.0 if key[1] >= limit else 0.5) for key in wanted}

    search({start: BESIDE for start in starts}, run, Budget(max_loss=1), 1.0, shares=shares, refined=refined)
    return batches


@pytest.mark.parametrize("limit", [0.3, 0.05, 0.6, 0.9])
def test_it_comes_nearer_to_the_smallest_share_that_is_good_enough(limit):
    shares = [share for batch in asked(limit, refined=6) for _, share in batch]
    good = min(share for share in shares if share >= limit)
    assert limit <= good <= 1.15 * limit
    assert len(set(shares)) == len(shares)


def test_shares_that_cannot_be_made_count_as_not_good_enough():
    shares = [share for batch in asked(0.0, refined=6, least=0.3) for _, share in batch]
    assert min(share for share in shares if share >= 0.3) < 0.35


def test_it_stops_where_nothing_is_good_enough_and_where_shares_become_tiny():
    assert len(asked(2.0)) == 1
    shares = [share for batch in asked(0.0, refined=20) for _, share in batch]
    assert min(shares) >= 1 / 64 and len(shares) < 10


def test_every_start_is_tried_in_each_batch():
    first, second, third, *_ = asked(0.3, starts=("student", "model"))
    assert [start for start, _ in (*first, *second)] == ["student"] * 3 + ["model"] * 3
    assert {start for start, _ in third} == {"model", "student"}


def test_what_was_found_bounds_what_is_tried_afterwards():
    bounds = []

    def run(wanted, most):
        bounds.append(most)
        return {key: row(1.0, int(1000 * key[1])) for key in wanted}

    beside = {"student": BESIDE, "model": BESIDE}
    search(beside, run, Budget(max_loss=1), 1.0, shares=(1.0, 0.5), refined=1)
    assert bounds == [float("inf"), 550, 550]
    bounds.clear()
    search(beside, run, Budget(max_loss=1, max_bytes=10), 1.0, shares=(1.0, 0.5), refined=1)
    assert set(bounds) == {float("inf")}  # nothing is within the budget: the nearest may be large


def test_candidates_are_sorted_by_size_and_say_what_they_lose():
    rows = {("model", 1.0): row(0.9, 300), ("model", 0.5): row(0.8, 200), ("model", 0.1): {"why": "cannot be"}}
    found = candidates(rows, {"model": {"int8": 50, "float32": 70}}, 0.95)
    assert [(c.size_bytes, c.loss, c.share) for c in found] == [(250, 15.0, 0.5), (350, 5.0, 1.0)]


def test_overheads_are_what_a_file_holds_beside_its_tensors(networks):
    found = overheads(networks, "model")
    assert 200 < found["float32"] < 4000 and 200 < found["int8"] < 4000
    assert found["plain"] > 4 * (32 * 16 * 9)
