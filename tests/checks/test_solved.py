"""What was solved is remembered in one small file, and nothing that happens to the file breaks a check."""

import json
import os

import pytest

from edukit.checks import Exercise, overview, tour
from edukit.checks.lessons import LESSONS
from edukit.checks.solved import FILE, folder, remember, solved


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("EDUKIT_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def right(weights, bits):
    return -(-weights * bits // 8)


def test_a_right_answer_is_remembered_with_its_day_and_a_wrong_one_is_not(home):
    tour.size_bytes(lambda weights, bits: weights)
    assert solved() == {} and not home.exists()
    assert tour.size_bytes(right)
    assert list(solved()) == ["tour.size_bytes"] and solved()["tour.size_bytes"].count("-") == 2
    assert os.listdir(home) == [FILE]


def test_the_first_day_stays_and_other_exercises_are_kept(home):
    home.mkdir()
    (home / FILE).write_text('{"tour.size_bytes": "2026-02-28", "of another version": "2026-01-01"}')
    assert tour.size_bytes(right)
    remember("tour.pruned_copy")
    assert solved()["tour.size_bytes"] == "2026-02-28" and "of another version" in solved()
    assert "tour.pruned_copy" in json.loads((home / FILE).read_text())


@pytest.mark.parametrize("damage", [b"", b"{", b"[1, 2]", b"null", b"\xff\xfe\x00", b'{"tour.size_bytes": 3}'])
def test_a_damaged_file_counts_as_empty_and_is_replaced(home, damage):
    home.mkdir()
    (home / FILE).write_bytes(damage)
    assert solved() == {}
    assert tour.size_bytes(right)
    assert list(solved()) == ["tour.size_bytes"]


def test_a_place_that_cannot_be_written_to_does_not_break_a_check(home):
    home.write_text("a file where the folder should be")
    assert tour.size_bytes(right)
    assert solved() == {} and home.read_text().startswith("a file")
    assert overview().rows


def test_without_a_home_nothing_is_remembered_and_nothing_fails(monkeypatch):
    def no_home():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("EDUKIT_HOME")
    monkeypatch.setattr("pathlib.Path.home", no_home)
    assert tour.size_bytes(right) and solved() == {}


def test_the_usual_place_is_in_the_users_own_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("EDUKIT_HOME")
    monkeypatch.setattr("pathlib.Path.home", lambda: tmp_path)
    assert folder() == tmp_path / ".local" / "share" / "edukit"


def test_an_exercise_of_no_lesson_is_not_remembered():
    assert Exercise(lambda x: 2 * x, [(2,)], {}, "twice")(lambda x: x + x)
    assert solved() == {}


def test_the_overview_has_a_row_for_each_exercise_of_each_lesson_and_the_days():
    before = overview()
    assert len(before.rows) == sum(map(len, LESSONS.values()))
    assert {row[2] for row in before.rows} == {"not yet"}
    remember("tour.size_bytes")
    remember("pruning.sparsity")  # asked in no lesson
    rows = {row[:2]: row[2] for row in overview().rows}
    assert rows["00_tour", "size_bytes"] == rows["", "sparsity"] == solved()["tour.size_bytes"]
    assert rows["00_tour", "pruned_copy"] == "not yet"
    assert "00_tour" in repr(overview()) and "<td" in overview()._repr_html_()
