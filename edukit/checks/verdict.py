"""An exercise: questions with known answers, and the well-known mistakes, each with a hint.

    your answer ─ question 1, 2, … ─ all right ─────────────────────────────────> ✓
                        └─ first wrong one ─ a mistake that answers all alike? ─> ✗ its hint, and the question
                                                    └─ none ────────────────────> ✗ the question alone

A test asks the mistakes themselves: each must be refused with its own hint, and the solution must pass.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from edukit.checks.alike import alike, as_numbers, first_difference, kind
from edukit.checks.asking import Asked, Failure, ask, named

__all__ = ["Exercise", "Source", "Verdict", "alike", "first_difference"]

NUMBERS = {"b": "True and False", "i": "whole numbers of an integer type", "f": "floats"}
LONGEST = 180  # letters of a question with both answers


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
    agree      agree(arguments, expected, got): is it right? may raise on answers of the wrong form
    show       show(arguments, expected, got): the question and both answers, in a few words
    new        whether the answer must be a new array, none that was handed over

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
    agree: Callable = lambda arguments, expected, got: alike(expected, got)
    show: Callable = lambda arguments, expected, got: f"for {arguments} right is {expected}, yours is {got}"
    new: bool = False

    def __call__(self, answer) -> Verdict:
        if not callable(answer):
            return _no("hand over the function itself, by its name, without calling it")
        if _is_blank(answer):
            return Verdict(False, "· not attempted yet")
        asked = Asked(answer, self.questions, new=self.new)
        for number, arguments in enumerate(self.questions):
            expected = self.solve(*arguments)
            got = asked[number]
            if isinstance(got, Failure):
                if isinstance(got.error, NotImplementedError) and not str(got.error):  # as starter code raises it
                    return Verdict(False, "· not attempted yet")
                return _no(self._known(number, asked, got.brief) or got.line)
            if not self._is_right(arguments, expected, got):
                return _no(self._hint(number, asked, expected))
        return Verdict(True, f"✓ {self.praise}")

    def solution(self) -> Source:
        """The package's own answer."""
        return Source(inspect.getsource(self.solve))

    def _is_right(self, arguments, expected, got) -> bool:
        if _wrong_form(expected, got):
            return False
        try:
            return bool(self.agree(arguments, expected, got))
        except Exception:  # an answer that cannot even be compared is wrong
            return False

    def _hint(self, number, asked, expected) -> str:
        got = asked[number]
        if got is None:
            return "your function returned None: does every path end in `return`?"
        shown = self._shown(self.questions[number], expected, got)
        return self._known(number, asked, shown) or _wrong_form(expected, got) or shown

    def _known(self, number, asked, shown) -> str:
        """The hint of the known mistake that gives the same answers; empty where there is none."""
        for wrong, hint in self.mistakes.values():
            if self._answers_like(wrong, asked, first=number):
                return f"{hint} ({shown})"
        return ""

    def _shown(self, arguments, expected, got) -> str:
        """The question and both answers."""
        try:
            shown = " ".join(self.show(arguments, expected, got).split())
        except Exception:  # an answer of another form cannot be shown beside the right one
            return f"right would be like {named(expected)[:80]}, yours is {named(got)[:80]}"
        if self._looks_alike(arguments, expected, got):
            shown += ", and they differ in digits that are not shown"
        return shown if len(shown) <= LONGEST else f"{shown[: LONGEST // 2]} … {shown[-LONGEST // 2 :]}"

    def _looks_alike(self, arguments, expected, got) -> bool:
        try:
            return self.show(arguments, got, expected) == self.show(arguments, expected, got)
        except Exception:  # shown one way only: then the forms differ, and that is seen
            return False

    def _answers_like(self, wrong, asked, first) -> bool:
        """Whether a known mistake gives the very answers of the learner's function, wherever that gives one."""
        if not _same(ask(wrong, self.questions[first], quiet=True), asked[first]):
            return False
        others = [i for i in range(len(self.questions)) if i != first and not isinstance(asked[i], Failure)]
        return all(_same(ask(wrong, self.questions[i], quiet=True), asked[i]) for i in others)


def _same(one, two) -> bool:
    """Alike, or both raised the same kind of error."""
    if isinstance(one, Failure) or isinstance(two, Failure):
        return type(one) is type(two) and type(one.error) is type(two.error)
    return alike(one, two)


def _wrong_form(expected, got) -> str:
    """What is wrong with the form of an answer, whatever its values; empty where nothing is."""
    right = as_numbers(expected)
    if right is None or got is None:
        return ""
    found = as_numbers(got)
    if found is None or isinstance(got, str):
        wanted = "an array of numbers" if right.ndim else "a number"
        return f"asked is {wanted}, yours is {named(got)[:80]}"
    as_it_should_be = kind(found) == kind(right) or (kind(right), kind(found)) == ("f", "i")
    if right.shape != found.shape or as_it_should_be:
        return ""
    equal = "the values are right, the type is not: " if np.array_equal(right, found) else ""
    return f"{equal}asked are {NUMBERS[kind(right)]}, yours are {found.dtype}"


def _is_blank(answer) -> bool:
    """Does the body hold nothing but a docstring, `...` or `pass`?"""
    code = getattr(answer, "__code__", None)
    empty = (lambda: None).__code__
    if code is None:
        return False
    return set(code.co_code[::2]) <= set(empty.co_code[::2]) and set(code.co_consts) <= {None, answer.__doc__}


def _no(hint: str) -> Verdict:
    return Verdict(False, f"✗ {hint}")
