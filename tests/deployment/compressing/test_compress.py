"""Any model becomes a smaller file within its budget; the same one from the same seed, after a kill and in parallel."""

import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from foreign import FOREIGN, build
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from edukit.copies import copied
from edukit.deployment import Budget, compress, load
from edukit.deployment.benchmark import installed_formats
from edukit.deployment.compressing import candidates
from edukit.deployment.compressing import compress as module
from edukit.deployment.files.export import FORMATS
from edukit.training import accuracy, seeded

IMAGES = np.random.default_rng(0).random((60, 3, 32, 32), np.float32)
SHARES = {"vit": 0.6}  # attention keeps its channels, so that 0.528 of the MACs is the least
QUICK = dict(shares=[0.5], refined=0, formats=["onnx"], progress=False)


@pytest.mark.parametrize("name", FOREIGN)
def test_a_foreign_model_becomes_a_file_of_half_its_bytes(name, tmp_path):
    """At any loss the smallest file wins: fewer channels and 4 bits; what it answers is what the model answers."""
    model = build(name)
    before = copied(model).state_dict()
    how = QUICK | dict(shares=[SHARES.get(name, 0.5)], steps=4, output=tmp_path / "out")
    found = compress(model, IMAGES, Budget(max_loss=100), **how)
    assert found.fits and found.size_bytes < found.original_bytes / 2
    assert found.candidate.share == how["shares"][0] and found.candidate.precision in ("int4", "mixed")
    assert abs(found.candidate.size_bytes - found.size_bytes) <= 0.02 * found.size_bytes
    answers = load(tmp_path / "out" / "model.onnx")(IMAGES[:4])
    assert answers.shape == load(model)(IMAGES[:4]).shape and np.isfinite(answers).all()
    assert found.parity.files[0].largest <= 0.05 * np.abs(answers).max()
    assert all(torch.equal(tensor, before[key]) for key, tensor in model.state_dict().items())


def test_with_labels_the_file_is_as_right_as_the_budget_says(model, pictures, tmp_path):
    data = DataLoader(TensorDataset(*pictures), batch_size=50)
    found = compress(model, data, {"max_loss": 2}, output=tmp_path / "new" / "out", steps=60, **QUICK)
    assert found.fits and found.loss <= 2 and found.size_bytes < found.original_bytes / 3
    assert found.test.kind == "accuracy" and found.test.rows == 60
    images, labels = (part.numpy() for part in pictures)
    assert accuracy(load(found.files["onnx"]), (images, labels)) > 0.9  # guessing gives a third
    names = {path.name for path in (tmp_path / "new" / "out").rglob("*") if path.is_file()}
    assert names >= {"model.onnx", "MODEL_CARD.md", "report.html", "results.json", "onnx.kt", "onnx.swift", "onnx.ets"}
    results = json.loads((tmp_path / "new" / "out" / "results.json").read_text())
    assert results["size_bytes"] == (tmp_path / "new" / "out" / "model.onnx").stat().st_size == found.size_bytes
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["out"]  # the journal has done its work


@pytest.mark.parametrize("name", ["resnet", "u-net"])
def test_each_runtime_that_is_installed_gets_a_file_that_answers_alike(name, tmp_path):
    formats = installed_formats()
    how = QUICK | dict(formats=None, steps=0, output=tmp_path / "out")
    found = compress(build(name), IMAGES, Budget(max_loss=100), **how)
    assert list(found.files) == formats
    expected = load(found.files["onnx"])(IMAGES[:8])
    for format in formats:
        path = found.files[format]
        assert path == tmp_path / "out" / f"model{FORMATS[format]}"
        assert np.abs(load(path)(IMAGES[:8]) - expected).max() <= 0.05 * np.abs(expected).max()
    assert {row.name for row in found.parity.files} == {path.name for path in found.files.values()}


def test_an_impossible_budget_is_answered_with_the_nearest(model, pictures):
    budget = Budget(max_bytes=500, max_loss=0)
    found = compress(model, pictures[0], budget, steps=0, **QUICK)
    assert not found.fits and found.nearest.max_bytes == found.size_bytes > 500
    assert found.nearest.excess(found.size_bytes, found.loss) == 0
    assert "Nothing found is within" in found.sentence and "No labels were used" in found.text()


@pytest.fixture
def same(monkeypatch):
    """Searches of the same thing; each says which shares it has computed."""
    computed = []

    def counted(networks, start, share, most):
        computed.append((start, share))
        return candidates.tried(networks, start, share, most)

    monkeypatch.setattr(module, "tried", counted)
    return computed


def test_a_search_that_was_killed_goes_on_and_a_parallel_one_finds_the_same(model, pictures, same, tmp_path):
    how = QUICK | dict(student=_student(), steps=10, refined=1)
    with ThreadPoolExecutor(2) as executor:
        found = compress(model, pictures, {"max_loss": 5}, executor=executor, journal=tmp_path / "a", **how)
    everything = sorted(same)
    same.clear()
    lines = (tmp_path / "a").read_bytes().splitlines(keepends=True)
    (tmp_path / "b").write_bytes(b"".join(lines[:-2]) + lines[-2][:9])  # killed while it wrote
    (tmp_path / "a.student").rename(tmp_path / "b.student")
    again = compress(model, pictures, {"max_loss": 5}, journal=tmp_path / "b", **how)
    assert 0 < len(same) < len(everything)
    assert again.candidate == found.candidate and again.size_bytes == found.size_bytes
    assert again.test == found.test
    assert {start for start, _ in everything} == {"model", "student"}


def _student():
    with seeded(1):
        return nn.Sequential(nn.Conv2d(1, 8, 3, stride=2), nn.ReLU(), nn.Flatten(), nn.Linear(72, 3))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (dict(budget={"max_kb": 3}), "budget must name .* got max_kb"),
        (dict(budget=100), "budget must be a Budget"),
        (dict(model="net"), "model must be a torch.nn.Module"),
        (dict(student=3), "student must be a torch.nn.Module"),
        (dict(data=IMAGES[:9]), "at least 40 rows"),
        (dict(data=IMAGES), "does not take inputs"),
        (dict(shares=[2]), "shares must be above 0 to 1"),
        (dict(steps=-1), "steps must be a whole number"),
        (dict(learning_rate=0), "learning_rate must be above 0"),
        (dict(measure="f1"), "measure must be one of"),
        (dict(formats=["coreml"]), "formats must be of"),
        (dict(seed=0.5), "seed must be a whole number"),
        (dict(output=__file__), "output must be"),
    ],
)
def test_what_cannot_be_is_refused_by_name_before_any_work(model, pictures, arguments, words, monkeypatch):
    monkeypatch.setattr(module, "starts", lambda *_: pytest.fail("work"))
    given = dict(model=model, data=pictures, budget={}) | arguments
    with pytest.raises((TypeError, ValueError), match=words):
        compress(given.pop("model"), given.pop("data"), given.pop("budget"), **given)


def test_a_model_whose_python_fixes_the_rows_is_told_so():
    class Fixed(nn.Module):
        def forward(self, x):
            return x.reshape(len(x), 64)[:, :3] * torch.ones(len(x), 1)

    with pytest.raises(ValueError, match="any number of rows"):
        compress(Fixed(), torch.rand(60, 1, 8, 8), {}, steps=0, **QUICK)
