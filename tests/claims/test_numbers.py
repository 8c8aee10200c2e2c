"""Each number of the lessons that claims a measurement was recorded, follows from others, or carries its source."""

import ast

import pytest

from claims.arithmetic import numbers_in, rows, value_of
from claims.claims import Claims
from claims.figures import printed, recorded
from claims.prose import HELD, Lesson, lesson, note

FREE = {float(number) for number in (*range(11), 100, 1000)} | {2.0**n for n in range(33)}


@pytest.mark.parametrize("number", HELD)
def test_each_number_of_a_lesson_was_recorded_follows_from_others_or_has_a_source(number):
    assert [str(claim) for claim in Claims(lesson(number)).unexplained] == []


@pytest.mark.parametrize("number", HELD)
def test_each_number_of_a_note_for_teachers_was_recorded_in_its_lesson(number):
    assert [str(claim) for claim in Claims(lesson(number), note(number)).unexplained] == []


def cell(kind, source, **output):
    outputs = [{"output_type": "execute_result", "data": output}] if output else []
    return {"cell_type": kind, "source": source, "outputs": outputs}


def claims_of(text, code="shown = 0.7", **output):
    """The numbers that a lesson of two cells does not explain."""
    cells = [cell("markdown", text), cell("code", code, **output)]
    return [claim.figure.text for claim in Claims(Lesson("made up", cells)).unexplained]


MEASURED = {"text/plain": "The small file is 4.13 times smaller, and names 92 of 100 shapes."}


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("The file is 4.13 times smaller.", []),
        ("The file is 4.1 times smaller, and names 92 of 100 shapes.", []),
        ("The file is 4.2 times smaller.", ["4.2 times"]),
        ("The file is 4.13 dB smaller.", ["4.13 dB"]),
        ("They name 93 of 100 shapes.", ["93 of 100"]),
        ("Fans of music: 92 of 100.", ["92 of 100"]),
        ("It loses 92 % of its shapes, in 12 ms.", ["12 ms"]),
        ("From 17 to 18.5 kB.", ["17 kB", "18.5 kB"]),
        ("A score of 0.31 is high, of 1,234 higher.", ["0.31", "1,234"]),
        ("How long are 5 ms?", []),
        ("Drag the slider to 55 %.", []),
        ('A vendor says "8.5 times smaller".', []),
        ("The article reports 8.5 times ([address](https://example.org)).", []),
        ("Somebody found 8.5 times (Author 2019).", []),
        ("Author et al. (2019) found 8.5 times.", []),
        ("Somebody found 8.5 times.", ["8.5 times"]),
        ("We keep 70 % of it.", []),
        ("We keep 71 % of it.", ["71 %"]),
        ("A factor of 0.31, as in $f = 0.31$.", []),
        ("Take that. $$f = 0.31$$ Then 5 ms went by, `x`.", ["5 ms"]),
    ],
)
def test_a_planted_number_is_found_and_a_recorded_one_is_not(text, wrong):
    assert claims_of(text, **MEASURED) == wrong


def test_a_table_gives_the_unit_of_its_head_and_a_prediction_records_no_choice():
    page = "<table><tr><th>file</th><th>size, kB</th></tr><tr><td>small</td><td>64.2</td></tr></table>"
    assert claims_of("The small file has 64.2 kB.", **{"text/html": page}) == []
    assert claims_of("The small file has 64.2 ms.", **{"text/html": page}) == ["64.2 ms"]
    assert claims_of("It was 25 of 100.", **{"text/plain": "How many was it?  [25 of 100 · 50 of 100]"}) == [
        "25 of 100"
    ]


def test_a_source_far_away_in_the_paragraph_is_no_source():
    near = "It was 8.5 times. So say all. See [here](https://example.org)."
    far = "It was 8.5 times. So say all. We do too. And they. See [here](https://example.org)."
    assert claims_of(near) == [] and claims_of(far) == ["8.5 times"]
    assert claims_of(far + "\n\nIt was 8.5 times ([here](https://example.org)).") == []


def test_the_message_names_lesson_cell_number_and_sentence():
    (claim,) = Claims(Lesson("03", [cell("markdown", "Fine."), cell("markdown", "It took 12 ms.")])).unexplained
    assert str(claim) == "03, cell 1: '12 ms' in 'It took 12 ms.'"


@pytest.mark.parametrize(("number", "text", "how"), rows())
def test_a_line_of_arithmetic_comes_to_a_number_of_its_lesson(number, text, how):
    said = Claims(lesson(number)).all + Claims(lesson(number), note(number)).all
    claims = [claim.figure for claim in said if claim.figure.text == text]
    assert claims, "no sentence says this number any more"
    assert claims[0].prints(value_of(how)), value_of(how)


@pytest.mark.parametrize(("number", "text", "how"), rows())
def test_a_line_of_arithmetic_uses_numbers_of_its_lesson_and_computes(number, text, how):
    assert not isinstance(ast.parse(how, mode="eval").body, ast.Constant)
    one = lesson(number)
    said = {figure.printed for figure in printed(one.markdown) + printed(str(note(number)))} | one.literals
    known = FREE | said | {record.figure.printed for record in recorded(one)}
    assert numbers_in(how) - known == set()
    assert printed(text)[0].printed not in numbers_in(how) - FREE, "the number itself proves nothing"


def test_a_line_with_a_number_from_nowhere_would_be_found():
    assert numbers_in("12.3 * 4") == {12.3, 4.0} and value_of("round(78.9)") == 79
