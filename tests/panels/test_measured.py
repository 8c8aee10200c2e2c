"""The number is for people, the claim for the comparison of outputs; a claim that does not hold is an error."""

import math

import pytest

from edukit.panels import measured


def test_people_read_the_number_and_the_comparison_reads_the_claim():
    one, other = (measured("lost", value, "points", below=2) for value in (0.43, 0.51))
    assert repr(one) == repr(other) == "lost: below 2 points"
    assert one._repr_html_() == "lost: <b>0.430 points</b> (below 2)"


@pytest.mark.parametrize(
    ("values", "claim", "said"),
    [
        (3, {"below": 3}, "below 3"),
        ([1, 5], {"above": 2}, "above 2"),
        (9, {"above": 1, "below": 8}, "above 1 and below 8"),
        (80, {"about": 100}, "about 100"),
        (-80, {"about": -100}, "about -100"),
    ],
)
def test_a_claim_that_does_not_hold_is_an_error_with_the_numbers(values, claim, said):
    with pytest.raises(AssertionError, match=f"x: .*, said is {said}$"):
        measured("x", values, **claim)


def test_several_numbers_are_shown_side_by_side():
    assert measured("accuracy", [94.21, 95], "%", above=90).numbers == "94.2, 95"
    assert measured("time", 1234.5, "µs", about=1200, digits=2).numbers == "1,200"
    assert measured("x", -105, about=-100).numbers == "-105"


@pytest.mark.parametrize("values", [[], math.nan, [1, math.inf]])
def test_only_finite_numbers(values):
    with pytest.raises(ValueError, match="values must be finite numbers"):
        measured("x", values, below=1)


def test_a_claim_is_needed():
    with pytest.raises(ValueError, match="a claim must be given: below, above or about"):
        measured("x", 1)


def test_markup_stays_text():
    assert "<i>" not in measured("<i>", 1, "<i>", above=0)._repr_html_()
