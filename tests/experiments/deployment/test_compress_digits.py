"""The search and the plan made by hand start from the same teacher, and their files are measured alike."""

import hashlib
from statistics import mean

import pytest

from edukit import bundled
from edukit.data import Dataset, Split, digits
from edukit.deployment.pipeline import Plan
from edukit.deployment.tradeoff import standard_error
from edukit.experiments.deployment.compress_digits import measure, measured


def few_digits():
    """200 training digits: enough to run, not to learn."""
    data = digits(size=32)
    few = Split(data.train.x[:200], data.train.y[:200])
    return Dataset(data.name, data.classes, few, data.calibration, data.validation, data.test)


def test_three_files_of_one_teacher_are_measured():
    plan = Plan(teacher_epochs=1, student_epochs=1, tuning_epochs=1)
    rows = measure(0, plan=plan, data=few_digits(), shares=(1.0,), refined=0, steps=1)
    teacher, by_hand, found = rows
    assert [row.made.split(":")[0] for row in rows] == ["teacher", "by hand", "compress"]
    assert teacher.size_bytes > 4_000_000 and 60_000 < by_hand.size_bytes < 70_000
    assert found.size_bytes < teacher.size_bytes and found.seed == 0
    assert all(0 <= share <= 1 for row in rows for share in (row.validation, row.test))


@pytest.mark.parametrize("seed", sorted({row.seed for row in measured()}))
def test_the_search_finds_a_file_at_least_as_small_that_validates_as_well(seed):
    teacher, by_hand, found = (row for row in measured() if row.seed == seed)
    assert found.size_bytes <= by_hand.size_bytes < teacher.size_bytes / 40
    assert found.validation >= by_hand.validation


def test_over_the_seeds_it_knows_as_much_on_test_images_within_one_standard_error():
    """Not with each seed: of many candidates, 200 validation images choose one that is good on them by chance."""
    found = mean(row.test for row in measured() if row.made.startswith("compress"))
    by_hand = mean(row.test for row in measured() if row.made == "by hand")
    assert found >= by_hand - standard_error(by_hand, 500)


def test_the_card_names_the_file():
    digest = hashlib.sha256(bundled.path("datasets/compress_digits.csv").read_bytes()).hexdigest()
    assert f"`{digest}`" in bundled.path("datasets/compress_digits.md").read_text()
