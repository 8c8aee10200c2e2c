"""A learner's function is asked a question: whatever it does ends in one answer or in one sentence.

    copy of the question ─> your function ─┬─ a value ───────────────────────────────> that value
                                           └─ an error, exit(), no end, a changed input ─> Failure(a sentence)

What the function prints is shown once, for the first question.

Assumes   that checks run in the main thread, as cells of a notebook do: only there can an endless function be stopped
"""

import contextlib
import copy
import io
import linecache
import signal
import threading
import traceback
import types
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from edukit.checks.alike import alike
from edukit.refuse import is_tensor

LIMIT_S = 10  # for one question
SHOWN = 200  # letters of a foreign text


@dataclass(frozen=True)
class Failure:
    """Why there is no value: a sentence for the learner, and the error, if one was raised."""

    line: str
    error: BaseException | None = None

    @property
    def brief(self) -> str:
        """The sentence without the place in the learner's code."""
        return self.line if self.error is None else f"your function raised {_said(self.error)}"


@dataclass
class Asked:
    """What a function answers to each question; every question is put once, when it is first wanted.

    >>> asked = Asked(lambda x: 1 / x, [(2,), (0,)])
    >>> asked[0], asked[1].line
    (0.5, 'your function raised ZeroDivisionError: division by zero (asked for 0)')
    """

    function: Callable
    questions: list[tuple]
    new: bool = False
    _known: dict[int, Any] = field(default_factory=dict)

    def __getitem__(self, number: int):
        if number not in self._known:
            self._known[number] = ask(self.function, self.questions[number], quiet=bool(self._known), new=self.new)
        return self._known[number]


def ask(function: Callable, arguments: tuple, *, quiet: bool = False, new: bool = False):
    """What the function returns for a copy of the arguments, or a Failure; `new` refuses an argument handed back."""
    handed = copy.deepcopy(arguments)
    printed = io.StringIO()
    try:
        with stopped_after(LIMIT_S), contextlib.redirect_stdout(printed), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with np.errstate(all="ignore"):
                got = function(*handed)
    except TooLong:
        return Failure(f"your function was stopped after {LIMIT_S} seconds ({described(arguments)})")
    except (Exception, SystemExit) as error:  # whatever a learner's code can raise is told, never passed on
        place = f"{_line_of(error, function)} ({described(arguments)})"
        return Failure(f"your function raised {_said(error)}{place}", error)
    finally:
        if not quiet and printed.getvalue():
            print(printed.getvalue()[:1000], end="")
    if not alike(list(handed), list(arguments)):
        return Failure("your function changed its input; work on a new array")
    if new and any(np.may_share_memory(got, part) for part in handed if isinstance(part, np.ndarray)):
        return Failure(f"your function handed its input back; return a new array ({described(arguments)})")
    return got


class TooLong(BaseException):
    """Raised inside a function that does not end; no `except Exception` catches it."""


@contextlib.contextmanager
def stopped_after(seconds: float):
    """Inside, TooLong is raised when the time is over; in another thread than the main one nothing is stopped."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    over = threading.Event()

    def interrupted(number, frame):
        if over.is_set():
            raise TooLong
        raise KeyboardInterrupt

    def interrupt():
        over.set()
        if hasattr(signal, "pthread_kill"):  # it also wakes a function that sleeps
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        else:
            signal.raise_signal(signal.SIGINT)

    before = signal.signal(signal.SIGINT, interrupted)
    timer = threading.Timer(seconds, interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        signal.signal(signal.SIGINT, before)


def _said(error) -> str:
    """An error in one line that is not too long."""
    kind = type(error).__name__
    text = " ".join(str(error).split())
    return (f"{kind}: {text}" if text else kind)[:SHOWN]


def _line_of(error, function) -> str:
    """The last line of the learner's own file, or cell, that was running."""
    code = getattr(function, "__code__", None)
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if code is not None and frame.filename == code.co_filename]
    if not own or own[-1].filename == __file__:
        return ""
    line = linecache.getline(own[-1].filename, own[-1].lineno or 0).strip()
    return f" in the line `{line[:80]}`" if line and "lambda" not in line else ""


def described(arguments: tuple) -> str:
    """The question in a few words: small arrays with their numbers, large ones by their shape.

    >>> described((np.array([1.0, 2.0]), 3, np.zeros((9, 9))))
    'asked for [1, 2], 3, an array of shape (9, 9)'
    """
    return f"asked for {', '.join(map(named, arguments))}"[:SHOWN]


def named(value) -> str:
    """One value in a few words, without addresses in memory."""
    if isinstance(value, types.GeneratorType):
        return "a generator"
    if isinstance(value, types.CoroutineType):
        return "a coroutine (its function is `async`)"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    if callable(value):
        return "a function"
    if isinstance(value, np.ndarray) or is_tensor(value):
        return _named_array(value)
    try:
        text = f"{value:.6g}" if isinstance(value, float | np.floating) else " ".join(repr(value).split())
    except Exception:  # a learner's own class may fail to show itself
        text = ""
    return text[:SHOWN] if text and " at 0x" not in text else f"an object of the type {type(value).__name__}"


def _named_array(value) -> str:
    array = np.asarray(value.detach() if is_tensor(value) else value)
    if array.size > 12 or array.dtype.kind not in "biuf":
        return f"an array of shape {array.shape}" + (f" of {array.dtype}" if array.dtype.kind not in "biuf" else "")
    return np.array2string(array, separator=", ", formatter={"float_kind": "{:.4g}".format}).replace("\n", "")
