"""Two teachers for one student: the bundled table is whole, and each way is trained as it says."""

import csv
from dataclasses import fields

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from edukit import bundled
from edukit.data import Split, digits
from edukit.distillation import distill
from edukit.experiments.distillation import capacity_gap
from edukit.experiments.distillation.capacity_gap import (
    OWN,
    TEACHERS,
    TEMPERATURES,
    Plan,
    Row,
    measure,
    measured,
    smoothed,
    taught,
    tiny_student,
    trained_networks,
)
from edukit.networks import trained
from edukit.training import accuracy, predict

DATA = digits()
FEW = Split(DATA.train.x[:200], DATA.train.y[:200])
QUICK = Plan(seeds=(2,), passes=1)
TAUGHT = [(way, temperature) for way in TEACHERS for temperature in TEMPERATURES]
ALONE = [("alone", None), ("smoothed", None), ("forward", 1.0), ("reverse", 1.0)]


def equal(a, b):
    return all(torch.allclose(p, q, atol=1e-5) for p, q in zip(a.parameters(), b.parameters(), strict=True))


def test_the_bundled_table_is_whole():
    table = measured()
    assert set(table) == {*ALONE, *TAUGHT, *((OWN + way, None) for way in TEACHERS)}
    assert all(tuple(row.seed for row in rows) == Plan().seeds for rows in table.values())


def test_the_table_says_what_the_lesson_says():
    """No teacher lifts the tiny student by half a point, smoothed labels do; forward is unsure, reverse oversure."""
    table = measured()

    def test(way, temperature=None):
        return 100 * np.array([row.test for row in table[way, temperature]])

    gains = {key: (test(*key) - test("alone")).mean() for key in TAUGHT}
    assert max(gains.values()) < 0.5 < 1.5 < (test("smoothed") - test("alone")).mean()
    assert min((test(OWN + way) - test("alone")).min() for way in TEACHERS) > 6
    for key in (("large", 4.0), ("middle", 1.0)):
        assert (test(*key) > test("alone")).sum() == (test(*key) < test("alone")).sum() == 3
    assert all(row.sure < row.test for row in table["forward", 1.0])
    assert all(row.sure > row.test for row in table["reverse", 1.0])
    assert max(test(way, 1.0).mean() for way in ("forward", "reverse")) < test("alone").mean()


def test_the_bundled_figures_are_what_the_code_measures():
    """The large networks are bundled: their test accuracy can be taken again at once."""
    for row in measured()[OWN + "large", None]:
        assert accuracy(trained("digits_residual", row.seed % 3), DATA.test) == pytest.approx(row.test, abs=0.002)


def test_stored_answers_teach_as_the_teacher_does():
    student, teacher = tiny_student(1), trained("digits_residual")
    how = dict(epochs=1, batch_size=50, learning_rate=0.01, seed=3, progress=None)
    for reverse in (False, True):
        stored = taught(student, FEW, predict(teacher, FEW.x), 4.0, 0.9, reverse=reverse, **how)
        asked = distill(student, teacher, FEW, temperature=4.0, alpha=0.9, reverse=reverse, **how)
        assert equal(stored, asked)


def test_labels_are_not_seen_without_a_share_of_their_own():
    other = Split(FEW.x, (FEW.y + 1) % 10)
    answers = predict(trained("digits_residual"), FEW.x)
    how = dict(epochs=1, batch_size=50, seed=0, progress=None)
    students = [taught(tiny_student(), images, answers, 1.0, 1.0, **how) for images in (FEW, other)]
    assert equal(*students)


def test_smoothed_labels_give_a_tenth_to_all_classes():
    x, y = torch.randn(5, 10), torch.arange(5)
    p = 0.9 * F.one_hot(y, 10) + 0.01
    assert torch.allclose(smoothed(torch.nn.Identity(), x, y), -(p * F.log_softmax(x, 1)).sum(1).mean())


def test_every_way_is_trained_once_from_the_same_weights():
    ways = [(way, t) for way, t, _ in trained_networks(FEW, 0, QUICK, trained("digits_residual"))]
    assert sorted(map(str, ways)) == sorted(map(str, measured()))
    assert equal(tiny_student(2), tiny_student(2)) and not equal(tiny_student(0), tiny_student(1))


def test_rows_are_measured_and_appended(tmp_path, monkeypatch):
    monkeypatch.setattr(capacity_gap, "Plan", lambda: QUICK)
    monkeypatch.setattr(capacity_gap, "digits", lambda: DATA)
    file = tmp_path / "rows.csv"
    file.write_text(bundled.path("datasets/capacity_gap.csv").read_text().splitlines()[0] + "\n")
    capacity_gap.main(str(file))
    with open(file, newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert list(rows[0]) == [field.name for field in fields(Row)] and len(rows) == len(measured())
    assert all(0 <= float(row["sure"]) <= 1 for row in rows)


def test_rows_come_seed_by_seed():
    first = next(measure(DATA, QUICK))
    assert (first.way, first.temperature, first.seed) == ("alone", None, 2) and np.isfinite(first.sure)
