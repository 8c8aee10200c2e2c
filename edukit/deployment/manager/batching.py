"""Dynamic batching: requests that wait at the same time are answered in one call, and none waits longer than agreed.

    request ─┐
    request ─┼─> until `largest` rows wait, or `wait_s` after the first ─> one call ─> each its own rows
    request ─┘

A call has a price of its own, and weights that were read once serve all rows: two rows cost less than two calls.

Symbols   wait_s the deadline in seconds: a lone request pays at most this for company that does not come
Source    https://docs.nvidia.com/deeplearning/triton-inference-server, section Dynamic Batcher
In production  Triton, TorchServe; on a phone, frames of a burst and tiles of a photo
"""

import queue
import threading
import time
from concurrent.futures import Future

import numpy as np

from edukit.refuse import check_whole


class Batcher:
    """Call it, from any number of threads, with one array of rows; close it, or use it in a `with`.

    run       takes an array of rows, and returns an array or a tuple of arrays with as many rows
    largest   rows of one call at most; wait_s seconds
    Raises ValueError for largest below 1 or a negative wait_s.
    """

    def __init__(self, run, largest: int = 32, wait_s: float = 0.002):
        self._run = run
        self._largest = check_whole(largest, "largest")
        if not 0 <= wait_s < 3600:
            raise ValueError(f"wait_s must be from 0 to 3600 seconds, got {wait_s!r}")
        self._wait_s = wait_s
        self._waiting: queue.Queue = queue.Queue()
        self._closing = threading.Lock()
        self._closed = False
        self.calls = 0
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def submit(self, rows: np.ndarray) -> Future:
        """A future of the answer; RuntimeError after `close`."""
        rows = np.asarray(rows)
        if rows.ndim < 1 or not len(rows):
            raise ValueError(f"rows must be an array of one row or more, got the shape {rows.shape}")
        answer: Future = Future()
        with self._closing:
            if self._closed:
                raise RuntimeError("the batcher is closed")
            self._waiting.put((rows, answer))
        return answer

    def __call__(self, rows: np.ndarray):
        """The answer, as soon as its batch has run."""
        return self.submit(rows).result()

    def close(self) -> None:
        """Answer what waits, and stop."""
        with self._closing:
            if not self._closed:
                self._closed = True
                self._waiting.put(None)
        self._thread.join()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def _serve(self) -> None:
        following = None
        while True:
            first = following or self._waiting.get()
            if first is None:
                return
            batch, following = self._collected(first)
            self._answer([request for request in batch if request[1].set_running_or_notify_cancel()])
            if following is _END:
                return

    def _collected(self, first) -> tuple[list, object]:
        """A batch of requests of one kind; and the next request, where one came that does not fit into it."""
        batch = [first]
        count = len(first[0])
        end = time.monotonic() + self._wait_s
        while count < self._largest:
            try:
                request = self._waiting.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                break
            if request is None:
                return batch, _END
            if not _fits(request, first) or count + len(request[0]) > self._largest:
                return batch, request
            batch.append(request)
            count += len(request[0])
        return batch, None

    def _answer(self, batch) -> None:
        """One call for all; where it fails, one for each, so that a bad request fails alone."""
        if not batch:
            return
        rows = [request[0] for request in batch]
        try:
            self.calls += 1
            answers = _split(self._run(np.concatenate(rows)), [len(part) for part in rows])
        except Exception as error:  # whatever the model raises belongs to who asked
            if len(batch) == 1:
                batch[0][1].set_exception(error)
            else:
                for request in batch:
                    self._answer([request])
            return
        for (_, future), answer in zip(batch, answers, strict=True):
            future.set_result(answer)


_END = object()


def _fits(request, first) -> bool:
    return request[0].shape[1:] == first[0].shape[1:] and request[0].dtype == first[0].dtype


def _split(answer, lengths) -> list:
    """The rows of each request; of each array, where the model has several outputs."""
    if isinstance(answer, tuple):
        return list(zip(*(_split(part, lengths) for part in answer), strict=True))
    if len(answer) != sum(lengths):
        raise ValueError(f"run must return a row for each of {sum(lengths)} rows, got {len(answer)}")
    return np.split(answer, np.cumsum(lengths)[:-1])
