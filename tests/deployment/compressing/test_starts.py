"""Starts: the student learns once, its weights wait beside the journal, and a journal knows what it is about."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from edukit.deployment.compressing import starts as module
from edukit.deployment.compressing.candidates import Settings
from edukit.deployment.compressing.examples import as_examples
from edukit.deployment.compressing.starts import check_starts, digest, starts
from edukit.training import accuracy, seeded

SETTINGS = Settings(steps=30, learning_rate=0.002)


@pytest.fixture
def student():
    with seeded(1):
        return nn.Sequential(nn.Flatten(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 3))


def test_the_student_learns_once_and_is_read_the_next_time(model, student, pictures, tmp_path, monkeypatch):
    examples = as_examples(pictures, model)
    found = starts(model, student, examples, SETTINGS, tmp_path / "student")
    assert accuracy(found["student"], pictures) > 0.8 and not found["student"].training
    monkeypatch.setattr(module, "taught", lambda *_, **__: pytest.fail("taught again"))
    again = starts(model, student, examples, SETTINGS, tmp_path / "student")
    for a, b in zip(found["student"].parameters(), again["student"].parameters(), strict=True):
        assert torch.equal(a, b)
    with pytest.raises(pytest.fail.Exception, match="taught again"):  # those weights are of another search
        starts(model, student, examples, SETTINGS, tmp_path / "student", "another")


def test_with_no_steps_the_student_is_as_it_came(model, student, pictures):
    found = starts(model, student, as_examples(pictures, model), Settings(steps=0))
    assert torch.equal(found["student"][1].weight, student[1].weight) and found["student"] is not student


def test_without_a_student_there_is_the_model_alone(model, pictures):
    assert list(starts(model, None, as_examples(pictures, model), SETTINGS)) == ["model"]


def test_another_model_data_or_setting_is_another_search(model, student, pictures):
    examples = as_examples(pictures, model)
    fewer = as_examples((pictures[0][:299], pictures[1][:299]), model)
    others = [
        digest(model, student, examples, SETTINGS),
        digest(student, None, examples, SETTINGS),
        digest(model, None, fewer, SETTINGS),
        *(digest(model, None, examples, replace(SETTINGS, **other)) for other in (dict(steps=31), dict(seed=1))),
    ]
    own = digest(model, None, examples, SETTINGS)
    assert own == digest(model, None, examples, SETTINGS) and own not in others and len(set(others)) == len(others)
    assert own == digest(model, None, examples, replace(SETTINGS, refined=9)), "a longer search goes on"


@pytest.mark.parametrize(
    ("model", "student", "words"),
    [
        ("net", None, "model must be a torch"),
        (nn.Linear(2, 2), "net", "student must be a torch"),
        (nn.Linear(2, 2).half(), None, "must be float32"),
    ],
)
def test_what_is_no_model_is_refused_by_name(model, student, words):
    with pytest.raises((TypeError, ValueError), match=words):
        check_starts(model, student)
