"""What went wrong, in one line: torch's messages, and those of runtimes, have many."""

import re


def first_line(error: Exception) -> str:
    """What went wrong, in one line of at most 240 letters: torch's messages have many.

    >>> first_line(ValueError("x is empty\\n  in line 3"))
    'ValueError: x is empty'
    """
    line = f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}"
    return line if len(line) <= 240 else f"{line[:239]}…"


def cause(error: BaseException) -> str:
    """The first line of what came first, where one error has led to another; without colours.

    >>> try:
    ...     try:
    ...         raise KeyError("a")
    ...     except KeyError as first:
    ...         raise RuntimeError("cannot go on") from first
    ... except RuntimeError as last:
    ...     cause(last)
    "KeyError: 'a'"
    """
    while error.__cause__ is not None:
        error = error.__cause__
    return re.sub(r"\x1b\[[0-9;]*m", "", first_line(error))
