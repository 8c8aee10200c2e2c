"""Every exercise of every topic: the solution passes, and each well-known mistake is refused with its own hint."""

import importlib
import pkgutil

import pytest

from edukit import checks

MACHINERY = {"alike", "asking", "verdict"}
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
def test_the_solution_passes_and_can_be_shown(name):
    assert EXERCISES[name](EXERCISES[name].solve)
    assert EXERCISES[name].solution().text.startswith("def ")


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
