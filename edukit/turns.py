"""Turns: what cannot run side by side in the threads of one process waits until the one before it has finished.

    torch.export      traces with settings of the whole process, and turns oneDNN off meanwhile: every convolution of
                      another thread would be rounded otherwise
    random numbers    torch draws them from one generator for the process
    evaluation mode   a model that two threads ask has one mode for both
    a caller's torch  no_grad, inference_mode and autocast change what is traced, counted and trained: they are set
                      aside meanwhile

    progress bars     two need two lines, which a notebook cannot take back: only the outer one shows

So a server, or a class on one kernel, gets from eight threads what it gets from one. A training waits between two of
its steps, not for the end of another one. What a caller runs in torch itself waits for nobody.

In production  a process of its own for each conversion
"""

import functools
import threading
from collections.abc import Callable
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

import torch
from tqdm import tqdm

P = ParamSpec("P")
R = TypeVar("R")


class Turns:
    """A lock that a thread may take again inside, and that goes to whoever has waited for it.

    >>> turns = Turns()
    >>> with turns, turns:
    ...     turns.depth
    2
    """

    def __init__(self):
        self.depth = 0
        self._owner = None
        self._taken = threading.Lock()
        self._next = threading.Lock()  # held by the thread that waits: who has just finished stands behind it

    def __enter__(self):
        if self._owner != threading.get_ident():
            with self._next:
                self._taken.acquire()
            self._owner = threading.get_ident()
        self.depth += 1

    def __exit__(self, *error):
        self.depth -= 1
        if not self.depth:
            self._owner = None
            self._taken.release()


class Bar(tqdm):
    """A progress bar on stderr that goes when it is full; inside another one it shows nothing."""

    def __init__(self, *args, disable: bool = False, leave: bool = False, **options):
        inside = any(not getattr(bar, "disable", True) for bar in list(tqdm._instances))  # it is one of them
        super().__init__(*args, disable=disable or inside, leave=leave, **options)


ONE_AT_A_TIME = Turns()


@contextmanager
def usual_settings():
    """Inside, or in a function that it decorates, torch computes as it does unless told otherwise.

    Gradients can be had and nothing is cast, whatever no_grad, inference_mode or autocast stands around.

    >>> with torch.inference_mode(), usual_settings():
    ...     torch.is_grad_enabled()
    True
    """
    with torch.inference_mode(False), torch.enable_grad(), torch.autocast("cpu", enabled=False):
        yield


def in_turn(function: Callable[P, R]) -> Callable[P, R]:
    """A decorator: calls from several threads are computed one after the other, with torch's usual settings.

    >>> @in_turn
    ... def depth():
    ...     return ONE_AT_A_TIME.depth
    >>> depth(), ONE_AT_A_TIME.depth
    (1, 0)
    """

    @functools.wraps(function)
    def waiting(*args: P.args, **kwargs: P.kwargs) -> R:
        with ONE_AT_A_TIME, usual_settings():
            return function(*args, **kwargs)

    return waiting
