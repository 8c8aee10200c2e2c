"""A guess is kept, the measurement waits for it, and without widgets both can be read."""

import re
from functools import partial

import numpy as np
import pytest

from edukit.panels import Panel, Prediction, measured
from edukit.plots.networks.layers import AccuracyPlot
from edukit.plots.picture import Picture
from edukit.plots.quantization.affine import StaircasePlot
from edukit.plots.style import GUESS

CHOICES = ["one", "<two>", "three"]
REPLIES = {"one": "too few", "<two>": "so it is", "three": "too many"}


def test_the_answer_names_the_guess_and_gives_its_reply():
    guess = Prediction("How many?", CHOICES)
    assert guess.answer("two", "we counted") == "Measured: two, because we counted. You made no guess."
    guess._input.value = "<two>"
    assert guess.answer("two", "we counted", replies=REPLIES).endswith("You guessed: <two>.")
    assert guess._verdict.value.endswith("You guessed: &lt;two&gt;. so it is")


def test_without_widgets_the_question_and_its_choices_remain():
    data, _ = Prediction("How many?", ["one", "two"]).remains()
    assert data["text/plain"] == "How many?  [one · two]"
    data, _ = Prediction("How many?", low=0, high=100, unit="of 100").remains()
    assert data["text/plain"] == "How many?  [0 to 100 of 100]"


def test_the_choices_stand_in_an_order_of_the_learner_that_stays():
    choices = [f"{i} of 9" for i in range(9)]
    orders = [Prediction(f"question {i}", choices)._input.options for i in range(5)]
    assert len(set(orders)) > 1 and all(sorted(order) == choices for order in orders)
    assert Prediction("question 0", choices)._input.options == orders[0]


def commit(guess, value):
    guess._input.value = value
    guess._commit.click()


@pytest.mark.parametrize("decide", [lambda g: commit(g, "one"), lambda g: g._skip.click()])
def test_the_measurement_is_hidden_until_there_is_a_guess_or_none_is_wanted(decide):
    guess = Prediction("How many?", CHOICES)
    shown = guess.reveal("a table", measured="two")
    assert len(shown.children) == 1 and "hidden until you answer" in shown.children[0].value
    decide(guess)
    assert "Measured: two." in shown.children[0].value and len(shown.children) == 2


def test_a_choice_is_no_guess_yet_while_the_arrow_keys_go_through_the_choices():
    guess = Prediction("How many?", CHOICES)
    assert guess._commit.disabled
    shown = guess.reveal("a table", measured="two", replies=REPLIES)
    guess._input.value = "one"
    guess._input.value = "three"
    assert len(shown.children) == 1 and not guess._commit.disabled
    guess._commit.click()
    assert "You guessed: three. too many" in shown.children[0].value


def test_a_guess_stays_once_it_is_given():
    guess = Prediction("How many?", CHOICES)
    commit(guess, "<two>")
    assert guess._input.disabled and guess._buttons not in guess.children
    assert guess._verdict.value == "Your guess: <b>&lt;two&gt;</b>. Run on to see what was measured."
    skipped = Prediction("How many?", low=0, high=9)
    skipped.reveal("a table", 4)
    skipped._skip.click()
    assert skipped.guess is None and skipped._input.disabled
    assert skipped._verdict.value == "You made no guess. What was measured is shown below."


def test_a_choice_made_before_the_lesson_runs_on_is_the_guess():
    guess = Prediction("How many?", CHOICES)
    guess._input.value = "three"
    shown = guess.reveal("a table", measured="two", because="we counted", replies=REPLIES)
    assert "<b>Measured: two, because we counted.</b> You guessed: three. too many" in shown.children[0].value


def test_a_number_is_a_guess_once_it_is_given():
    guess = Prediction("How many?", low=0, high=100, unit="of 100")
    guess._input.value = 40
    assert guess.guess is None and not guess.decided
    guess._commit.click()
    assert guess.guess == 40 and guess.decided


@pytest.mark.parametrize(
    ("given", "measured", "said"),
    [
        (40, 50, "Measured: 50 %, because we counted. You guessed: 40 %, 10 too low."),
        (40, np.float32(37.25), "Measured: 37.25 %, because we counted. You guessed: 40 %, 2.75 too high."),
        (40, 40, "Measured: 40 %, because we counted. You guessed: 40 %, exactly right."),
    ],
)
def test_a_number_is_told_how_far_off_it_is(given, measured, said):
    guess = Prediction("How many?", low=0, high=100, unit="%")
    shown = guess.reveal("a table", measured, because="we counted")
    commit(guess, given)
    assert guess.answer(measured, "we counted") == said
    assert re.sub("<[^>]*>", "", shown.children[0].value) == said


