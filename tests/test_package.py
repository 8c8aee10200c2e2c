"""The package: rooms open when entered, data and notebooks are found in a checkout and in an installed wheel."""

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import edukit
from edukit import bundled

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


def test_every_folder_names_each_of_its_files_in_one_line():
    for folder in (ROOT / "edukit").rglob("__init__.py"):
        files = [path.name for path in folder.parent.glob("*.py") if not path.name.startswith("__")]
        listed = [line.split("  ")[0] for line in folder.read_text().splitlines()]
        assert not [name for name in files if listed.count(name) != 1], folder
