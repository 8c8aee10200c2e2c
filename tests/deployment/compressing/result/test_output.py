"""Output: a folder is whole or not there, and what cannot take one is refused before any work."""

import os
import time

import pytest
import torch
from torch import nn

from edukit.deployment.compressing.result.output import (
    checked_output,
    put_in_place,
    staged,
    write_files,
    write_snippets,
)
from edukit.deployment.runtimes.session import load


def test_a_new_and_an_empty_folder_are_taken_and_nothing_is_left(tmp_path):
    (tmp_path / "empty").mkdir()
    for place in ("new", "new/deeper", "empty"):
        assert checked_output(tmp_path / place) == tmp_path / place
    assert [path.name for path in tmp_path.iterdir()] == ["empty"] and checked_output(None) is None


def test_the_home_folder_may_be_written_as_a_tilde(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert checked_output("~/out") == tmp_path / "out"


def test_what_cannot_take_a_folder_is_refused_by_name(tmp_path):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    bad = [tmp_path / "file", tmp_path / "file" / "out", tmp_path / "full", tmp_path / "link", tmp_path / ("n" * 300)]
    for output in [*bad, "", "nul\0byte", "/proc/nothing", 5]:
        before = sorted(tmp_path.rglob("*"))
        with pytest.raises(ValueError, match="^output"):
            checked_output(output)
        assert sorted(tmp_path.rglob("*")) == before


def test_a_writer_that_stops_leaves_nothing(tmp_path):
    with pytest.raises(KeyboardInterrupt), staged(tmp_path / "out") as place:
        (tmp_path / place / "half").write_text("half")
        raise KeyboardInterrupt
    assert not list(tmp_path.iterdir())


def test_the_folder_comes_whole_with_the_permissions_of_a_new_one(tmp_path):
    (tmp_path / "out").mkdir()
    with staged(tmp_path / "out") as place:
        whole = tmp_path / place / "whole"
        whole.mkdir(mode=0o700)
        (whole / "a").write_text("a")
        put_in_place(whole, tmp_path / "out")
    (tmp_path / "other").mkdir()
    assert (tmp_path / "out" / "a").read_text() == "a"
    assert (tmp_path / "out").stat().st_mode == (tmp_path / "other").stat().st_mode
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other", "out"]


def test_what_a_killed_run_left_is_taken_away_later(tmp_path):
    old = tmp_path / ".edukit-old"
    old.mkdir()
    os.utime(old, (time.time() - 3600,) * 2)
    with staged(tmp_path / "out"):
        assert not old.exists()


def test_files_run_and_have_code_and_what_fails_has_a_reason(tmp_path):
    net = nn.Sequential(nn.Flatten(), nn.Linear(9, 2))
    files = write_files(net, torch.rand(4, 1, 3, 3), tmp_path, ["onnx"])
    assert load(files["onnx"])(torch.rand(5, 1, 3, 3).numpy()).shape == (5, 2)
    assert write_snippets(files.values(), tmp_path) == []
    assert sorted(path.name for path in (tmp_path / "app").iterdir()) == ["onnx.ets", "onnx.kt", "onnx.swift"]
    assert "model.onnx" in (tmp_path / "app" / "onnx.kt").read_text()
    failed = write_files(nn.Unfold(2), torch.rand(4, 3), tmp_path, ["onnx"])
    assert isinstance(failed["onnx"], str) and "Error" in failed["onnx"]
