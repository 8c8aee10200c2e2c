"""Dynamic batching: requests that wait at the same time are answered in one call, and none waits longer than agreed.

    request ─┐
    request ─┼─> until `largest` rows wait, or `wait_s` after the first ─> one call ─> each its own rows
    request ─┘

A call has a price of its own, and weights that were read once serve all rows: two rows cost less than two calls.

Symbols   wait_s the deadline in seconds: a lone request pays at most this for company that does not come
Source    https://docs.nvidia.com/deeplearning/triton-inference-server, section Dynamic Batcher
In production  Triton, TorchServe; on a phone, frames of a burst and tiles of a photo
"""

import threading
import time
from collections import deque
from concurrent.futures import Future
from typing import NamedTuple

import numpy as np

from edukit.refuse import check_whole


class _Request(NamedTuple):
    rows: np.ndarray
    answer: Future
    arrived: float


class Batcher:
    """Call it, from any number of threads, with one array of rows; close it, or use it in a `with`.

    run       takes an array of rows, and returns an array or a tuple of arrays with as many rows
    largest   rows of one call at most, but for a request that alone has more; wait_s seconds
    Raises ValueError for largest below 1 or a negative wait_s.
    """

    def __init__(self, run, largest: int = 32, wait_s: float = 0.002):
        self._run = run
        self._largest = check_whole(largest, "largest")
        if not 0 <= wait_s < 3600:
            raise ValueError(f"wait_s must be from 0 to 3600 seconds, got {wait_s!r}")
        self._wait_s = wait_s
        self._waiting: deque[_Request] = deque()
        self._rows = 0  # of all requests that wait
        self._changed = threading.Condition()
        self._closed = False
        self.calls = 0
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def submit(self, rows: np.ndarray) -> Future:
        """A future of the answer; ValueError for no rows, RuntimeError after `close`."""
        rows = np.asarray(rows)
        if rows.ndim < 1 or not len(rows):
            raise ValueError(f"rows must be an array of one row or more, got the shape {rows.shape}")
        request = _Request(rows, Future(), time.monotonic())
        with self._changed:
            if self._closed:
                raise RuntimeError("the batcher is closed")
            self._waiting.append(request)
            self._rows += len(rows)
            if len(self._waiting) == 1 or self._rows >= self._largest:  # nobody else needs to wake the server
                self._changed.notify()
        return request.answer

    def __call__(self, rows: np.ndarray):
        """The answer, as soon as its batch has run."""
        return self.submit(rows).result()

    def close(self) -> None:
        """Answer what waits, and stop."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def _serve(self) -> None:
        while batch := self._collected():
            self._answer([request for request in batch if request.answer.set_running_or_notify_cancel()])

    def _collected(self) -> list[_Request]:
        """The next batch; empty when the batcher is closed and nothing waits."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            if not self._waiting:
                return []
            left = self._waiting[0].arrived + self._wait_s - time.monotonic()
            if left > 0:
                self._changed.wait_for(lambda: self._rows >= self._largest or self._closed, left)
            batch = [self._waiting.popleft()]
            count = len(batch[0].rows)
            while self._waiting and self._fits(batch[0].rows, self._waiting[0].rows, count):
                batch.append(self._waiting.popleft())
                count += len(batch[-1].rows)
            self._rows -= count
        return batch

    def _fits(self, first, rows, count) -> bool:
        alike = rows.shape[1:] == first.shape[1:] and rows.dtype == first.dtype
        return alike and count + len(rows) <= self._largest

    def _answer(self, batch) -> None:
        """One call for all; where it fails, one for each, so that a bad request fails alone."""
        if not batch:
            return
        rows = [request.rows for request in batch]
        try:
            self.calls += 1
            answers = _split(self._run(np.concatenate(rows)), [len(part) for part in rows])
        except Exception as error:  # whatever the model raises belongs to who asked
            if len(batch) == 1:
                batch[0].answer.set_exception(error)
            else:
                for request in batch:
                    self._answer([request])
            return
        for request, answer in zip(batch, answers, strict=True):
            request.answer.set_result(answer)


def _split(answer, lengths) -> list:
    """The rows of each request; of each array, where the model has several outputs."""
    if isinstance(answer, tuple):
        return list(zip(*(_split(part, lengths) for part in answer), strict=True))
    if len(answer) != sum(lengths):
        raise ValueError(f"run must return a row for each of {sum(lengths)} rows, got {len(answer)}")
    ends = np.cumsum(lengths).tolist()
    return [answer[end - length : end] for end, length in zip(ends, lengths, strict=True)]
