"""Two files side by side: every figure belongs to its file, and a file against itself is not distinguished by words."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from edukit import cli
from edukit.deployment import compared, export, load
from edukit.deployment.compared import Compared, arrays_for, compare, over_minutes
from edukit.deployment.fresh import Start
from edukit.deployment.protocol import Ratio, Timing
from edukit.experiments.deployment.written_files import conv_chain


@pytest.fixture
def files(tmp_path):
    return [conv_chain(tmp_path / f"{kind}.onnx", 16, 8, kind=kind) for kind in ("float", "u8s8")]


@pytest.fixture
def no_process(monkeypatch):
    monkeypatch.setattr(compared, "start", lambda path, arrays: Start(1, 1, 1))


def test_sizes_threads_and_ratios_are_those_of_the_files(files):
    found = compare(*files, least_s=0.02)
    assert found.sizes == tuple(path.stat().st_size for path in files)
    assert list(found.timings) == list(found.ratios) == [1, 2]
    for pair in found.timings.values():
        assert all(t.median_s > 0 and t.repeats >= 100 and t.p99_s >= t.p90_s for t in pair)
    assert all(s.peak_bytes >= 0 and s.load_s > 0 for s in found.starts) and found.accuracies is None


def test_accuracy_comes_from_the_very_files(files, monkeypatch, no_process):
    asked = []
    monkeypatch.setattr(compared, "accuracy", lambda session, split: asked.append((session, split)) or 0.5)
    data = SimpleNamespace(x=1, y=2)
    assert compare(*files, data=data, threads=[1], least_s=0.01).accuracies == (0.5, 0.5)
    assert [split for _, split in asked] == [data, data] and asked[0][0] is not asked[1][0]


def test_table_and_sentence_say_what_was_measured(tmp_path):
    slow, fast = (
        Timing(median_s=s, p90_s=2 * s, iqr_s=0, repeats=100, p99_s=3 * s, warmup=20, is_stable=True)
        for s in (4e-3, 1e-3)
    )
    starts = Start(0.5, 0.01, 8_000_000), Start(0.25, 0.01, 2_000_000)
    ratios = {1: Ratio(4.0, 3.9, 4.1), 2: Ratio(1.0, 0.9, 1.1)}
    both = {1: (slow, fast), 2: (slow, slow)}
    found = Compared((tmp_path / "a.onnx", tmp_path / "b.onnx"), (4000, 1000), starts, both, ratios, (0.9, 0.885))
    rows = {row[0]: row[1:] for row in found.table.rows}
    assert rows["file, kB"] == ("4.0", "1.0", "4.00") and rows["load, ms"] == ("500.0", "250.0", "2.00")
    assert rows["median, µs, 1 thread"] == ("4,000.0", "1,000.0", "4.00 (3.90 to 4.10)")
    assert rows["p99, µs, 2 threads"] == ("12,000.0", "12,000.0", "1.00")
    assert rows["accuracy"] == ("90.0%", "88.5%", "")
    assert found.sentence == (
        "b.onnx against a.onnx: 4.00 (3.90 to 4.10) times as fast on 1 thread: faster; not distinguishable on 2 "
        "threads, 1.00 (0.90 to 1.10). The file is 4.00 times smaller. Its accuracy is -1.5 points."
    )


def test_inputs_are_the_caller_s_or_drawn_for_the_file(files):
    session = load(files[0])
    assert arrays_for(files[0], session, np.ones((1, 16, 8, 8)))[0].dtype == np.float32
    (drawn,) = arrays_for(files[0], session)
    assert drawn.shape == (1, 16, 8, 8)
    other = SimpleNamespace(inputs={"x": ("batch", 3), "y": (2,)})
    assert [x.shape for x in arrays_for(files[0].with_suffix(".pte"), other)] == [(1, 3), (2,)]


def test_files_that_take_other_inputs_are_refused_before_anything_is_measured(files, tmp_path, monkeypatch):
    monkeypatch.setattr(compared, "timings", None)
    with pytest.raises(ValueError, match="x must have the shape"):
        compare(files[0], conv_chain(tmp_path / "other.onnx", 8, 8))
    with pytest.raises(ValueError, match="^threads must be"):
        compare(*files, threads=[0])


def test_the_command_prints_the_table_and_the_verdict(files, capsys, no_process):
    assert cli.main(["compare", *map(str, files), "--seconds", "0.02", "--threads", "1"]) == 0
    words = capsys.readouterr().out
    assert "median, µs, 1 thread" in words and "u8s8.onnx against float.onnx" in words
    assert cli.main(["compare", str(files[0]), "nothing.onnx"]) == 2


def test_the_command_asks_about_images_and_waits_for_heat(tmp_path, capsys, no_process):
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(64, 10))
    path = str(export(model, torch.zeros(1, 1, 8, 8), tmp_path / "digits.onnx"))
    few = ["--seconds", "0.01", "--threads", "1", "--minutes", "0.0005"]
    assert cli.main(["compare", path, path, "--data", "digits", *few]) == 0
    words = capsys.readouterr().out
    assert "accuracy" in words and "+0.0 points" in words and words.count("in the first of 1 windows") == 2


def test_a_long_run_is_seen_in_windows(files):
    windows = over_minutes(files[0], 0.002, window_s=0.03)
    assert 3 <= len(windows) <= 5 and all(window.repeats > 1 for window in windows)
