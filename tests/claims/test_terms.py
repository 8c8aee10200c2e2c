"""No lesson uses a term before the place that defines it, in the order of the course."""

from functools import cache

import pytest

from claims.prose import HELD, Lesson, lesson
from claims.terms import EVERYDAY, TERM_OF, hints, labels, texts, too_early, used
from edukit.course import written
from edukit.glossary import find


@cache
def early_uses():
    return too_early([lesson(one.number) for one in written()], HELD)


@pytest.mark.parametrize("number", HELD)
def test_no_term_is_used_before_it_is_defined(number):
    assert [str(use) for use in early_uses() if use.where.lesson == number] == []


def cell(text, kind="markdown", output=""):
    outputs = [{"output_type": "execute_result", "data": {"text/plain": output}}] if output else []
    return {"cell_type": kind, "source": text, "outputs": outputs}


def early(*cells, before=()):
    """The terms that a lesson of these cells uses too early."""
    lessons = [Lesson("01", list(before)), Lesson("02", list(cells))]
    return [(use.term, use.where.kind, use.where.cell) for use in too_early(lessons, ["01", "02"])]


DEFINES = cell("A **supernet** is one set of weights that holds many networks.")


@pytest.mark.parametrize(
    ("first", "found"),
    [
        (cell("Two supernets are trained."), [("supernet", "prose", 0)]),
        (cell("A Supernet is trained. A **supernet** is large."), [("supernet", "prose", 0)]),
        (cell('ask("Which supernet is it?")', "code"), [("supernet", "question", 0)]),
        (cell("panels.nothing()", "code", "The supernet is drawn."), [("supernet", "sentence", 0)]),
        (cell("### The supernet\n\nA **supernet** is large."), []),
        (cell("*In this lesson* you train a supernet.\n\nSay no more."), []),
        (cell("[One supernet →](11b_one_supernet.ipynb) `supernet` $supernet$"), []),
        (cell("It is a supernet (lesson 02)."), []),
        (cell("It is a supernet (lesson 03)."), [("supernet", "prose", 0)]),
        (cell("It is a supernet. Read more in lesson 02."), [("supernet", "prose", 0)]),
        (cell("A scoreboard of superneting weighs files."), []),
    ],
)
def test_a_planted_term_is_found_and_an_announced_one_is_not(first, found):
    assert early(first, DEFINES) == found


def test_a_lesson_before_may_define_and_a_lesson_behind_may_not():
    assert early(cell("A supernet."), before=[DEFINES]) == []
    assert early(DEFINES, before=[cell("A supernet.")]) == [("supernet", "prose", 0)]


def test_a_term_that_nobody_defines_is_found():
    assert early(cell("A supernet.")) == [("supernet", "prose", 0)]


def test_labels_and_hints_are_read():
    assert "new statistics" in labels("panels.scores(old, ratios, new)")
    assert any("cast came before the clip" in hint for hint in hints("01", "check.quantize(my_quantize)"))
    (label,) = [piece.text for piece in texts(Lesson("x", [cell("panels.scores()", "code")])) if "ratio" in piece.text]
    assert label == "ratio percent"


def test_a_longer_name_is_not_the_shorter_one_in_it():
    (piece,) = texts(Lesson("x", [cell("The average precision.")]))
    assert [use.term for use in used(piece)] == ["average precision"]


def test_words_of_every_day_are_terms_and_every_term_has_one_name():
    assert all(find(word) for word in EVERYDAY) and set(TERM_OF.values()) >= EVERYDAY
