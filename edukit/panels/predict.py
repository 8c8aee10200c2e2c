"""A prediction: the learner commits to a guess, and only then the measurement shows.

    guess = Prediction("How many?", ["few", "many"])                     choices, in another order for each learner
    guess = Prediction("How many?", low=0, high=100, unit="of 100")      a number
    guess.reveal(picture, "many", replies={"few": "…"})                  hidden until the guess is given or unwanted

A choice is a guess once its button is pressed, or the lesson has run on to the measurement; from then on it stays. A
number is told how far off it is, and drawn into a picture whose plot has a `mark(guess)`.

Where no kernel runs, in the committed page, what is revealed lies folded under one line.

Source    Crouch, Fagen, Callan & Mazur 2004, Classroom demonstrations: learning tools or entertainment?,
          https://doi.org/10.1119/1.1707018: students who predict first understand more of what they then see
"""

import random
import uuid
from base64 import b64decode
from collections.abc import Callable
from html import escape
from numbers import Real
from pathlib import Path

import ipywidgets as widgets
from IPython.display import display

from edukit.panels.box import Box
from edukit.panels.slider import Slider
from edukit.plots.picture import captioned

WAITING = "Choose before you run on."
_WIDE = {"width": "max-content"}  # as wide as the words


class Prediction(Box):
    """A question with choices or with a number; `reveal` and `answer` lay the measurement beside the guess.

    choices    at least two answers
    low, high  instead of choices: the ends of a slider, with the unit of the number
    Raises ValueError for fewer than two choices, two equal ones, or neither choices nor a range.

    >>> guess = Prediction("2 + 2?", ["4", "5"])
    >>> guess.guess is None, guess.decided
    (True, False)
    """

    def __init__(self, question: str, choices=None, *, low=None, high=None, unit: str = ""):
        self.question = question
        self.unit = unit
        self._choices = _checked(choices, low, high)
        self._input = _buttons(question, self._choices) if self._choices else _slider(low, high, unit)
        self._commit = widgets.Button(description="this is my guess", disabled=bool(self._choices), layout=_WIDE)
        self._skip = widgets.Button(description="show me without a guess", layout=_WIDE)
        self._verdict = widgets.HTML(f"<i>{WAITING}</i>")
        self._committed = False
        self.skipped = False
        self._reveals: list[Callable[[], None]] = []
        self._input.observe(self._on_choice, "value")
        self._commit.on_click(self._on_commit)
        self._skip.on_click(self._on_skip)
        self._buttons = widgets.HBox([self._commit, self._skip], layout={"flex_flow": "row wrap"})
        asked = widgets.HTML(f"<b>{escape(question)}</b>")
        super().__init__([asked, self._input, self._buttons, self._verdict])

    @property
    def guess(self):
        """The choice made, or the number; None before there is one."""
        return self._input.value if self._choices or self._committed else None

    @property
    def decided(self) -> bool:
        """Whether there is a guess, or the learner wanted none."""
        return self.guess is not None or self.skipped

    def when_decided(self, told: Callable[[], None]) -> None:
        """Call `told()` as soon as there is a guess, or none is wanted; at once where that is so."""
        self._reveals.append(told)
        if self.decided:
            told()

    def answer(self, measured: str | float, because: str, *, replies: dict[str, str] | None = None) -> str:
        """Say what was measured; return one line of text, for readers without widgets. Replies are those of `reveal`.

        >>> Prediction("2 + 2?", ["4", "5"]).answer("4", "we counted")
        'Measured: 4, because we counted. You made no guess.'
        """
        line = f"{self._measured(measured, because)} {self._own(measured) or 'You made no guess.'}"
        self._verdict.value = escape(f"{line} {self._reply(replies)}".strip())
        return line

    def reveal(
        self, shown, measured: str | float, because: str = "", *, replies: dict[str, str] | None = None
    ) -> "Revealed":
        """What was measured: `shown`, a picture, panel or table, appears once there is a guess or none is wanted.

        measured   the answer in words, or the number where one was asked for, which is then compared with the guess;
                   the same on every machine, so a number is rounded as far as it holds on all of them
        replies    {choice: a sentence to those who chose it}; they stand here, below the question and not in it
        Raises TypeError for words where a number was asked for, and ValueError for a reply to what is no choice.
        """
        return Revealed(self, shown, measured, because, self._checked_replies(replies))

    def _checked_replies(self, replies) -> dict[str, str]:
        for choice in replies or {}:
            if choice not in self._choices:
                raise ValueError(f"replies must be to choices, {', '.join(self._choices)}; got {choice!r}")
        return replies or {}

    def _reply(self, replies) -> str:
        return self._checked_replies(replies).get(self.guess, "")

    def _measured(self, measured, because) -> str:
        if not self._choices and not isinstance(measured, Real):
            raise TypeError(f"measured must be a number, as the guess is one, got {measured!r}")
        return f"Measured: {self._said(measured)}{because and f', because {because}'}."

    def _own(self, measured) -> str:
        """The guess in words, a number with its distance; empty where there is none."""
        if self.guess is None:
            return ""
        return f"You guessed: {self._said(self.guess)}{self._distance(measured)}."

    def _distance(self, measured) -> str:
        if self._choices:
            return ""
        off = self.guess - measured
        return f", {abs(off):.3g} too {'high' if off > 0 else 'low'}" if off else ", exactly right"

    def _said(self, answer) -> str:
        return str(answer) if self._choices else f"{answer:g} {self.unit}".strip()

    def _on_choice(self, _change):
        """While the kernel is busy, a browser keeps the last position back until the button has been pressed."""
        self._commit.disabled = False
        if self._committed:
            self._on_commit(self._commit)

    def _on_commit(self, _button):
        self._committed = True
        self._decide(f"Your guess: <b>{escape(self._said(self.guess))}</b>.")

    def _on_skip(self, _button):
        self.skipped = True
        self._decide("You made no guess.")

    def _decide(self, said):
        """The guess stays as it is from now on; what waited for it appears."""
        self._input.disabled = True
        self.children = [child for child in self.children if child is not self._buttons]
        where = "What was measured is shown below." if self._reveals else "Run on to see what was measured."
        self._verdict.value = f"{said} {where}"
        for reveal in self._reveals:
            reveal()

    def remains(self) -> tuple[dict, dict]:
        """The question and its answers, in words."""
        asked = " · ".join(self._choices) if self._choices else f"{self._input.min:g} to {self._said(self._input.max)}"
        return {"text/plain": f"{self.question}  [{asked}]"}, {}


