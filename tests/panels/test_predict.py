"""A guess is kept, and laid beside what was measured."""

import pytest

from edukit.panels import Prediction


def test_the_answer_names_the_guess():
    guess = Prediction("How many?", ["one", "<two>"])
    assert guess.answer("two", "we counted") == "Measured: two, because we counted. You made no guess."
    guess._choice.value = "<two>"
    assert guess.answer("two", "we counted").endswith("You guessed: <two>.")
    assert "&lt;two&gt;" in guess._verdict.value


def test_without_widgets_the_question_and_its_choices_remain():
    bundle = Prediction("How many?", ["one", "two"])._repr_mimebundle_()
    assert bundle["text/plain"] == "How many?  [one · two]"


@pytest.mark.parametrize("choices", [[], ["one"], ["one", "one"]])
def test_a_question_needs_two_different_choices(choices):
    with pytest.raises(ValueError, match="choices must be at least two different"):
        Prediction("How many?", choices)
