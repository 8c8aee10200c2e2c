"""The table of stages: what it holds, and that its rows can be measured again."""

import hashlib

import pytest
import torch

from edukit import bundled
from edukit.data import scenes
from edukit.deployment import operators
from edukit.deployment.files.to_onnx import onnx_bytes
from edukit.experiments.detection import detector
from edukit.experiments.detection.detector import STAGES, Detectors, dynamic, fresh, measured

ROWS = {(row.stage, row.seed, row.runtime): row for row in measured()}
SEEDS = sorted({row.seed for row in ROWS.values()})


def on_server(stage, seed):
    return ROWS[stage, seed, "onnxruntime"]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_goals_are_reached_on_test_images(seed):
    teacher, student, distilled, pruned, moving, static = (on_server(stage, seed) for stage in STAGES)
    assert student.map50 >= 0.80 and distilled.map50 >= student.map50 - 0.01
    assert static.map50 >= pruned.map50 - 0.01
    assert teacher.bytes >= 10 * static.bytes
    assert pruned.parameters < 0.65 * distilled.parameters
    assert moving.latency_ms > 2 * pruned.latency_ms  # convolutions whose ranges are found at each call


def test_every_row_is_possible():
    assert {stage for stage, *_ in ROWS} == set(STAGES)
    for row in ROWS.values():
        assert 0 < row.map < row.map50 < 1 and 0 < row.latency_ms <= row.p90_ms and row.bytes > 2 * row.parameters


def test_the_same_file_finds_as_much_in_every_runtime():
    for (stage, seed, _), row in ROWS.items():
        assert abs(row.map50 - on_server(stage, seed).map50) < 0.005


@pytest.fixture(scope="module")
def shortened():
    recipes = (detector.LEARN, detector.TEACH, detector.TUNE)
    before = [dict(recipe) for recipe in recipes]
    for recipe in recipes:
        recipe.update(epochs=1)
    yield
    for recipe, old in zip(recipes, before, strict=True):
        recipe.clear()
        recipe.update(old)


def test_what_a_folder_lacks_is_trained_and_what_it_has_is_read(tmp_path, shortened, monkeypatch, capsys):
    monkeypatch.setitem(detector.MAKERS, "teacher", lambda held, seed: fresh("large", seed))
    held = Detectors(tmp_path, scenes(train=8, calibration=4, validation=1, test=1))
    small = held.detector("pruned", 1)
    assert {path.stem for path in tmp_path.iterdir()} == {"teacher_0", "student_1", "distilled_1", "pruned_1"}
    monkeypatch.setattr(detector, "MAKERS", {})
    again = Detectors(tmp_path, held.data).detector("pruned", 1)
    images = torch.as_tensor(held.data.test.x)
    assert all(torch.equal(a, b) for a, b in zip(again(images), small(images), strict=True))
    assert small.lateral[0][0].out_channels == 24
    digest = hashlib.sha256((tmp_path / "pruned_1.safetensors").read_bytes()).hexdigest()
    assert digest in capsys.readouterr().out


def test_a_row_is_measured_for_each_file_of_a_stage(tmp_path, monkeypatch):
    monkeypatch.setattr(detector, "STAGES", ("pruned",))
    held = Detectors(tmp_path, scenes(train=1, calibration=4, validation=1, test=2))
    monkeypatch.setattr(held, "detector", lambda name, seed: fresh("small", seed).eval())
    rows = {row.stage: row for row in detector.measure(held, 0, least_s=0.01)}
    assert set(rows) == {"pruned", "static", "dynamic"}
    assert rows["static"].bytes < 0.5 * rows["pruned"].bytes
    assert all(0 < row.latency_ms <= row.p90_ms for row in rows.values())


def test_dynamic_quantization_makes_convolutions_of_integers_behind_ranges_found_anew(tmp_path):
    net = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3), torch.nn.ReLU(), torch.nn.Conv2d(8, 4, 3)).eval()
    path = tmp_path / "float.onnx"
    path.write_bytes(onnx_bytes(net, (torch.zeros(2, 3, 8, 8),)))
    counts = operators(dynamic(path, tmp_path / "dynamic.onnx"))
    assert counts["ConvInteger"] == 2 and counts["DynamicQuantizeLinear"] == 2


def test_the_cards_name_the_files():
    digest = hashlib.sha256(bundled.path("datasets/detector_stages.csv").read_bytes()).hexdigest()
    assert f"`{digest}`" in bundled.path("datasets/detector_stages.md").read_text()
