"""Loaded: models by script or module and name, arrays without pickle; whatever is wrong is one line that names it."""

import sys

import numpy as np
import pytest
import torch
from torch import nn

from edukit.deployment.compressing.loaded import load_arrays, load_model

SCRIPT = """
import torch
from beside import WIDTH

class Net(torch.nn.Linear):
    def __init__(self):
        super().__init__(WIDTH, 2)

NET, number = Net(), 5
make = lambda: Net()
def broken(): raise RuntimeError("no weights")
if __name__ == "__main__":
    raise SystemExit("ran as a script")
"""


@pytest.fixture
def script(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", [*sys.path])
    for name in ("my_script", "beside"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    (tmp_path / "beside.py").write_text("WIDTH = 7")
    (tmp_path / "my_script.py").write_text(SCRIPT)
    return tmp_path / "my_script.py"


@pytest.mark.parametrize("name", ["NET", "make", "Net"])
def test_a_model_and_what_makes_one(script, name):
    found = load_model(f"{script}:{name}")
    assert isinstance(found, nn.Module) and found.in_features == 7


def test_a_module_and_a_dotted_name():
    assert isinstance(load_model("torch:nn.Identity"), nn.Identity)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("my_script.py", "must be SCRIPT_OR_MODULE:NAME"),
        (":NET", "must be SCRIPT_OR_MODULE:NAME"),
        ("nowhere.py:NET", "found none at nowhere.py"),
        ("no_such_module:NET", "stops with ModuleNotFoundError"),
        ("{}:none", "has no none; it has .*NET"),
        ("{}:number", "must be a torch.nn.Module or make one"),
        ("{}:broken", "stops with RuntimeError: no weights"),
        ("torch.nn:Linear", "stops with TypeError"),
    ],
)
def test_what_is_no_model_is_named(script, text, words):
    with pytest.raises(ValueError, match=words):
        load_model(text.format(script))


def test_a_script_that_ends_itself_is_named(tmp_path):
    (tmp_path / "ends.py").write_text("raise SystemExit(3)")
    with pytest.raises(ValueError, match="ends.py stops with SystemExit: 3"):
        load_model(f"{tmp_path / 'ends.py'}:net")


def test_arrays_of_every_kind_of_file(tmp_path):
    x, y = np.random.rand(5, 2).astype(np.float32), np.arange(5)
    np.save(tmp_path / "x.npy", x)
    np.savez(tmp_path / "both.npz", images=x, labels=y)
    np.savez(tmp_path / "y.npz", anything=y)
    torch.save(torch.from_numpy(x), tmp_path / "x.pt")
    assert np.array_equal(load_arrays(f"{tmp_path}/x.npy"), x) and np.array_equal(load_arrays(f"{tmp_path}/x.pt"), x)
    for given in ((f"{tmp_path}/both.npz",), (f"{tmp_path}/x.npy", f"{tmp_path}/y.npz")):
        images, labels = load_arrays(*given)
        assert np.array_equal(images, x) and np.array_equal(labels, y)


def test_files_that_hold_nothing_usable_are_named(tmp_path):
    (tmp_path / "text.npy").write_text("no array")
    np.save(tmp_path / "objects.npy", np.array([{}]), allow_pickle=True)
    np.savez(tmp_path / "others.npz", a=np.zeros(2), b=np.zeros(2))
    for name, words in [
        ("image.png", "must be .npy, .npz or .pt"),
        ("none.npy", "found no file"),
        ("text.npy", "cannot be read"),
        ("objects.npy", "cannot be read"),
        ("others.npz", "must hold x or images, it holds a, b"),
    ]:
        with pytest.raises(ValueError, match=words):
            load_arrays(str(tmp_path / name))
