"""Each number of the lessons that claims a measurement was recorded, follows from others, or carries its source."""

import ast

import pytest

from claims.arithmetic import numbers_in, rows, value_of
from claims.claims import Claims, pages
from claims.figures import Figure, printed, recorded
from claims.prose import HELD, Lesson, lesson

FREE = {float(number) for number in (*range(11), 100, 1000)} | {2.0**n for n in range(33)}


PAGES = [*HELD, "README"]
LINES = [row for row in rows() if row[0] in PAGES]


@pytest.mark.parametrize("page", PAGES)
def test_each_number_of_a_page_was_recorded_follows_from_others_or_has_a_source(page):
    assert [str(claim) for claims in pages(page) for claim in claims.unexplained] == []


def test_of_the_longer_numbers_most_are_found_when_their_last_digit_changes():
    """A number of two digits can be another recorded one by chance; one of three digits seldom is."""
    changed = []
    for claims in (Claims(lesson(number)) for number in HELD):
        for claim in claims.all:
            if claim.figure.digits > 2 and claims.why(claim) == "recorded" and not claims.is_sourced(claim):
                digits, _, unit = claim.figure.text.partition(" ")
                other = Figure.of(f"{digits[:-1]}{(int(digits[-1]) + 5) % 10}", unit)
                changed.append(claims.why(claim._replace(figure=other)))
    assert len(changed) > 50 and changed.count("") > 0.85 * len(changed)


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


def test_a_source_in_another_sentence_is_no_source_but_a_sourced_number_may_be_said_again():
    assert claims_of("It was 8.5 times. See [here](https://example.org).") == ["8.5 times"]
    assert claims_of("It was 8.5 times. It was 8.5 times ([here](https://example.org)).") == []


def test_a_row_of_a_table_has_the_source_above_the_table():
    table = "| a | b |\n|---|---|\n| x | 8.5 times |"
    assert claims_of(f"As others found (Author 2019):\n\n{table}") == []
    assert claims_of(f"As others found (Author 2019).\n\nAnd we:\n\n{table}") == ["8.5 times"]


def test_the_message_names_lesson_cell_number_and_sentence():
    (claim,) = Claims(Lesson("03", [cell("markdown", "Fine."), cell("markdown", "It took 12 ms.")])).unexplained
    assert str(claim) == "03, cell 1: '12 ms' in 'It took 12 ms.'"


@pytest.mark.parametrize(("page", "text", "how"), LINES)
def test_a_line_of_arithmetic_comes_to_a_number_of_its_page(page, text, how):
    claims = [claim.figure for said in pages(page) for claim in said.all if claim.figure.text == text]
    assert claims, "no sentence says this number any more"
    assert claims[0].prints(value_of(how)), value_of(how)


@pytest.mark.parametrize(("page", "text", "how"), LINES)
def test_a_line_of_arithmetic_uses_numbers_of_its_page_and_computes(page, text, how):
    assert not isinstance(ast.parse(how, mode="eval").body, ast.Constant)
    one = pages(page)[0].lesson
    said = [one.markdown, *(paragraph.text for claims in pages(page) for paragraph in claims.paragraphs)]
    known = FREE | one.literals | {figure.printed for text in said for figure in printed(text)}
    known |= {record.figure.printed for record in recorded(one)}
    assert numbers_in(how) - known == set()
    assert printed(text)[0].printed not in numbers_in(how) - FREE, "the number itself proves nothing"


def test_a_line_with_a_number_from_nowhere_would_be_found():
    assert numbers_in("12.3 * 4") == {12.3, 4.0} and value_of("round(78.9)") == 79
