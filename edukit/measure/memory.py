"""Peak memory: the largest resident set while a function runs, minus the resident set before."""

import gc
import threading
from collections.abc import Callable

import psutil

from edukit.checked import checked

SAMPLE_S = 0.001  # between two looks at the resident set


@checked
def peak_memory(fn: Callable[[], object]) -> int:
    """Bytes by which this process grew at most while fn ran, its result included.

    Memory is read every millisecond by a second thread: a shorter peak can be missed, and memory that the process held
    before and uses again is not counted. Measure in a fresh process for a figure that stands alone. Where the system
    tells them apart, as Linux does, pages of files are left out: most are code of libraries, read on first use.

    >>> import numpy as np
    >>> 50e6 < peak_memory(lambda: np.ones(12_500_000)) < 200e6  # 100 MB, and what else the process does meanwhile
    True
    """
    gc.collect()
    process = psutil.Process()
    done = threading.Event()
    samples = [_own_bytes(process)]

    def watch():
        while not done.wait(SAMPLE_S):
            samples.append(_own_bytes(process))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        result = fn()
        samples.append(_own_bytes(process))  # what fn still holds
        del result
    finally:
        done.set()
        watcher.join()
    return max(samples) - samples[0]


def _own_bytes(process) -> int:
    """The resident memory of a process, without what Linux counts as shared: pages of files."""
    memory = process.memory_info()
    return memory.rss - getattr(memory, "shared", 0)
