"""Finish: the test images are looked at once, by the file that was chosen, and all files say the same."""

import json

import pytest

from edukit.deployment.compressing.budget import Budget
from edukit.deployment.compressing.candidates import tried
from edukit.deployment.compressing.choice import choose
from edukit.deployment.compressing.quality import Quality
from edukit.deployment.compressing.result import finish as module
from edukit.deployment.compressing.result.finish import finished
from edukit.deployment.compressing.search import candidates, overheads
from edukit.deployment.runtimes.session import load


@pytest.fixture(scope="module")
def searched(networks, tmp_path_factory):
    rows = {("model", 1.0): tried(networks, "model", 1.0)}
    beside = {"model": overheads(networks, "model")}
    found = candidates(rows, beside, networks.quality.original)
    chosen = choose(networks, found, Budget(max_loss=3), tmp_path_factory.mktemp("scratch"))
    return networks, chosen, found, rows, beside, Budget(max_loss=3)


def test_the_test_images_are_asked_once_and_of_the_chosen_file(searched, monkeypatch):
    looks = []

    class Watched(Quality):
        def __init__(self, model, part, kind=None):
            looks.append(part)
            super().__init__(model, part, kind)

    monkeypatch.setattr(module, "Quality", Watched)
    found = finished(*searched, ["onnx"], None)
    networks, chosen = searched[:2]
    assert looks == [networks.examples.test]
    expected = Quality(networks.starts["model"], networks.examples.test)
    assert found.test.quality == expected.of(load(chosen.path)) and found.test.original == expected.original
    assert found.fits and found.files == {} and found.output is None and found.parity is None
    assert found.original_bytes == searched[4]["model"]["plain"] > 2 * found.size_bytes


def test_the_folder_is_complete_or_not_there(searched, tmp_path, monkeypatch):
    def stop(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, "write_report", stop)
        with pytest.raises(KeyboardInterrupt):
            finished(*searched, ["onnx"], tmp_path / "out")
    assert not list(tmp_path.iterdir())
    found = finished(*searched, ["onnx"], tmp_path / "out")
    assert found.output == tmp_path / "out" and found.files["onnx"].stat().st_size == found.size_bytes
    assert found.parity.files[0].rows == len(searched[0].examples.validation.x)
    results = json.loads((tmp_path / "out" / "results.json").read_text())
    assert results["fits"] and results["candidate"]["precision"] == found.candidate.precision
    assert found.sentence in (tmp_path / "out" / "report.html").read_text()
    assert str(tmp_path) not in json.dumps(results)  # a folder can be moved
