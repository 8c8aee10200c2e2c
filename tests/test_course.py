"""The order of the course: one list, and README, the tour's map and every notebook agree with it."""

import json
import re
from itertools import pairwise

import order
import pytest

from edukit import bundled
from edukit.course import LESSONS, Lesson, links, map_table, neighbours, readme_table, written

A = Lesson("00", "First", "What?", 10)
PLANNED = [Lesson(number, f"Topic {number}", "Why?") for number in ("01", "02")]
B = Lesson("03", "Self-made last", "How?", 20, "00")
COURSE = (A, *PLANNED, B)


def opening(lesson) -> str:
    notebook = json.loads(bundled.path(f"notebooks/{lesson.file}").read_text(encoding="utf-8"))
    return "".join(notebook["cells"][0]["source"])


def test_every_notebook_is_a_lesson_and_every_written_lesson_has_a_notebook():
    files = {path.name for path in bundled.path("notebooks").glob("*.ipynb")}
    assert files == {lesson.file for lesson in written()}


def test_the_numbers_count_up():
    numbers = [lesson.number for lesson in LESSONS]
    assert numbers == sorted(set(numbers))
    digits = dict.fromkeys(number[:2] for number in numbers)  # 11 and 11b share theirs
    assert list(digits) == [f"{number:02d}" for number in range(len(digits))]


def test_a_lesson_that_goes_on_with_another_has_its_number_and_a_letter():
    lettered = [(before, lesson) for before, lesson in pairwise(LESSONS) if re.fullmatch(r"\d\db", lesson.number)]
    assert ("11", "11b") in [(before.number, lesson.number) for before, lesson in lettered]
    assert all(before.number == lesson.number[:2] for before, lesson in lettered)
    assert all(re.fullmatch(r"\d\d[b-z]?", lesson.number) for lesson in LESSONS)


@pytest.mark.parametrize("path, text", order.texts().items(), ids=lambda given: getattr(given, "stem", ""))
def test_readme_map_titles_and_links_stand_as_the_order_writes_them(path, text):
    assert path.read_text(encoding="utf-8") == text, "run: python tests/order.py"


@pytest.mark.parametrize("lesson", written(), ids=lambda lesson: lesson.number)
def test_a_notebook_promises_the_minutes_of_the_list_and_names_what_it_needs(lesson):
    (minutes, needs), *_ = re.findall(r"About (\d+) minutes(.*)", opening(lesson))
    assert int(minutes) == lesson.minutes
    assert ", ".join(re.findall(r"\b\d\d[b-z]?\b", needs)) == lesson.needs


def test_what_is_needed_comes_before():
    assert all(need < lesson.number for lesson in LESSONS for need in re.findall(r"\w+", lesson.needs))


def test_a_number_with_a_letter_stands_between_two_numbers():
    lesson = Lesson("00b", "First again", "And then?", 10, "00")
    assert lesson.file == "00b_first_again.ipynb"
    assert [before.number for before in neighbours(lesson, (A, lesson, B))] == ["00", "03"]
    assert sorted([B.file, lesson.file, A.file]) == [A.file, lesson.file, B.file]


def test_the_chain_skips_what_is_planned():
    assert neighbours(A, COURSE) == (None, B) and neighbours(B, COURSE) == (A, None)
    assert links(A, COURSE) == "[03 Self-made last →](03_self_made_last.ipynb)"
    assert links(B, COURSE) == "[← 00 First](00_first.ipynb)"


def test_the_tables_show_planned_lessons_without_a_link():
    assert "| 02 | Topic 02 | Why? | *planned* |" in map_table(COURSE)
    assert "| 01 – 02 | topic 01, topic 02 | planned |" in readme_table(COURSE)
    assert "| [03_self_made_last](notebooks/03_self_made_last.ipynb) | How? | 20 min | 00 |" in readme_table(COURSE)


def test_writing_the_order_keeps_the_rest_of_a_cell_and_can_be_done_again():
    cells = [{"source": ["# Old?\n", "\n", "Text.\n"]}, {"source": ["End.\n", "\n", "[Go](x.ipynb) · [on](y.ipynb)"]}]
    notebook = {"cells": cells}
    lesson = LESSONS[2]
    order.in_order(notebook, lesson)
    once = json.dumps(notebook)
    order.in_order(notebook, lesson)
    assert json.dumps(notebook) == once
    assert "".join(cells[0]["source"]) == f"# {lesson.question}\n\n{links(lesson)}\n\nText."
    assert "".join(cells[1]["source"]) == f"End.\n\n[Go](x.ipynb) · [on](y.ipynb)\n\n{links(lesson)}"
