"""A prediction the learner commits to before the answer is measured.

Source    Crouch, Fagen, Callan & Mazur 2004, Classroom demonstrations: learning tools or entertainment?,
          https://doi.org/10.1119/1.1707018: students who predict first understand more of what they then see
"""

from html import escape

import ipywidgets as widgets


class Prediction(widgets.VBox):
    """A question with choices; `answer` lays the measured one beside the guess.

    >>> guess = Prediction("2 + 2?", ["4", "5"])
    >>> guess.guess is None
    True
    """

    def __init__(self, question: str, choices: list[str]):
        if len(set(choices)) < 2 or len(set(choices)) < len(choices):
            raise ValueError(f"choices must be at least two different answers, got {choices!r}")
        self.question = question
        self._choice = widgets.RadioButtons(options=choices, value=None, layout={"width": "max-content"})
        self._verdict = widgets.HTML("<i>Choose before you run on.</i>")
        super().__init__([widgets.HTML(f"<b>{escape(question)}</b>"), self._choice, self._verdict])

    @property
    def guess(self) -> str | None:
        """The choice made, or None."""
        return self._choice.value

    def answer(self, measured: str, because: str) -> str:
        """Say what was measured; return one line of text, for readers without widgets.

        >>> Prediction("2 + 2?", ["4", "5"]).answer("4", "we counted")
        'Measured: 4, because we counted. You made no guess.'
        """
        own = "You made no guess." if self.guess is None else f"You guessed: {self.guess}."
        line = f"Measured: {measured}, because {because}. {own}"
        self._verdict.value = escape(line)
        return line

    def _repr_mimebundle_(self, **kwargs):
        choices = " · ".join(self._choice.options)
        inherited = getattr(super(), "_repr_mimebundle_", None)  # ipywidgets 7, Colab's, has none
        bundle = inherited(**kwargs) if inherited else {}
        return {**bundle, "text/plain": f"{self.question}  [{choices}]"}
