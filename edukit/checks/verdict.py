"""An exercise: questions with known answers, and the well-known mistakes, each with a hint.

    your answer ─ question 1, 2, … ─ all right ───────────────────────────────> ✓
                        └─ first wrong one ─ a mistake that answers alike? ───> ✗ its hint, and the question
                                                    └─ none ──────────────────> ✗ the question alone

A test asks the mistakes themselves: each must be refused with its own hint, and the solution must pass.
"""

import copy
import inspect
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Verdict:
    """True when the answer is right; shows itself as one line.

    >>> Verdict(False, "· not attempted yet")
    · not attempted yet
    """

    right: bool
    line: str

    def __bool__(self):
        return self.right

    def __repr__(self):
        return self.line


class InputChanged(Exception):
    """A learner's function wrote into the array it was given."""


@dataclass(frozen=True)
class Source:
    """The text of a function, coloured where the notebook can."""

    text: str

    def __repr__(self):
        return self.text

    def _repr_markdown_(self):
        return f"```python\n{self.text}```"


@dataclass(frozen=True, repr=False)
class Exercise:
    """Call it with a function to get a Verdict.

    solve      the right answer: a function of the package
    questions  tuples of arguments, from plain to nasty: the first that is missed decides the hint
    mistakes   {name: (wrong function, hint)}
    praise     what a right answer has shown
    agree      agree(expected, got): is it right? may raise on answers of the wrong form
    show       show(arguments, expected, got): the question and both answers, in a few words

    >>> double = Exercise(lambda x: 2 * x, [(2,), (3,)], {"square": (lambda x: x * x, "x + x, not x x")}, "twice")
    >>> double(lambda x: x + x)
    ✓ twice
    >>> double(lambda x: x**2)
    ✗ x + x, not x x (for (3,) right is 6, yours is 9)
    """

    solve: Callable
    questions: list[tuple]
    mistakes: dict[str, tuple[Callable, str]]
    praise: str
    agree: Callable = lambda expected, got: alike(expected, got)
    show: Callable = lambda arguments, expected, got: f"for {arguments} right is {expected}, yours is {got}"

    def __call__(self, answer) -> Verdict:
        if not callable(answer):
            return _no("hand over the function itself, by its name, without calling it")
        if _is_blank(answer):
            return Verdict(False, "· not attempted yet")
        for number, arguments in enumerate(self.questions):
            expected, got = self.solve(*arguments), _ask(answer, arguments)
            if isinstance(got, InputChanged):
                return _no(str(got))
            if isinstance(got, Exception):
                return _no(f"your function raised {type(got).__name__}: {' '.join(str(got).split())}")
            if got is None:
                return _no("your function returned None: does every path end in `return`?")
            if not self._is_right(expected, got):
                return _no(self._hint(number, answer, got, expected))
        return Verdict(True, f"✓ {self.praise}")

    def solution(self) -> Source:
        """The package's own answer."""
        return Source(inspect.getsource(self.solve))

    def _is_right(self, expected, got) -> bool:
        try:
            return bool(self.agree(expected, got))
        except (TypeError, ValueError, AttributeError):  # not even of the right form
            return False

    def _hint(self, number, answer, got, expected) -> str:
        try:
            shown = self.show(self.questions[number], expected, got)
        except (TypeError, ValueError, AttributeError):
            shown = f"right would be like {expected!r}, yours is {got!r}"[:120]
        suspects = [m for m in self.mistakes.values() if alike(got, _ask(m[0], self.questions[number]))]
        if not suspects:
            return shown
        return f"{max(suspects, key=lambda m: self._likeness(answer, m[0]))[1]} ({shown})"

    def _likeness(self, answer, mistake) -> int:
        return sum(alike(_ask(answer, question), _ask(mistake, question)) for question in self.questions)


def alike(one, two) -> bool:
    """The same shape, kind of number and values, up to float rounding; NaN is like NaN. Names must be equal.

    >>> alike(np.float32([1, np.nan]), [1.0, np.nan]), alike(1, 1.0), alike([1, 2], [[1, 2]])
    (True, False, False)
    >>> alike({"a": [1, 2]}, {"a": [1, 2]}), alike("a", "b")
    (True, False)
    """
    if hasattr(one, "__dict__") and type(one) is type(two) and not hasattr(one, "__array__"):  # a tensor is an array
        return alike(list(vars(one).values()), list(vars(two).values()))
    if isinstance(one, list | tuple) and isinstance(two, list | tuple):
        return len(one) == len(two) and all(alike(a, b) for a, b in zip(one, two, strict=True))
    if isinstance(one, dict) and isinstance(two, dict):
        return alike(list(one.items()), list(two.items()))
    if isinstance(one, str):
        return isinstance(two, str) and one == two
    try:
        one, two = np.asarray(one), np.asarray(two)
    except ValueError:  # rows of different lengths
        return False
    if one.shape != two.shape or _kind(one) != _kind(two) or _kind(one) not in "bif":
        return False
    return np.allclose(one, two, rtol=1e-5, atol=0, equal_nan=True)


def first_difference(expected, got) -> tuple:
    """The index of the first entry that differs, for two arrays of one shape."""
    different = ~np.isclose(expected, got, rtol=1e-5, atol=0, equal_nan=True)
    return np.unravel_index(np.argmax(different), different.shape)


def _ask(answer, arguments):
    """What it answers, or the exception it raised; a copy of the question is handed over, and must stay as it was."""
    handed = copy.deepcopy(arguments)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            got = answer(*handed)
        except Exception as error:  # whatever a learner's code can raise is shown, never passed on
            return error
    return (
        got
        if alike(list(handed), list(arguments))
        else InputChanged("your function changed its input; work on a new array")
    )


def _is_blank(answer) -> bool:
    """Does the body hold nothing but a docstring, `...` or `pass`?"""
    code, empty = getattr(answer, "__code__", None), (lambda: None).__code__
    if code is None:
        return False
    return set(code.co_code[::2]) <= set(empty.co_code[::2]) and set(code.co_consts) <= {None, answer.__doc__}


def _kind(array) -> str:
    return array.dtype.kind.replace("u", "i")


def _no(hint: str) -> Verdict:
    return Verdict(False, f"✗ {hint}")
