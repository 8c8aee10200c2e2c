"""Choice: the smallest file that keeps the budget; a slow one is not tried again; the nearest, where none fits."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from edukit.deployment.compressing import choice as module
from edukit.deployment.compressing.budget import Budget
from edukit.deployment.compressing.choice import Chosen, choose, write_onnx
from edukit.deployment.compressing.search import Candidate
from edukit.deployment.runtimes.session import load

ONE = Candidate("model", 1.0, "int8", 100, 1.0, 0.0, 1, 100)
FOUND = [
    replace(ONE, size_bytes=50, macs=50, loss=2.0),
    replace(ONE, size_bytes=60, macs=80),
    replace(ONE, size_bytes=70, macs=100),
    replace(ONE, size_bytes=80, macs=40),
    replace(ONE, size_bytes=200, macs=100, precision="float32"),
]


@pytest.fixture
def written(monkeypatch):
    """Files that are as large and as bad as predicted, 10 bytes more, and take a second for each MAC."""
    files = []

    def write(networks, candidate, budget, folder, number):
        files.append(candidate)
        size, p90_s = candidate.size_bytes + 10, float(candidate.macs)
        excess = budget.excess(size, candidate.loss, p90_s)
        latency = SimpleNamespace(p90_s=p90_s)
        return Chosen(candidate, None, folder, size, candidate.quality, candidate.loss, latency, excess)

    monkeypatch.setattr(module, "_written", write)
    return files


def test_the_smallest_within_the_loss_is_written_and_no_other(written, tmp_path):
    assert choose(None, FOUND, Budget(max_loss=1), tmp_path).candidate == FOUND[1]
    assert written == [FOUND[1]]


def test_a_file_that_became_too_large_is_followed_by_the_next(written, tmp_path):
    chosen = choose(None, FOUND, Budget(max_loss=1, max_bytes=69), tmp_path)
    assert chosen.candidate == FOUND[1] and chosen.excess == pytest.approx(70 / 69 - 1)
    assert choose(None, FOUND, Budget(max_loss=2, max_bytes=69), tmp_path).candidate == FOUND[0]


def test_what_has_more_macs_than_a_slow_file_is_not_written(written, tmp_path):
    chosen = choose(None, FOUND, Budget(max_loss=1, max_latency_s=45), tmp_path)
    assert chosen.candidate == FOUND[3] and not chosen.excess
    assert written == [FOUND[1], FOUND[3]]  # FOUND[2] would have been slower than FOUND[1]


def test_where_nothing_fits_the_nearest_is_chosen(written, tmp_path):
    chosen = choose(None, FOUND, Budget(max_loss=0, max_bytes=10), tmp_path)
    assert chosen.candidate == FOUND[0] and chosen.excess == 5  # 50 bytes too many of 10
    assert choose(None, FOUND, Budget(max_loss=1, max_latency_s=1), tmp_path).excess > 0


def test_never_more_than_six_files_are_written(written, tmp_path):
    many = [replace(ONE, size_bytes=100 + i, macs=100 - i) for i in range(20)]
    choose(None, many, Budget(max_latency_s=1), tmp_path)
    assert len(written) == module.WRITTEN == 6


def test_the_file_is_measured_itself(networks, tmp_path):
    candidate = replace(ONE, share=0.5, precision="int4", macs=1)
    chosen = choose(networks, [candidate], Budget(max_loss=100), tmp_path)
    assert chosen.size_bytes == chosen.path.stat().st_size and chosen.latency.p90_s > 0
    answers = load(chosen.path)(networks.quality.x)
    assert chosen.quality == networks.quality(answers) and chosen.loss == networks.quality.loss(chosen.quality)


def test_a_packed_file_that_answers_otherwise_is_not_kept(networks, tmp_path, monkeypatch):
    x = networks.examples.calibration.x
    model = networks.finished("model", 1.0, "float32")
    small = write_onnx(model, x, tmp_path / "small.onnx")
    other = module.packed((tmp_path / "small.onnx").read_bytes())
    wrong = networks.finished("model", 1.0, "int4")
    write_onnx(wrong, x, tmp_path / "wrong.onnx")
    monkeypatch.setattr(module, "packed", lambda content: module.Path(tmp_path / "wrong.onnx").read_bytes())
    kept = write_onnx(model, x, tmp_path / "kept.onnx")
    assert kept.stat().st_size > small.stat().st_size and other
    assert np.array_equal(load(kept)(x[:3].numpy()), load(small)(x[:3].numpy()))
