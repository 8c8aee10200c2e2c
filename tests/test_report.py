"""The report: every figure of the run in the table, the page and the JSON; no half-written folder."""

import json
import re
from dataclasses import replace
from importlib import import_module

import pytest

from edukit import report
from edukit.deployment import pipeline
from edukit.deployment.claims import HARMONYOS, PYTORCH
from edukit.disk.sealed import without_check

QUICK = pipeline.Plan(teacher_epochs=1, student_epochs=1, tuning_epochs=1)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run") / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(pipeline.PLANS, "digits", QUICK)
        patch.setattr(import_module("edukit.deployment.benchmark"), "LEAST_S", 0.1)
        return report.run("digits", seed=3, output=str(folder), sustained_s=0.5), folder


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


def test_the_table_shows_int8_of_every_stage_and_each_runtime_under_load(written):
    text, folder = written
    results = json.loads((folder / "results.json").read_text())
    assert [stage["name"] for stage in results["quantized"]] == ["teacher INT8", "student INT8"]
    assert all(re.search(rf"^{stage['name']}  ", text, re.M) for stage in results["quantized"])
    runtimes = [load["runtime"] for load in results["under_load"]]
    assert runtimes == list(dict.fromkeys(stage["runtime"] for stage in results["stages"] + results["elsewhere"]))
    assert text.count("over 3 float stages") == 3
    sizes = {stage["name"]: stage["size_bytes"] for stage in results["stages"] + results["quantized"]}
    pairs = ("teacher", "teacher INT8"), ("student", "student INT8"), ("fewer channels", "INT8")
    smaller = [sizes[before] / sizes[after] for before, after in pairs]
    assert f"{min(smaller):.1f}x to {max(smaller):.1f}x over 3 float stages" in text


def test_a_long_run_takes_a_positive_time(monkeypatch):
    monkeypatch.setattr(
        import_module("edukit.deployment.benchmark"), "by_hand", lambda *_, **__: pytest.fail("minutes of work")
    )
    for wrong in (0, -1, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="^sustained_s must be positive seconds"):
            report.run("digits", sustained_s=wrong)


def test_the_page_stands_alone(written):
    page = (written[1] / "report.html").read_text()
    assert page.count('src="data:image/png;base64,') == 2 and page.count("<img alt=") == 2
    assert "http" not in page and "<script" not in page


def test_the_folder_holds_each_model_and_nothing_else(written):
    _, folder = written
    assert sorted(path.name for path in folder.iterdir()) == ["models", "report.html", "results.json"]
    files = list((folder / "models").iterdir())
    assert len({path.stem for path in files}) == len(list((folder / "models").glob("*.onnx"))) == 6
    assert {path.suffix for path in files} <= {".onnx", ".pte", ".tflite"}  # of each runtime that is installed


def test_a_run_that_is_stopped_leaves_nothing(tmp_path, monkeypatch):
    def stop(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(report, "benchmark", stop)
    with pytest.raises(KeyboardInterrupt):
        report.run("digits", output=str(tmp_path / "out"))
    assert list(tmp_path.iterdir()) == []


def blocked(tmp_path):
    """Every way in which a folder cannot take the results."""
    names = "is a file", "models is a file", "page is a folder", "json is a folder", "a link", "a model is a folder"
    for name in names:
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "is a file" / "out").write_text("mine")
    (tmp_path / "models is a file" / "models").write_text("mine")
    (tmp_path / "page is a folder" / "report.html").mkdir()
    (tmp_path / "json is a folder" / "results.json").mkdir()
    (tmp_path / "a link" / "report.html").symlink_to(tmp_path / "nowhere")
    (tmp_path / "a model is a folder" / "models" / "teacher.onnx").mkdir(parents=True)
    (tmp_path / "nowhere link").symlink_to(tmp_path / "nowhere")
    yield tmp_path / "is a file" / "out"
    yield from (path for path in tmp_path.iterdir() if path.name != "is a file")
    yield ""
    yield "nul\0byte"
    yield "/proc/nothing"
    yield tmp_path / ("n" * 300)


def test_an_output_that_takes_no_files_is_refused_before_any_work(tmp_path, monkeypatch):
    monkeypatch.setattr(report, "benchmark", lambda *_, **__: pytest.fail("minutes of work"))
    monkeypatch.chdir(tmp_path)
    for output in list(blocked(tmp_path)):
        before = sorted(tmp_path.rglob("*"))
        with pytest.raises(ValueError, match="^output must"):
            report.run("digits", output=str(output))
        assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("seed", [-1, 2**64, 0.5, None])
def test_a_seed_is_refused_before_any_work(seed):
    with pytest.raises(ValueError, match="^seed must"):
        report.run("digits", seed=seed)


@pytest.fixture
def again(written, monkeypatch):
    """Runs that measure nothing: the result of the first, and models of one byte each."""
    _, folder = written
    results = report.Result(
        **without_check(json.loads((folder / "results.json").read_text())) | {"stages": [], "claims": []}
    )

    def measured(data, *, seed, folder, sustained_s):
        for name in ("INT8", "teacher"):
            (folder / f"{name}.onnx").write_text(str(seed))
        return replace(results, seed=seed)

    monkeypatch.setattr(report, "benchmark", measured)
    monkeypatch.setattr(report, "page", lambda result: f"{result.seed}")
    monkeypatch.setattr(report, "text", lambda result: f"table of seed {result.seed}")


def seeds(folder):
    """Which run each file is of."""
    files = [*folder.glob("models/*.onnx"), folder / "report.html"]
    found = {path.read_text() for path in files if path.exists()}
    results = folder / "results.json"
    return found, str(json.loads(results.read_text())["seed"]) if results.exists() else None


@pytest.mark.parametrize(
    "failing, call",
    [*(("write_atomically", call) for call in range(4)), *(("os.replace", call) for call in range(8))],
)
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_folder_never_holds_a_mixture_that_looks_whole(again, failing, error, call, tmp_path, monkeypatch, capsys):
    report.run("digits", seed=1, output=str(tmp_path / "out"))
    (tmp_path / "out" / "models" / "mine.txt").write_text("mine")
    place, _, name = failing.rpartition(".")
    where = report.os if place else report
    real, calls = getattr(where, name), []

    def fails(*arguments):
        calls.append(arguments)
        if len(calls) == call + 1:
            raise error
        return real(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(where, name, fails)
        with pytest.raises(type(error)):
            report.run("digits", seed=2, output=str(tmp_path / "out"))
    assert "table of seed 2" in capsys.readouterr().out
    found, whole = seeds(tmp_path / "out")
    assert whole is None or found == {whole}
    assert whole == "1" or place  # a full disk is noticed before anything is touched
    assert not list((tmp_path / "out").glob(".*"))
    report.run("digits", seed=3, output=str(tmp_path / "out"))
    assert seeds(tmp_path / "out") == ({"3"}, "3") and (tmp_path / "out" / "models" / "mine.txt").exists()


def test_the_home_folder_may_be_written_as_a_tilde(again, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert report.run("digits", output="~/out").endswith(f"Written to {tmp_path / 'out'}")


def test_an_output_that_is_a_file_is_refused_before_any_work(tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(ValueError, match="output must be a folder"):
        report.run("digits", output=str(tmp_path / "out"))
