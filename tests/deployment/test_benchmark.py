"""The benchmark measures exported files: every figure belongs to the stage it stands beside."""

import numpy as np
import pytest
import torch
from torch import nn

from edukit.data import digits
from edukit.deployment import energy, load
from edukit.deployment.benchmark import (
    FILE_HEADS,
    file_figures,
    installed_formats,
    measure_stages,
    raw_weight_bytes,
)
from edukit.deployment.files.export import FORMATS, RUNTIME_OF
from edukit.deployment.protocol import ROUNDS, WARM_BLOCK
from edukit.measure import count_activations, count_macs
from edukit.networks import MobileClassifier
from edukit.quantization import quantize_model

DATA = digits(size=32)


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    model = MobileClassifier(10, 1, width=0.25)
    models = {"a float": model, "INT8": quantize_model(model, DATA.calibration.x)}
    return models, measure_stages(models, DATA, folder, least_s=0.02), folder


def test_sizes_and_accuracy_are_those_of_the_files(measured):
    models, stages, folder = measured
    for stage in stages:
        path = folder / f"{stage.name.replace(' ', '_')}.onnx"
        assert stage.size_bytes == path.stat().st_size
        answers = load(path)(DATA.test.x).argmax(1)
        assert stage.accuracy == np.mean(answers == DATA.test.y)
        assert 0 < stage.latency.median_s <= stage.latency.p90_s <= stage.latency.p99_s
        assert stage.runtime == "onnxruntime" and stage.start is None


def test_the_protocol_times_all_files_in_common_rounds(measured):
    assert {len(stage.latency.rounds_s) for stage in measured[1]} == {ROUNDS}
    assert all(stage.latency.repeats >= ROUNDS and stage.latency.warmup >= 2 * WARM_BLOCK for stage in measured[1])


def test_a_file_is_started_in_a_process_of_its_own_where_asked(tmp_path):
    (stage,) = measure_stages({"a": MobileClassifier(10, 1, width=0.25)}, DATA, tmp_path, least_s=0.01, fresh=True)
    assert stage.start.load_s > 0 and stage.start.first_s > 0 and stage.start.peak_bytes > 0
    assert file_figures(stage)[:2] == ("a", "onnxruntime") and len(file_figures(stage)) == len(FILE_HEADS)


def test_onnx_can_always_be_written_and_run():
    assert "onnx" in installed_formats() and set(installed_formats()) <= set(FORMATS)


def test_a_model_is_measured_in_every_format_that_it_is_asked_for(tmp_path):
    pytest.importorskip("executorch")
    pytest.importorskip("litert_torch")
    model = nn.Sequential(nn.Conv2d(1, 4, 3, stride=4), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 64, 10))
    models = {"float": model, "INT8": quantize_model(model, DATA.calibration.x)}
    stages = measure_stages(models, DATA, tmp_path, formats={"INT8": installed_formats()}, least_s=0.01)
    assert [(s.name, s.runtime) for s in stages] == [
        ("float", "onnxruntime"),
        *(("INT8", r) for r in RUNTIME_OF.values()),
    ]
    assert len({stage.accuracy for stage in stages[1:]}) == 1 == len({stage.macs for stage in stages})
    assert {path.suffix for path in tmp_path.iterdir()} == set(FORMATS.values())


def test_quantizing_keeps_the_macs_and_quarters_the_weights(measured):
    models, (before, after), _ = measured
    assert before.macs == after.macs == count_macs(models["a float"], (1, 32, 32))
    scales = sum(t.nbytes for name, t in models["INT8"].state_dict().items() if name.endswith("weight_scale"))
    assert after.weight_bytes == before.weight_bytes / 4 + scales
    assert after.operators["QLinearConv"] == before.operators["Conv"] and "Conv" not in after.operators


def test_energy_is_that_of_the_stage_s_own_arithmetic(measured):
    for stage, precision in zip(measured[1], ("float32", "int8"), strict=True):
        moved = count_activations(measured[0][stage.name], (1, 32, 32)) * (4 if precision == "float32" else 1)
        assert stage.energy_j == energy(stage.macs, stage.weight_bytes, precision, activation_bytes=moved).total_j


def test_raw_weight_bytes_of_a_known_layer():
    layer = nn.Sequential(nn.Linear(8, 4))
    assert raw_weight_bytes(layer) == 8 * 4 * 4
    assert raw_weight_bytes(quantize_model(layer, torch.rand(9, 8))) == 8 * 4 + 4 * 4  # codes, and 4 scales


@pytest.mark.parametrize("names", [["../outside"], ["a/b"], [""], [".."], ["a\\b"], ["a\0"], [3], ["a b", "a_b"]])
def test_the_name_of_a_stage_is_no_path(names, tmp_path):
    with pytest.raises(ValueError, match="^models must have names"):
        measure_stages(dict.fromkeys(names, torch.nn.Flatten()), None, tmp_path / "models")
    assert list(tmp_path.iterdir()) == []
