"""Batches: right rows for everyone, one call for many, a deadline for the lonely, and a bad request fails alone."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from edukit.deployment.manager.batching import Batcher


def double(rows):
    return 2 * rows


def test_everyone_gets_their_own_rows():
    drawn = np.random.default_rng(0)
    requests = [drawn.normal(size=(int(n), 3)) for n in drawn.integers(1, 5, 200)]
    with Batcher(double, largest=16, wait_s=0.001) as batcher, ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(batcher, requests))
    assert all(np.array_equal(answer, 2 * rows) for answer, rows in zip(answers, requests, strict=True))


def test_what_waits_is_answered_in_one_call_and_no_call_is_too_large():
    gate, sizes = threading.Event(), []

    def slow(rows):
        sizes.append(len(rows))
        gate.wait(10)
        return rows

    with Batcher(slow, largest=8, wait_s=0) as batcher:
        first = batcher.submit(np.zeros((1, 2)))
        while not sizes:
            pass
        others = [batcher.submit(np.zeros((1, 2))) for _ in range(20)]
        gate.set()
        assert len(first.result(10)) == 1 and all(len(other.result(10)) == 1 for other in others)
    assert sizes == [1, 8, 8, 4] and batcher.calls == 4


def test_a_lone_request_is_answered_after_the_deadline():
    with Batcher(double, largest=32, wait_s=0.001) as batcher:
        assert batcher.submit(np.ones((1, 2))).result(timeout=10).tolist() == [[2, 2]]


def test_rows_of_other_shapes_and_types_go_in_another_call():
    with Batcher(double, largest=32, wait_s=0.01) as batcher:
        futures = [batcher.submit(np.ones((1, n), kind)) for n in (2, 3) for kind in (np.float32, np.float64)]
        assert [(f.result(10).shape, f.result(10).dtype.itemsize) for f in futures] == [
            ((1, 2), 4),
            ((1, 2), 8),
            ((1, 3), 4),
            ((1, 3), 8),
        ]


def test_a_bad_request_fails_alone():
    def picky(rows):
        if (rows < 0).any():
            raise ValueError("rows must not be negative")
        return rows

    with Batcher(picky, largest=4, wait_s=1) as batcher:
        futures = [batcher.submit(np.full((1, 2), value)) for value in (1.0, -1.0, 2.0, 3.0)]
        assert [f.result(10)[0, 0] for f in futures if not f.exception(10)] == [1, 2, 3]
        with pytest.raises(ValueError, match="must not be negative"):
            futures[1].result()


def test_several_outputs_and_a_model_that_loses_rows():
    with Batcher(lambda rows: (rows, rows.sum(1)), largest=2, wait_s=1) as batcher:
        one, two = batcher.submit(np.ones((1, 2))), batcher.submit(np.ones((1, 2)))
        assert [part.shape for part in one.result(10)] == [part.shape for part in two.result(10)] == [(1, 2), (1,)]
    with Batcher(lambda rows: rows[:0], wait_s=0) as batcher, pytest.raises(ValueError, match="a row for each of 1"):
        batcher(np.ones((1, 2)))


def test_a_request_that_is_taken_back_does_no_harm():
    gate = threading.Event()

    def slow(rows):
        gate.wait(10)
        return rows

    with Batcher(slow, wait_s=0) as batcher:
        first, second = batcher.submit(np.ones((1, 1))), batcher.submit(np.ones((1, 1)))
        third = batcher.submit(np.ones((1, 1)))
        taken = second.cancel()
        gate.set()
        assert len(first.result(10)) == len(third.result(10)) == 1 and taken == second.cancelled()


def test_after_closing_nothing_is_taken():
    batcher = Batcher(double)
    future = batcher.submit(np.ones((1, 1)))
    batcher.close()
    batcher.close()
    assert future.result() == 2
    with pytest.raises(RuntimeError, match="closed"):
        batcher(np.ones((1, 1)))


@pytest.mark.parametrize("change, word", [(dict(largest=0), "largest"), (dict(wait_s=-1), "wait_s")])
def test_bad_input_is_refused(change, word):
    with pytest.raises(ValueError, match=word):
        Batcher(double, **change)
    with Batcher(double) as batcher, pytest.raises(ValueError, match="rows must be"):
        batcher(np.ones((0, 2)))
