"""The table of runtimes holds: integers are equal in every row; and a network is measured as the table says."""

import hashlib

import numpy as np
import pytest
from torch import nn

from edukit import bundled
from edukit.experiments.deployment import runtimes_table
from edukit.experiments.deployment.runtimes_table import FILES, RUNTIMES, measure, measured, step_of

ROWS = measured()


def test_every_network_was_asked_in_every_runtime():
    networks = {row.network for row in ROWS}
    assert len(ROWS) == len(networks) * len(RUNTIMES) >= 20
    assert networks == set(runtimes_table.NETWORKS)


def test_runtimes_that_compute_integers_differ_by_a_step_in_one_network_alone():
    for row in ROWS:
        if row.runtime in FILES:
            assert row.floats == (1 if row.runtime == "onnxruntime" else 0)
            assert 3 < row.float_bytes / row.int8_bytes < 4
            steps = 1 if row.network == "ResNet-18" and row.runtime != "onnxruntime" else 0
            assert row.steps == steps and (row.equal == row.rows) == (steps == 0)
        else:
            assert row.integers is None and row.float_bytes is None
    assert any(row.equal < row.rows for row in ROWS if row.runtime == "torch")


def test_intervals_hold_their_speedup():
    assert all(0 < row.low <= row.speedup <= row.high for row in ROWS)


@pytest.fixture
def tiny(monkeypatch):
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 3)).eval()
    images = np.random.default_rng(0).random((4, 1, 8, 8), np.float32)
    monkeypatch.setitem(runtimes_table.NETWORKS, "tiny", lambda: (model, images, images))


def test_a_network_is_measured_where_the_runtimes_are(tiny):
    onnx, torch_row = measure("tiny", ("onnxruntime", "torch"), least_s=0.01)
    assert (onnx.network, onnx.runtime, onnx.rows, onnx.equal, onnx.steps) == ("tiny", "onnxruntime", 4, 4, 0)
    assert (onnx.integers, onnx.floats) == (2, 0) and onnx.float_bytes and onnx.int8_bytes
    assert torch_row.integers is None and torch_row.low <= torch_row.speedup <= torch_row.high


def test_the_command_appends_rows_that_can_be_read(tiny, tmp_path, monkeypatch, capsys):
    file = tmp_path / "table.csv"
    file.write_text(bundled.path("datasets/runtimes_table.csv").read_text().splitlines()[0] + "\n")
    rows = measure("tiny", ("onnxruntime",), least_s=0.01)
    monkeypatch.setattr(runtimes_table, "measure", lambda name: rows)
    runtimes_table.main(["tiny"], str(file))
    assert file.read_text().splitlines()[1].startswith("tiny,onnxruntime,4,4,0,2,0,")
    assert capsys.readouterr().out.startswith("Row(network='tiny'")


def test_the_step_is_that_of_the_grid():
    assert step_of(np.float32([[3.0, 0.0], [0.75, 1.5]])) == 0.75


def test_the_card_knows_the_file():
    digest = hashlib.sha256(bundled.path("datasets/runtimes_table.csv").read_bytes()).hexdigest()
    assert digest in bundled.path("datasets/runtimes_table.md").read_text()