class Revealed(Box):
    """What a prediction was about, hidden until it is decided; a folded page where no kernel runs."""

    def __init__(self, prediction: Prediction, shown, measured: str | float, because: str, replies: dict[str, str]):
        self.prediction = prediction
        self.replies = replies
        self.shown = shown
        self.measured = measured
        self._answer = prediction._measured(measured, because)
        self._out = widgets.Output()
        hidden = "Measured, and hidden until you answer above"
        super().__init__([widgets.HTML(f"<i>{hidden}: {escape(prediction.question)}</i>")])
        prediction._reveals.append(self._open)
        if prediction.decided:
            self._open()

    def _open(self):
        guess = self.prediction.guess
        own = f"{self.prediction._own(self.measured)} {self.replies.get(guess, '')}"
        if guess is not None and hasattr(self.shown, "mark"):
            self.shown.mark(guess)
        self._out.outputs = ()
        with self._out:
            display(self.shown)
        line = f"<b>{escape(self._answer)}</b> {escape(own.strip())}".strip()
        self.children = [widgets.HTML(f'<div aria-live="polite" style="line-height: 1.4">{line}</div>'), self._out]

    def remains(self) -> tuple[dict, dict]:
        """The measurement, folded under the question."""
        summary = f"Your guess first: {escape(self.prediction.question)} Then open this."
        page = f"<details><summary>{summary}</summary>{escape(self._answer)}{_html_of(self.shown)}</details>"
        return {"text/html": page, "text/plain": self._answer}, {}


def _html_of(shown) -> str:
    """What the object looks like in a page, as far as it can be said in HTML."""
    bundle = shown._repr_mimebundle_() if hasattr(shown, "_repr_mimebundle_") else {}
    data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
    if "text/html" in data:
        return data["text/html"]
    if "image/png" in data:  # a panel's still
        return captioned(b64decode(data["image/png"]), data["text/plain"], metadata["image/png"]["width"])
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
    return widgets.RadioButtons(options=order, value=None, layout=_WIDE)


def _slider(low, high, unit):
    whole = isinstance(low, int) and isinstance(high, int)
    step = 1 if whole else (high - low) / 100
    description = f"your guess ({unit})" if unit else "your guess"
    return Slider(value=low, min=low, max=high, step=step, description=description)
