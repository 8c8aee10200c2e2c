"""An exercise never lets a wrong answer pass, whatever form it takes, and never raises itself."""

import numpy as np
import pytest
import torch

from edukit.checks import Exercise, Verdict


def double(x):
    """The right answer."""
    return 2 * x


EXERCISE = Exercise(
    double,
    [(np.array([2.0]),), (np.array([3.0, -1.0]),)],
    {
        "square": (lambda x: x * x, "x + x, not x times x"),
        "size": (lambda x: abs(2 * x), "the sign counts"),
    },
    "twice",
)


def test_the_right_answer_passes_and_is_true():
    verdict = EXERCISE(lambda x: x + x)
    assert verdict and repr(verdict) == "✓ twice"
    assert not Verdict(False, "✗ no")


def test_the_hint_is_that_of_the_mistake_which_answers_the_first_missed_question_alike():
    assert "x + x" in EXERCISE(lambda x: x**2).line
    assert "sign" in EXERCISE(lambda x: np.sqrt(4 * x**2)).line


def test_an_unknown_mistake_is_shown_the_question_it_missed():
    assert EXERCISE(lambda x: 2 * x + 1).line == "✗ for (array([2.]),) right is [4.], yours is [5.]"


def with_docstring(x):
    """Doc."""
    ...


def only_dots(x): ...


def only_pass(x):
    pass


@pytest.mark.parametrize("blank", [with_docstring, only_dots, only_pass, lambda x: None])
def test_an_empty_body_is_not_an_attempt(blank):
    verdict = EXERCISE(blank)
    assert not verdict and verdict.line == "· not attempted yet"


def forgot_to_return(x):
    x = x * 2


def changes_its_input(x):
    x *= 2
    return x


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (forgot_to_return, "returned None"),
        (changes_its_input, "✗ your function changed its input"),
        (lambda x: 1 / 0, "raised ZeroDivisionError: division by zero"),
        (lambda: 4.0, "raised TypeError"),
        (np.array([4.0]), "hand over the function itself"),
        (None, "hand over the function itself"),
        (lambda x: "4", "asked is an array of numbers, yours is '4'"),
        (lambda x: [[4.0], [4.0, 5.0]], "yours is"),
        (lambda x: np.array([4.0, 4.0]), "yours is"),
        (lambda x: x * np.nan, "yours is [nan]"),
        (lambda x: object(), "yours is"),
        (lambda x: ..., "yours is Ellipsis"),
    ],
)
def test_every_other_form_is_refused_in_one_line(answer, hint):
    verdict = EXERCISE(answer)
    assert not verdict
    assert verdict.line.startswith("✗ ") and hint in verdict.line and "\n" not in verdict.line


def test_each_call_gives_one_more_hint_and_the_last_one_stays():
    ask = Exercise(double, EXERCISE.questions, {}, "twice", hints=("general", "special"))
    said = [repr(ask.hint()) for _ in range(3)]
    assert said[0] == "hint 1 of 2: general"
    assert said[1] == said[2] == "hint 1 of 2: general\nhint 2 of 2: special"


def test_where_no_hints_are_written_the_task_an_example_and_a_mistake_are_told():
    ask = Exercise(double, [(2,)], {"square": (lambda x: x * x, "x + x, not x times x")}, "twice")
    hints = [ask.hint() for _ in range(3)][-1]
    assert hints.said == [
        "The right answer.",
        "Asked for 2, the answer is 4.",
        "Is this your mistake? x + x, not x times x.",
    ]


def test_the_solution_shows_its_source_as_text_and_in_colour():
    source = EXERCISE.solution()
    assert repr(source).startswith("def double(x):")
    assert source._repr_markdown_().startswith("```python\ndef double")


def test_tensors_are_compared_by_their_values():
    ask = Exercise(lambda x: torch.tensor([x, 2.0 * x]), [(1.0,), (3.0,)], {}, "both")
    assert ask(lambda x: torch.tensor([x, x + x]))
    assert not ask(lambda x: torch.tensor([x, 2.0]))  # right for the first question alone
    assert not ask(lambda x: torch.tensor([9.0, 9.0]))