@pytest.mark.parametrize("measured", ["50", None])
def test_the_measurement_of_a_number_is_a_number(measured):
    guess = Prediction("How many?", low=0, high=100)
    with pytest.raises(TypeError, match="measured must be a number, as the guess is one, got"):
        guess.reveal("a table", measured)
    with pytest.raises(TypeError, match="measured must be a number"):
        guess.answer(measured, "we counted")


def test_the_guess_is_marked_in_what_can_show_it():
    class Shown:
        def mark(self, guess):
            self.marked = guess

    guess = Prediction("How many?", CHOICES)
    shown = Shown()
    guess.reveal(shown, measured="two")
    commit(guess, "one")
    assert shown.marked == "one"


def test_the_guess_is_drawn_into_a_picture_and_into_a_panel():
    plot = partial(AccuracyPlot, found={"90 % zeros": {"ticket": [73, 82], "other": [50, 58]}})
    for shown in (Picture(plot), Panel(plot)):
        guess = Prediction("How many?", low=0, high=100)
        guess.reveal(shown, 78)
        before = shown.description
        commit(guess, 20)
        assert shown.description == f"{before} The dotted line is your guess, 20."
        picture = shown if isinstance(shown, Picture) else shown._picture
        lines = [line for axes in picture.axes for line in axes.lines if line.get_gid() == GUESS]
        assert [line.get_xdata()[0] for line in lines] == [20]
        assert picture.axes[0].get_xlim()[0] <= 20
        picture.mark(30)
        assert picture.description == f"{before} The dotted line is your guess, 30."


@pytest.mark.parametrize("guess", ["50 to 75", None])
def test_a_guess_in_words_has_no_place_in_a_picture(guess):
    picture = Picture(partial(AccuracyPlot, found={"90 % zeros": {"ticket": [73, 82]}}))
    before = picture.png()
    picture.mark(guess)
    assert picture.png() == before
    still = Picture(StaircasePlot, bits=2, symmetric=True, high=1.0)  # without a mark of its own
    before = still.description
    still.mark(3)
    assert still.description == before


def test_in_a_page_the_measurement_lies_folded_under_the_question():
    picture = Picture(StaircasePlot, bits=2, symmetric=True, high=1.0)
    data, _ = Prediction("How many <codes>?", CHOICES).reveal(picture, measured="three codes").remains()
    assert data["text/plain"] == "Measured: three codes."
    assert data["text/html"].startswith("<details><summary>Your guess first: How many &lt;codes&gt;?")
    assert "data:image/png" in data["text/html"]
    data, _ = (
        Prediction("How many?", CHOICES).reveal(measured("lost", 0.4, "points", below=2), measured="few").remains()
    )
    assert "0.400 points" in data["text/html"]


def test_in_a_page_a_panel_is_its_still():
    panel = Panel(StaircasePlot, bits=(2, 8, 3), symmetric=True, high=(0.5, 3.5), still={"bits": 2})
    data, _ = Prediction("How many?", CHOICES).reveal(panel, measured="few").remains()
    assert "data:image/png" in data["text/html"] and "2 bits: 3 codes" in data["text/html"]


@pytest.mark.parametrize("choices", [[], ["one"], ["one", "one"]])
def test_a_question_needs_two_different_choices(choices):
    with pytest.raises(ValueError, match="choices must be at least two different"):
        Prediction("How many?", choices)


@pytest.mark.parametrize("ends", [{}, {"low": 1}, {"low": 2, "high": 2}])
def test_a_number_needs_a_range(ends):
    with pytest.raises(ValueError, match="choices or low < high must be given"):
        Prediction("How many?", **ends)


def test_a_reply_to_what_is_no_choice_is_refused():
    guess = Prediction("How many?", CHOICES)
    with pytest.raises(ValueError, match="replies must be to choices, one, <two>, three; got 'four'"):
        guess.reveal("a table", measured="two", replies={"four": "no"})
    with pytest.raises(ValueError, match="got 'four'"):
        guess.answer("two", "we counted", replies={"four": "no"})


def test_a_number_that_arrives_after_the_button_was_pressed_is_the_guess():
    """The browser waits for the kernel before it sends the last position; the button's message does not wait."""
    guess = Prediction("How many?", low=0, high=100, unit="of 100")
    shown = guess.reveal("a table", 92)
    commit(guess, 8)
    assert "You guessed: 8 of 100, 84 too low." in shown.children[0].value
    guess._input.value = 90
    assert "You guessed: 90 of 100, 2 too low." in shown.children[0].value
    assert guess.guess == 90 and "<b>90 of 100</b>" in guess._verdict.value
