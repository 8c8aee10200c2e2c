"""A prediction: the learner commits to a guess, and only then the measurement shows.

    guess = Prediction("How many?", {"few": "reply to few", "many": "reply to many"})     choices, in another order
    guess = Prediction("How many?", low=0, high=100, unit="of 100")                       for each learner; a number
    guess.reveal(picture, measured="many")  hidden until there is a guess, or none is wanted

Where no kernel runs, in the committed page, what is revealed lies folded under one line.

Source    Crouch, Fagen, Callan & Mazur 2004, Classroom demonstrations: learning tools or entertainment?,
          https://doi.org/10.1119/1.1707018: students who predict first understand more of what they then see
"""

import random
import uuid
from collections.abc import Callable
from html import escape
from pathlib import Path

import ipywidgets as widgets
from IPython.display import display

from edukit.panels.slider import Slider

WAITING = "Choose before you run on."


class Prediction(widgets.VBox):
    """A question with choices or with a number; `reveal` and `answer` lay the measurement beside the guess.

    choices    at least two answers, or {answer: the reply to it}
    low, high  instead of choices: the ends of a slider, with the unit of the number
    Raises ValueError for fewer than two choices, two equal ones, or neither choices nor a range.

    >>> guess = Prediction("2 + 2?", {"4": "so it is", "5": "one too many"})
    >>> guess.guess is None, guess.decided
    (True, False)
    """

    def __init__(self, question: str, choices=None, *, low=None, high=None, unit: str = ""):
        self.question = question
        self.unit = unit
        self.replies = choices if isinstance(choices, dict) else {}
        self._choices = _checked(choices, low, high)
        self._input = _buttons(question, self._choices) if self._choices else _slider(low, high, unit)
        self._skip = widgets.Button(description="show me without a guess", layout={"width": "max-content"})
        self._commit = widgets.Button(description="this is my guess", layout={"width": "max-content"})
        self._verdict = widgets.HTML(f"<i>{WAITING}</i>")
        self.skipped = False
        self._committed = False
        self._waiting: list[Callable[[], None]] = []
        self._skip.on_click(self._on_skip)
        self._commit.on_click(self._on_commit)
        self._input.observe(self._on_choice, "value")
        buttons = [self._skip] if self._choices else [self._commit, self._skip]
        super().__init__(
            [widgets.HTML(f"<b>{escape(question)}</b>"), self._input, widgets.HBox(buttons), self._verdict]
        )

    @property
    def guess(self):
        """The choice made, or the number; None before there is one."""
        if self._choices:
            return self._input.value
        return self._input.value if self._committed else None

    @property
    def decided(self) -> bool:
        """Whether there is a guess, or the learner wanted none."""
        return self.guess is not None or self.skipped

    def answer(self, measured: str, because: str) -> str:
        """Say what was measured; return one line of text, for readers without widgets.

        >>> Prediction("2 + 2?", ["4", "5"]).answer("4", "we counted")
        'Measured: 4, because we counted. You made no guess.'
        """
        own = "You made no guess." if self.guess is None else f"You guessed: {self._said(self.guess)}."
        line = f"Measured: {measured}, because {because}. {own}"
        self._verdict.value = escape(" ".join(f"{line} {self.replies.get(self.guess, '')}".split()))
        return line

    def reveal(self, shown, measured: str, because: str = "") -> "Revealed":
        """What was measured: `shown`, a picture, panel or table, appears once there is a guess or none is wanted.

        measured   the answer in words, the same on every machine; it is said together with the reply to the guess
        """
        return Revealed(self, shown, measured, because)

    def _said(self, guess) -> str:
        return str(guess) if self._choices else f"{guess:g} {self.unit}".strip()

    def _on_choice(self, _change):
        if self._choices:
            self._decide()

    def _on_commit(self, _button):
        self._committed = True
        self._decide()

    def _on_skip(self, _button):
        self.skipped = True
        self._decide()

    def _decide(self):
        waiting = self._waiting
        self._waiting = []
        for callback in waiting:
            callback()

    def _repr_mimebundle_(self, **kwargs):
        asked = " · ".join(self._choices) if self._choices else f"{self._input.min:g} to {self._said(self._input.max)}"
        inherited = getattr(super(), "_repr_mimebundle_", None)  # ipywidgets 7, Colab's, has none
        bundle = inherited(**kwargs) if inherited else {}
        return {**bundle, "text/plain": f"{self.question}  [{asked}]"}


class Revealed(widgets.VBox):
    """What a prediction was about, hidden until it is decided; a folded page where no kernel runs."""

    def __init__(self, prediction: Prediction, shown, measured: str, because: str):
        self.prediction = prediction
        self.shown = shown
        self.measured = measured
        self.because = because
        self._out = widgets.Output()
        super().__init__([widgets.HTML(f"<i>Measured, and hidden until you answer: {escape(prediction.question)}</i>")])
        if prediction.decided:
            self._open()
        else:
            prediction._waiting.append(self._open)

    def _open(self):
        guess = self.prediction.guess
        own = "" if guess is None else f"You guessed: {self.prediction._said(guess)}."
        reply = self.prediction.replies.get(guess, "")
        line = " ".join(f"Measured: {self._answer()} {own} {reply}".split())
        if hasattr(self.shown, "mark"):
            self.shown.mark(guess)
        with self._out:
            display(self.shown)
        self.children = [widgets.HTML(f"<b>{escape(line)}</b>"), self._out]

    def _answer(self) -> str:
        return f"{self.measured}, because {self.because}." if self.because else f"{self.measured}."

    def _repr_mimebundle_(self, **kwargs):
        inherited = getattr(super(), "_repr_mimebundle_", None)  # ipywidgets 7, Colab's, has none
        bundle = inherited(**kwargs) if inherited else {}
        inside = _html_of(self.shown)
        summary = f"Your guess first: {escape(self.prediction.question)} Then open this."
        page = f"<details><summary>{summary}</summary>{escape(f'Measured: {self._answer()}')}{inside}</details>"
        return {**bundle, "text/html": page, "text/plain": f"Measured: {self._answer()}"}


def _html_of(shown) -> str:
    """What the object looks like in a page, as far as it can be said in HTML."""
    bundle = shown._repr_mimebundle_() if hasattr(shown, "_repr_mimebundle_") else {}
    bundle = bundle[0] if isinstance(bundle, tuple) else bundle  # with or without metadata
    if "text/html" in bundle:
        return bundle["text/html"]
    if hasattr(shown, "_repr_html_"):
        return shown._repr_html_()
    return f"<pre>{escape(repr(shown))}</pre>"


def _checked(choices, low, high) -> list[str]:
    """The choices as a list; an empty one where a range is asked for."""
    if choices is None:
        if low is None or high is None or not low < high:
            raise ValueError(f"choices or low < high must be given, got low {low!r} and high {high!r}")
        return []
    found = list(choices)
    if len(set(found)) < 2 or len(set(found)) < len(found):
        raise ValueError(f"choices must be at least two different answers, got {choices!r}")
    return found


def _buttons(question, choices):
    """In an order of the learner's own, which stays: nobody learns that the last one is right."""
    learner = f"{uuid.getnode()} {Path.home()}"
    order = random.Random(f"{learner} {question}").sample(choices, len(choices))
    return widgets.RadioButtons(options=order, value=None, layout={"width": "max-content"})


def _slider(low, high, unit):
    whole = isinstance(low, int) and isinstance(high, int)
    step = 1 if whole else (high - low) / 100
    return Slider(value=low, min=low, max=high, step=step, description=unit)
