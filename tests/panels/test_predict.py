"""A guess is kept, the measurement waits for it, and without widgets both can be read."""

import pytest

from edukit.panels import Prediction, measured
from edukit.plots.picture import Picture
from edukit.plots.quantization.affine import StaircasePlot

REPLIES = {"one": "too few", "<two>": "so it is", "three": "too many"}


def test_the_answer_names_the_guess_and_gives_its_reply():
    guess = Prediction("How many?", REPLIES)
    assert guess.answer("two", "we counted") == "Measured: two, because we counted. You made no guess."
    guess._input.value = "<two>"
    assert guess.answer("two", "we counted").endswith("You guessed: <two>.")
    assert guess._verdict.value.endswith("You guessed: &lt;two&gt;. so it is")


def test_without_widgets_the_question_and_its_choices_remain():
    bundle = Prediction("How many?", ["one", "two"])._repr_mimebundle_()
    assert bundle["text/plain"] == "How many?  [one · two]"
    bundle = Prediction("How many?", low=0, high=100, unit="of 100")._repr_mimebundle_()
    assert bundle["text/plain"] == "How many?  [0 to 100 of 100]"


def test_the_choices_stand_in_an_order_of_the_learner_that_stays():
    choices = [f"{i} of 9" for i in range(9)]
    orders = [Prediction(f"question {i}", choices)._input.options for i in range(5)]
    assert len(set(orders)) > 1 and all(sorted(order) == choices for order in orders)
    assert Prediction("question 0", choices)._input.options == orders[0]


@pytest.mark.parametrize("decide", [lambda g: setattr(g._input, "value", "one"), lambda g: g._skip.click()])
def test_the_measurement_is_hidden_until_there_is_a_guess_or_none_is_wanted(decide):
    guess = Prediction("How many?", REPLIES)
    shown = guess.reveal("a table", measured="two")
    assert len(shown.children) == 1 and "hidden until you answer" in shown.children[0].value
    decide(guess)
    assert "Measured: two." in shown.children[0].value and len(shown.children) == 2


def test_a_decided_prediction_hides_nothing():
    guess = Prediction("How many?", REPLIES)
    guess._input.value = "three"
    shown = guess.reveal("a table", measured="two", because="we counted")
    assert shown.children[0].value == "<b>Measured: two, because we counted. You guessed: three. too many</b>"


def test_a_number_is_a_guess_once_it_is_given():
    guess = Prediction("How many?", low=0, high=100, unit="of 100")
    guess._input.value = 40
    assert guess.guess is None and not guess.decided
    guess._commit.click()
    assert guess.guess == 40 and guess.decided
    assert guess.answer("50", "we counted").endswith("You guessed: 40 of 100.")


def test_the_guess_is_marked_in_what_can_show_it():
    class Shown:
        def mark(self, guess):
            self.marked = guess

    guess = Prediction("How many?", REPLIES)
    shown = Shown()
    guess.reveal(shown, measured="two")
    guess._input.value = "one"
    assert shown.marked == "one"


def test_in_a_page_the_measurement_lies_folded_under_the_question():
    picture = Picture(StaircasePlot, bits=2, symmetric=True, high=1.0)
    bundle = Prediction("How many <codes>?", REPLIES).reveal(picture, measured="three codes")._repr_mimebundle_()
    assert bundle["text/plain"] == "Measured: three codes."
    assert bundle["text/html"].startswith("<details><summary>Your guess first: How many &lt;codes&gt;?")
    assert "data:image/png" in bundle["text/html"]
    number = Prediction("How many?", REPLIES).reveal(measured("lost", 0.4, "points", below=2), measured="few")
    assert "0.400 points" in number._repr_mimebundle_()["text/html"]


@pytest.mark.parametrize("choices", [[], ["one"], ["one", "one"], {"one": "alone"}])
def test_a_question_needs_two_different_choices(choices):
    with pytest.raises(ValueError, match="choices must be at least two different"):
        Prediction("How many?", choices)


@pytest.mark.parametrize("ends", [{}, {"low": 1}, {"low": 2, "high": 2}])
def test_a_number_needs_a_range(ends):
    with pytest.raises(ValueError, match="choices or low < high must be given"):
        Prediction("How many?", **ends)
