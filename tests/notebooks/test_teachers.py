"""Every lesson has its note for teachers, and what the note says of the lesson holds: headings, minutes, answers.

A note is read as text: `## Heading`, `- *A heading of the lesson* (minutes)`, and under Answers a line that names the
check, then a Python block. Figures of the predictions must stand in the lesson as well.
"""

import ast
import importlib
import json
import re

import pytest

from edukit import bundled

NOTEBOOKS = bundled.path("notebooks")
README = (NOTEBOOKS / "teachers" / "README.md").read_text(encoding="utf-8")
LESSONS = sorted(NOTEBOOKS.glob("*.ipynb"))
SECTIONS = ["Goals", "Before", "Minutes", "Misconceptions", "Predictions", "Answers"]
SECTIONS += ["Where it goes wrong in class", "Go further"]
ANSWER = re.compile(r"^`check\.(\w+)\((\w+)\)`.*?^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
NUMBER = re.compile(r"\d[\d,.]*\d|\d")


class Lesson:
    """A notebook and its note, as texts."""

    def __init__(self, path):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        self.code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
        self.text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
        self.headings = set(re.findall(r"^#+ (.+)$", self.text, re.MULTILINE))
        self.outputs = "\n".join(_output(output) for cell in cells for output in cell.get("outputs", []))
        self.number = path.stem.partition("_")[0]
        self.minutes = int(re.search(r"bout (\d+) minutes", self.text)[1])
        self.note = (NOTEBOOKS / "teachers" / f"{self.number}.md").read_text(encoding="utf-8")

    def section(self, heading, level="##"):
        """The lines of the note below this heading, up to the next one of the same level or a higher one."""
        pattern = rf"^{level} {heading}\n(.*?)(?=^#{{1,{len(level)}}} |\Z)"
        found = re.search(pattern, self.note, re.MULTILINE | re.DOTALL)
        assert found, f"the note has no heading {heading!r}"
        return found[1]

    def questions(self):
        """What each Prediction asks."""
        for cell in map(ast.parse, self.code):
            names = {node.targets[0].id: node.value for node in ast.walk(cell) if _names_one(node)}
            for call in (node for node in ast.walk(cell) if isinstance(node, ast.Call)):
                if getattr(call.func, "id", "") == "Prediction":
                    yield ast.literal_eval(names.get(getattr(call.args[0], "id", ""), call.args[0]))

    def exercises(self):
        """(check, function) of each exercise, once."""
        return dict.fromkeys(re.findall(r"\bcheck\.(\w+)\((my_\w+)\)", "\n".join(self.code)))


def _output(output):
    data = output.get("data", {})
    return "".join(output.get("text", "")) + "".join(data.get("text/plain", "")) + "".join(data.get("text/html", ""))


def _names_one(node):
    return isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)


def _minutes(text, form):
    return sum(map(int, re.findall(form, text)))


@pytest.fixture(params=LESSONS, ids=lambda path: path.stem, scope="module")
def lesson(request):
    return Lesson(request.param)


def test_no_note_is_left_without_its_lesson():
    notes = {path.stem for path in (NOTEBOOKS / "teachers").glob("[0-9]*.md")}
    assert notes == {path.stem.partition("_")[0] for path in LESSONS}


def test_it_has_all_parts_in_order_and_is_short(lesson):
    assert re.findall(r"^## (.+)$", lesson.note, re.MULTILINE) == SECTIONS
    assert 3 <= len(re.findall(r"^- ", lesson.section("Goals"), re.MULTILINE)) <= 5
    prose = re.sub(r"^```.*?^```", "", lesson.note, flags=re.MULTILINE | re.DOTALL)
    assert len([line for line in prose.splitlines() if line]) <= 90


def test_the_minutes_of_its_parts_are_those_that_the_lesson_names(lesson):
    plan, shorter = lesson.section("Minutes"), lesson.section("With 20 minutes less", "###")
    assert _minutes(plan, r"\| (\d+) \|") == lesson.minutes
    assert _minutes(shorter, r"\* \((\d+)\)") >= min(20, lesson.minutes // 2)


def test_what_may_be_skipped_stands_in_the_lesson(lesson):
    skipped = re.findall(r"^- \*(.+?)\*", lesson.section("With 20 minutes less", "###"), re.MULTILINE)
    assert skipped and set(skipped) <= lesson.headings


def test_each_wrong_idea_names_the_heading_that_meets_it_and_a_question_to_ask(lesson):
    ideas = re.findall(r"^- \*\*.+?(?=^- |\Z)", lesson.section("Misconceptions"), re.MULTILINE | re.DOTALL)
    assert len(ideas) >= 3
    for idea in ideas:
        met = re.findall(r"\*([^*]+)\*", idea.partition("Met in ")[2].partition("Ask: ")[0])
        assert met and set(met) <= lesson.headings, idea
        assert "?" in idea.partition("Ask: ")[2], idea


def test_each_prediction_of_the_lesson_is_there_with_figures_of_the_lesson(lesson):
    section = " ".join(lesson.section("Predictions").split())
    questions = list(lesson.questions())
    assert questions and [question for question in questions if question not in section] == []
    measured = set(NUMBER.findall(lesson.text + lesson.outputs + "\n".join(lesson.code)))
    assert not set(NUMBER.findall(section)) - measured


def test_each_exercise_has_an_answer_that_runs_alone_and_passes(lesson):
    (topic,) = re.findall(r"from edukit\.checks import (\w+) as check", "\n".join(lesson.code))
    checks = importlib.import_module(f"edukit.checks.{topic}")
    answers = ANSWER.findall(lesson.section("Answers"))
    assert [(check, name) for check, name, _ in answers] == list(lesson.exercises())
    for check, name, block in answers:
        alone = {}
        exec(compile(block, f"{check}.py", "exec"), alone)
        verdict = getattr(checks, check)(alone[name])
        assert verdict, f"{check}: {verdict}"


def test_the_block_for_grading_counts_solved_exercises(tmp_path, monkeypatch, capsys):
    said = {"check.a(my_a)": "✓ well done", "def my_b():\n    pass\n\n\ncheck.b(my_b)": "✗ no", "print(1)": "✓ a trick"}
    outputs = {code: [{"output_type": "execute_result", "data": {"text/plain": [text]}}] for code, text in said.items()}
    cells = [{"cell_type": "code", "source": [code], "outputs": shown} for code, shown in outputs.items()]
    (tmp_path / "handed_in").mkdir()
    (tmp_path / "handed_in" / "ada.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    block = re.search(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    exec(block[1], {})
    assert capsys.readouterr().out == "ada 1 ['check.a(my_a)']\n"


def test_the_table_of_all_lessons_has_their_minutes(lesson):
    row = re.search(rf"^\| \[(\d+[b-z]?)\]\({lesson.number}\.md\) \| (\d+) \|", README, re.MULTILINE)
    assert row and row[1] == lesson.number and int(row[2]) == lesson.minutes
