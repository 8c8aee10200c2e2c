"""How many threads torch computes on.

Two threads wait for each other at the end of every operation. On an idle machine that is half as fast again as one;
beside a busy neighbour, small nets train up to 40 times slower on two threads, and hardly slower on one. One thread
also adds in the same order on every machine. So what is timed or should repeat runs on one.
"""

from contextlib import contextmanager

import torch

from edukit.refuse import check_whole


@contextmanager
def threads(count: int):
    """Inside, torch computes on `count` threads; afterwards on as many as before.

    Raises ValueError for a count that is no whole number from 1 to 1024.

    >>> with threads(1):
    ...     torch.get_num_threads()
    1
    """
    check_whole(count, "threads", 1, 1024)
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
