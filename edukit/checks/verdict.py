"""An exercise: questions with known answers, and the well-known mistakes, each with a hint.

    your answer ─ question 1, 2, … ─ all right ─────────────────────────────────> ✓
                        └─ first wrong one ─ a mistake that answers all alike? ─> ✗ its hint, and the question
                                                    └─ none ────────────────────> ✗ the question alone

A test asks the mistakes themselves: each must be refused with its own hint, and the solution must pass.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from edukit.checks.alike import alike, first_difference
from edukit.checks.asking import Asked, Failure, ask, described, named
from edukit.checks.form import wrong_form
from edukit.checks.lessons import given, name_of
from edukit.checks.pasted import runnable
from edukit.checks.solved import remember
from edukit.checks.starter import fingerprint, is_blank, source_of

__all__ = ["Exercise", "Hints", "Source", "Verdict", "alike", "first_difference"]

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
class Hints:
    """The hints that were asked for so far, one a line; the last one is new.

    >>> Hints(["Count the bits.", "A byte has 8."], 3)
    hint 1 of 3: Count the bits.
    hint 2 of 3: A byte has 8.
    """

    said: list[str]
    of: int

    def __repr__(self):
        return "\n".join(f"hint {number} of {self.of}: {hint}" for number, hint in enumerate(self.said, 1))


@dataclass(frozen=True)
class Source:
    """The text of a function that runs when it is pasted, coloured where the notebook can."""

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
    loud       {index of a question: the error with which a right answer may refuse it}, where others go wrong silently
    shown      what `solution()` shows, where `solve` needs more of the package than a lesson has room for
    hints      from general to specific, none of them the whole solution; made of the rest where none are written

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
    loud: dict[int, type[Exception]] = field(default_factory=dict)
    shown: Callable | None = None
    hints: tuple[str, ...] = ()
    _asked: list[str] = field(default_factory=list, init=False, compare=False)

    def __call__(self, answer) -> Verdict:
        verdict = self._verdict(answer)
        if verdict:
            remember(name_of(self))
        return verdict

    def _verdict(self, answer) -> Verdict:
        if not callable(answer):
            return _no("hand over the function itself, by its name, without calling it")
        if is_blank(answer):
            return Verdict(False, "· not attempted yet")
        if fingerprint(source_of(answer)) in given(name_of(self)):
            return Verdict(False, "· this is still the code you were given; change it and check again")
        asked = Asked(answer, self.questions, new=self.new)
        refused = ""
        for number, arguments in enumerate(self.questions):
            expected = self.solve(*arguments)
            got = asked[number]
            if isinstance(got, Failure):
                if isinstance(got.error, self.loud.get(number, ())):
                    refused = f"; but {got.brief}"
                    continue
                if isinstance(got.error, NotImplementedError) and not str(got.error):  # as starter code raises it
                    return Verdict(False, "· not attempted yet")
                return _no(self._known(number, asked, got.brief) or got.line)
            if not self._is_right(arguments, expected, got):
                return _no(self._hint(number, asked, expected))
        return Verdict(True, f"✓ {self.praise}{refused}")

    def hint(self) -> Hints:
        """The hints so far, and the next one; after the last they stay as they are."""
        hints = self.hints or self._made_hints()
        self._asked.extend(hints[len(self._asked) :][:1])
        return Hints([*self._asked], len(hints))

    def solution(self) -> Source:
        """A right answer that runs when it is pasted into a cell, under the name that the lesson uses."""
        name = name_of(self).rpartition(".")[2]
        return Source(runnable(self.shown or self.solve, name and f"my_{name}"))

    def _made_hints(self) -> tuple[str, ...]:
        """What is asked, an example, and what most people get wrong."""
        asked = " ".join((self.solve.__doc__ or "").partition("\n\n")[0].split())
        example = f"{described(self.questions[0])}, the answer is {named(self.solve(*self.questions[0]))}."
        mistakes = [f"Is this your mistake? {hint}." for _, hint in self.mistakes.values()]
        made = [asked, example[0].upper() + example[1:]] if len(example) <= LONGEST else [asked]
        return tuple(filter(None, [*made, *mistakes]))[:3]

    def _is_right(self, arguments, expected, got) -> bool:
        if wrong_form(expected, got):
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
        return self._known(number, asked, shown) or wrong_form(expected, got) or shown

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


def _no(hint: str) -> Verdict:
    return Verdict(False, f"✗ {hint}")
