"""A run of `edukit bench` becomes rows, and the bundled runs say what README says of them."""

import hashlib
import json
import subprocess
import sys

import pytest

from edukit import bundled
from edukit.disk.sealed import with_check
from edukit.experiments.deployment.bench_runs import WAYS, markdown, measured, rows_of

TIMED = {"median_s": 2e-6, "p90_s": 3e-6, "p99_s": 4e-6}
STAGE = {"name": "teacher", "macs": 5, "parameters": 6, "size_bytes": 7, "accuracy": 0.5, "energy_j": 8e-6}
RESULTS = {
    "data": "digits",
    "seed": 0,
    "stages": [{**STAGE, "latency": TIMED, "runtime": "onnxruntime"}],
    "speed": {"macs": 9, **dict.fromkeys(WAYS, TIMED)},
}


def test_a_run_becomes_a_row_for_each_stage_and_each_way():
    stage, *ways = rows_of(with_check(RESULTS))
    assert (stage.stage, stage.macs, stage.parameters, stage.size_bytes, stage.test) == ("teacher", 5, 6, 7, 0.5)
    assert (stage.energy_uj, stage.median_us, stage.p90_us) == pytest.approx((8, 2, 3))
    assert [(way.stage, way.macs, way.test) for way in ways] == [(name, 9, None) for name in WAYS.values()]


def test_readme_shows_the_stages_and_not_the_ways():
    head, _, line = markdown(rows_of(with_check(RESULTS))).splitlines()
    assert line == "| teacher | 6 | 5 | 0.0 kB | 50.0% | 2 µs | 8 µJ |" and head.count("|") == line.count("|")


def test_results_that_were_changed_are_refused():
    with pytest.raises(ValueError):
        rows_of(with_check(RESULTS) | {"seed": 1})


def test_the_command_appends_rows(tmp_path):
    (tmp_path / "results.json").write_text(json.dumps(with_check(RESULTS)))
    table = tmp_path / "table.csv"
    table.write_text("head\n")
    command = [sys.executable, "-m", "edukit.experiments.deployment.bench_runs", str(tmp_path / "results.json")]
    subprocess.run([*command, "--append", str(table)], check=True)
    assert table.read_text().splitlines()[1] == "digits,0,teacher,5,6,7,0.5,8.0,2.0,3.0"
    assert table.read_text().splitlines()[2] == "digits,0,MobileNetV1 in eager torch,9,,,,,2.0,3.0"


@pytest.mark.parametrize(("data", "seed"), sorted({(row.data, row.seed) for row in measured()}))
def test_each_bundled_run_has_all_stages_and_ends_in_a_small_file_that_is_as_right(data, seed):
    rows = {row.stage: row for row in measured() if (row.data, row.seed) == (data, seed)}
    assert list(rows) == ["teacher", "student", "fewer channels", "INT8", *WAYS.values()]
    assert rows["INT8"].size_bytes * 40 < rows["teacher"].size_bytes
    assert rows["INT8"].test >= rows["teacher"].test - 0.002
    assert rows["MobileNetV1"].macs == 568_740_352 and rows["MobileNetV1"].test is None
    assert rows["MobileNetV1 INT8"].median_us < rows["MobileNetV1"].median_us


def test_the_card_names_the_file():
    digest = hashlib.sha256(bundled.path("datasets/bench_runs.csv").read_bytes()).hexdigest()
    assert f"`{digest}`" in bundled.path("datasets/bench_runs.md").read_text()
