"""The table of lessons names exercises that exist, and an exercise finds its own name."""

import importlib

from edukit.checks import Exercise
from edukit.checks import pruning as check
from edukit.checks.lessons import LESSONS, given, name_of


def test_every_exercise_of_the_table_exists_and_knows_its_name():
    for name in {name for names in LESSONS.values() for name in names}:
        topic, _, short = name.partition(".")
        assert name_of(getattr(importlib.import_module(f"edukit.checks.{topic}"), short)) == name


def test_two_topics_may_have_exercises_of_one_name():
    from edukit.checks import benchmark

    assert name_of(check.speedup) == "pruning.speedup" and name_of(benchmark.speedup) == "benchmark.speedup"
    assert given("pruning.speedup").isdisjoint(given("benchmark.speedup"))


def test_an_exercise_of_a_teacher_has_no_name_and_no_starter_code():
    own = Exercise(lambda x: 2 * x, [(2,)], {}, "twice")
    assert name_of(own) == "" and given(name_of(own)) == set()
    assert own.solution().text.count("lambda") and repr(own.hint()).startswith("hint 1 of")


def test_all_starter_code_of_an_exercise_is_known(monkeypatch):
    monkeypatch.setitem(LESSONS, "16", {"tour.size_bytes": "one two"})
    monkeypatch.setitem(LESSONS, "17", {"tour.size_bytes": "three"})
    assert given("tour.size_bytes") == {"one", "two", "three"}
