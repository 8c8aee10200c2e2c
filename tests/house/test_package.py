"""The package: rooms open when entered, data and notebooks are found in a checkout and in an installed wheel."""

import ast
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import numpy as np
import pytest

import edukit
from edukit import bundled
from edukit.checks import quantization

ROOT = Path(edukit.__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_every_room_opens():
    for name in edukit._ROOMS:
        assert getattr(edukit, name).__name__ == f"edukit.{name}"
    assert set(edukit._ROOMS) <= set(dir(edukit))


def test_an_unknown_room_is_an_attribute_error():
    with pytest.raises(AttributeError, match="attic"):
        print(edukit.attic)


def test_a_missing_file_is_named():
    with pytest.raises(FileNotFoundError, match="nothing.npz"):
        bundled.path("datasets/nothing.npz")


@pytest.mark.parametrize(
    ("name", "sibling", "card"),
    [
        ("trained/digits_residual_0", "trained/digits_residual_1", "trained"),
        ("writers/writer_1_0", "writers/writer_1_1", "writers"),
        ("detectors/student_0", "detectors/distilled_0", "detectors"),
    ],
)
def test_weights_of_another_training_are_not_taken_for_those_of_a_file(name, sibling, card, tmp_path, monkeypatch):
    """They have the same shapes, and their SHA-256 stands on the same card: in another row."""
    copy = tmp_path / f"{name.rpartition('/')[2]}.safetensors"
    copy.write_bytes(bundled.path(f"datasets/{sibling}.safetensors").read_bytes())
    real = bundled.path
    monkeypatch.setattr(bundled, "path", lambda asked: copy if name in asked else real(asked))
    with pytest.raises(ValueError, match=f"{copy.name} is damaged: its SHA-256 is"):
        bundled.intact(f"datasets/{name}.safetensors", f"datasets/{card}.md")


def names(folder):
    return sorted(path.name for path in Path(folder).glob("*.ipynb"))


def test_a_wheel_brings_data_sets_and_notebooks_and_finds_them(tmp_path):
    build = f"{sys.executable} -m pip wheel --no-deps --no-build-isolation -q -w {tmp_path} {ROOT}"
    subprocess.run(build.split(), check=True)
    (wheel,) = tmp_path.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")
    code = "from edukit import bundled as b, data; print(b.INSTALLED, len(data.digits().train), b.path('notebooks'))"
    found = subprocess.run([sys.executable, "-c", code], cwd=tmp_path / "installed", capture_output=True, text=True)
    installed, train, notebooks = found.stdout.split()
    assert (installed, train) == ("True", "1000")
    assert names(notebooks) == names(ROOT / "notebooks")
    (about,) = (tmp_path / "installed").glob("*.dist-info")
    assert (about / "licenses" / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
    assert "License-Expression: Apache-2.0\n" in (about / "METADATA").read_text()


def test_one_licence_everywhere_but_for_the_digits():
    assert PROJECT["license"] == "Apache-2.0" and PROJECT["license-files"] == ["LICENSE"]
    licence = (ROOT / "LICENSE").read_text()
    assert "Apache License\n" in licence and "Version 2.0, January 2004" in licence and "END OF TERMS" in licence
    assert "Apache-2.0" in (ROOT / "README.md").read_text()
    cards = {path.stem: path.read_text() for path in (ROOT / "datasets").glob("*.md")}
    assert "| Licence | [CC BY 4.0]" in cards.pop("digits")
    assert cards and all("| Licence | Apache-2.0, as this repository" in card for card in cards.values())


def test_the_readme_names_every_lesson():
    readme = (ROOT / "README.md").read_text()
    assert all(f"notebooks/{name}" in readme for name in names(ROOT / "notebooks"))
    assert len(readme.splitlines()) <= 120


def test_the_readmes_wrong_answer_gets_the_hint_that_stands_there():
    call, hint = re.search(r"```text\n>>> (.+)\n(✗ .+)\n```", (ROOT / "README.md").read_text()).groups()
    assert eval(call, {"check": quantization, "np": np}).line == hint


MODEL = """
import torch
from torch import nn
net = [nn.Conv2d(3, 16, 3), nn.ReLU(), nn.Conv2d(16, 32, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 5)]
model, images = nn.Sequential(*net).eval(), torch.rand(60, 3, 16, 16)
"""


def test_the_readmes_own_model_runs_alone(tmp_path):
    code = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)[1]
    path = {**os.environ, "PYTHONPATH": str(ROOT)}
    found = subprocess.run([sys.executable, "-c", MODEL + code], cwd=tmp_path, env=path, capture_output=True, text=True)
    assert not found.returncode, found.stderr
    assert {"model.onnx", "MODEL_CARD.md", "app"} <= {path.name for path in (tmp_path / "small").iterdir()}


def test_the_distribution_has_a_name_of_its_own_and_the_command_stays_edukit():
    assert PROJECT["name"] == "edukit-compression" and PROJECT["scripts"] == {"edukit": "edukit.cli:main"}
    assert PROJECT["version"] == edukit.__version__


def test_torch_and_ipywidgets_of_colab_are_admitted():
    assert {"torch>=2.11,<2.14", "ipywidgets>=7.7.1"} <= set(PROJECT["dependencies"])


def test_readmes_first_two_lines_are_the_commands():
    lines = (ROOT / "README.md").read_text().splitlines()
    start = "python3 -m venv .venv && . .venv/bin/activate && pip install -e "
    assert lines[3:5] == [start + ". && edukit bench", start + '".[test]" && pytest']


def test_every_folder_names_each_of_its_files_in_one_line():
    for folder in (ROOT / "edukit").rglob("__init__.py"):
        files = [path.name for path in folder.parent.glob("*.py") if not path.name.startswith("__")]
        listed = [line.split("  ")[0] for line in folder.read_text().splitlines()]
        assert not [name for name in files if listed.count(name) != 1], folder


LABELS = {"Symbols", "Shapes", "Error", "Bound", "Cost", "Assumes", "Source", "In production"}


@pytest.mark.parametrize("path", sorted((ROOT / "edukit").rglob("*.py")), ids=lambda path: path.stem)
def test_headers_use_the_same_labels(path):
    """Eight words that a reader meets again in every file; what else there is to say is a sentence."""
    header = (ast.get_docstring(ast.parse(path.read_text())) or "").splitlines()
    assert {found[1] for line in header if (found := re.match(r"([A-Z][A-Za-z]*(?: [a-z]+)?)  +\S", line))} <= LABELS
