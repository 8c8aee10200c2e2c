"""The report: every figure of the run in the table, the page and the JSON; no half-written folder."""

import json
import re

import pytest

from edukit import report
from edukit.deployment import pipeline
from edukit.deployment.claims import HARMONYOS, PYTORCH

QUICK = pipeline.Plan(teacher_epochs=1, student_epochs=1, tuning_epochs=1)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run") / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(pipeline.PLANS, "digits", QUICK)
        return report.run("digits", seed=3, output=str(folder)), folder


def test_the_json_holds_everything(written):
    _, folder = written
    results = json.loads((folder / "results.json").read_text())
    assert results["data"] == "digits" and results["seed"] == 3 and results["machine"]["torch"]
    assert [stage["name"] for stage in results["stages"]] == list(pipeline.STAGES)
    assert {"parameters", "macs", "size_bytes", "accuracy", "latency", "energy_j"} <= set(results["stages"][0])
    assert {claim["source"] for claim in results["claims"]} == {HARMONYOS, PYTORCH}


def test_the_table_shows_each_stage_and_verdict(written):
    text, folder = written
    for stage in json.loads((folder / "results.json").read_text())["stages"]:
        assert re.search(rf"{stage['name']} .*{stage['parameters']:,}.* {stage['accuracy']:.1%}", text)
    assert text.count("x less") == 18 and "estimate" in text  # 6 ratios for each of 3 stages
    assert len(re.findall(rf"^(holds|not on this network|not measured) +({HARMONYOS}|{PYTORCH}) ", text, re.M)) == 7


def test_the_page_stands_alone(written):
    page = (written[1] / "report.html").read_text()
    assert page.count('src="data:image/png;base64,') == 2 and page.count("<img alt=") == 2
    assert "http" not in page and "<script" not in page


def test_the_folder_holds_four_models_and_nothing_else(written):
    _, folder = written
    assert sorted(path.name for path in folder.iterdir()) == ["models", "report.html", "results.json"]
    assert len(list((folder / "models").glob("*.onnx"))) == len(list((folder / "models").iterdir())) == 4


def test_a_run_that_is_stopped_leaves_nothing(tmp_path, monkeypatch):
    def stop(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(report, "benchmark", stop)
    with pytest.raises(KeyboardInterrupt):
        report.run("digits", output=str(tmp_path / "out"))
    assert list(tmp_path.iterdir()) == []


def test_an_output_that_is_a_file_is_refused_before_any_work(tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(ValueError, match="output must be a folder"):
        report.run("digits", output=str(tmp_path / "out"))
