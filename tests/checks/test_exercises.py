"""Every exercise of every topic: the solution passes, and each well-known mistake is refused with its own hint."""

import importlib
import json
import pkgutil
import re

import pytest

from edukit import bundled, checks
from edukit.checks.lessons import LESSONS, name_of

MACHINERY = {"alike", "asking", "form", "lessons", "pasted", "solved", "starter", "verdict"}
TOPICS = [name for _, name, _ in pkgutil.iter_modules(checks.__path__) if name not in MACHINERY]
EXERCISES = {
    f"{topic}.{name}": exercise
    for topic in TOPICS
    for name, exercise in vars(importlib.import_module(f"edukit.checks.{topic}")).items()
    if isinstance(exercise, checks.Exercise)
}
MISTAKES = [(exercise, mistake) for exercise in EXERCISES for mistake in EXERCISES[exercise].mistakes]


def test_every_topic_has_exercises():
    assert {name.split(".")[0] for name in EXERCISES} == set(TOPICS) > set()


@pytest.mark.parametrize("name", EXERCISES)
def test_an_exercise_knows_its_name_and_the_solution_passes(name):
    assert name_of(EXERCISES[name]) == name
    assert EXERCISES[name](EXERCISES[name].solve)


@pytest.mark.parametrize("name", EXERCISES)
def test_what_solution_shows_runs_by_itself_under_the_name_of_the_lesson_and_passes(name):
    text = EXERCISES[name].solution().text
    names = {"__name__": "a fresh cell"}
    exec(compile(text, "<pasted>", "exec"), names)
    short = name.partition(".")[2]
    assert EXERCISES[name](names[f"my_{short}"])
    assert len(text.splitlines()) <= 20 and not re.search(r"\b_[a-z]|edukit\.checks", text)


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_solution_imports_nothing_from_the_package_that_its_lesson_does_not(lesson):
    notebook = json.loads(bundled.path(f"notebooks/{lesson}.ipynb").read_text())
    imported = [line for cell in notebook["cells"] for line in cell["source"] if line.startswith("from edukit")]
    for name in LESSONS[lesson]:
        for room, used in re.findall(r"^from (edukit\S*) import (\w+)", EXERCISES[name].solution().text, re.MULTILINE):
            assert any(line.startswith(f"from {room} import") and re.search(rf"\b{used}\b", line) for line in imported)


@pytest.mark.parametrize("name", EXERCISES)
def test_hints_go_from_general_to_specific_and_never_hold_the_whole_solution(name):
    hints = EXERCISES[name].hints
    assert len(set(hints)) == len(hints) == 3 and all(20 < len(hint) < 300 for hint in hints)
    *_, answer = re.split(r"^(?=def )", EXERCISES[name].solution().text, flags=re.MULTILINE)
    lines = [line.strip().removeprefix("return ") for line in answer.splitlines()[2:]]
    whole = [line for line in lines if any(line in hint for hint in hints)]
    assert len(whole) < len(lines)


@pytest.mark.parametrize("name", [name for name in EXERCISES if EXERCISES[name].shown])
def test_what_is_shown_gives_the_answers_of_the_package(name):
    exercise = EXERCISES[name]
    assert all(
        exercise.agree(question, exercise.solve(*question), exercise.shown(*question))
        for question in exercise.questions
    )


@pytest.mark.parametrize(("name", "mistake"), MISTAKES)
def test_each_mistake_is_refused_with_its_own_hint(name, mistake):
    wrong, hint = EXERCISES[name].mistakes[mistake]
    verdict = EXERCISES[name](wrong)
    assert not verdict
    assert verdict.line.startswith(f"✗ {hint} (")
    assert "\n" not in verdict.line and len(verdict.line) < 300


@pytest.mark.parametrize("name", EXERCISES)
def test_there_are_enough_mistakes_and_no_two_share_a_hint(name):
    hints = [hint for _, hint in EXERCISES[name].mistakes.values()]
    assert len(set(hints)) == len(hints) >= 5
