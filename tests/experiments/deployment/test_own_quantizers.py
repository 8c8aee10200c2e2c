"""The table of quantizers holds what the kit promises; and a pair of files is measured as the table says."""

import hashlib

import pytest
from torch import nn

from edukit import bundled
from edukit.deployment import operators
from edukit.experiments.deployment import own_quantizers
from edukit.experiments.deployment.own_quantizers import NETWORKS, OWN, measure, measured, network

ROWS = measured()
SLOWER = {"onnxruntime": 1.02, "executorch": 1.05, "litert": 1.05}
LARGER = {"onnxruntime": 1.0, "executorch": 1.05, "litert": 1.05}


def test_every_network_was_measured_in_every_runtime():
    assert sorted((row.network, row.runtime) for row in ROWS) == sorted((n, r) for n in NETWORKS for r in OWN)
    assert all(row.quantizer == OWN[row.runtime][0] for row in ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.network}-{row.runtime}")
def test_our_file_is_as_fast_and_as_small_as_theirs(row):
    assert row.low <= row.time_ratio <= row.high and row.low <= SLOWER[row.runtime]
    assert row.time_ratio <= SLOWER[row.runtime]
    assert row.our_bytes <= LARGER[row.runtime] * row.their_bytes


class Small(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Conv2d(3, 8, 3, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Linear(1568, 4))


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setitem(NETWORKS, "small", Small)


def test_both_files_of_onnx_runtime_are_integers(small, tmp_path):
    (row,) = measure("small", ["onnxruntime"], size=16, least_s=0.01)
    assert row.quantizer == "quantize_static" and row.low <= row.time_ratio <= row.high
    assert min(row.our_bytes, row.their_bytes) > 6272  # bytes of the codes
    OWN["onnxruntime"][1](*network("small", 16), tmp_path / "theirs.onnx")
    found = operators(tmp_path / "theirs.onnx")
    assert found["QLinearConv"] + found["QGemm"] == 2 and not found["Conv"] + found["Gemm"]


def test_batch_norms_know_the_images_so_that_biases_are_no_zeros(small):
    model, images = network("small", 16)
    assert not model.training and model[1].running_mean.abs().max() > 0 and images.shape == (8, 3, 16, 16)


def test_the_command_appends_rows(small, tmp_path, monkeypatch, capsys):
    file = tmp_path / "table.csv"
    monkeypatch.setattr(own_quantizers, "measure", lambda name, runtimes: ROWS[:1])
    own_quantizers.main(["small"], ["onnxruntime"], str(file))
    assert file.read_text().startswith("MobileNetV1,onnxruntime,quantize_static,")
    assert capsys.readouterr().out.startswith("Row(network='MobileNetV1'")


def test_the_card_knows_the_file():
    digest = hashlib.sha256(bundled.path("datasets/own_quantizers.csv").read_bytes()).hexdigest()
    assert digest in bundled.path("datasets/own_quantizers.md").read_text()
