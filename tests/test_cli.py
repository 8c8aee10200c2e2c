"""The command line: quick to start, one line for what is wrong, nothing left behind by Ctrl-C."""

import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from edukit import cli


def test_help_names_the_commands(capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(["--help"])
    assert end.value.code == 0
    words = capsys.readouterr().out
    assert "lab" in words and "bench" in words


def test_help_and_import_load_no_torch():
    code = "import sys, edukit, edukit.cli; print('torch' in sys.modules, 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.split() == ["False"] * 2


@pytest.mark.parametrize(
    "arguments",
    [["bench", "--data", "nothing"], ["bench", "--output", __file__], ["phone", "fetch", "--from", __file__]],
)
def test_bad_input_is_one_line_and_status_2(arguments, capsys):
    assert cli.main(arguments) == 2
    error = capsys.readouterr().err
    assert error.startswith("edukit: ") and error.count("\n") == 1


def test_the_runtimes_for_phones_are_fetched_from_a_folder_if_one_is_named(monkeypatch, capsys):
    monkeypatch.setattr("edukit.deployment.phone.fetch.fetch", lambda folder: f"the cache, from {folder}")
    assert cli.main(["phone", "fetch", "--from", "packages"]) == 0 and cli.main(["phone", "fetch"]) == 0
    assert [line.split()[-3] for line in capsys.readouterr().out.splitlines()] == ["packages,", "None,"]


NET = """
import torch

def net():
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(64, 64), torch.nn.ReLU(), torch.nn.Linear(64, 4))
"""


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A script with a model, and images that it takes."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    (tmp_path / "own.py").write_text(NET)
    np.save(tmp_path / "x.npy", np.random.default_rng(0).random((60, 1, 8, 8), np.float32))
    return [f"{tmp_path / 'own.py'}:net", "--images", f"{tmp_path / 'x.npy'}", "--output", f"{tmp_path / 'out'}"]


@pytest.mark.parametrize(
    ("size", "status", "words"), [("9kB", 0, "Within Budget"), ("90", 1, "Nothing found is within")]
)
def test_a_model_of_ones_own_is_compressed(own, size, status, words, tmp_path, capsys):
    assert cli.main(["compress", *own, "--max-bytes", size, "--max-loss", "40", "--steps", "0"]) == status
    printed = capsys.readouterr().out
    assert printed.startswith(words) and f"Written to {tmp_path / 'out'}" in printed
    assert (tmp_path / "out" / "model.onnx").exists() and not list(tmp_path.glob("*.journal*"))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--max-bytes", "100 kilo"], "max-bytes must be a number such as"),
        (["--max-latency", "5"], "max-latency must be a number with its unit"),
        (["--max-loss", "all"], "max-loss must be a number in percentage points"),
        (["--labels", "none.npy"], "found no file at none.npy"),
        (["--student", "nowhere"], "must be SCRIPT_OR_MODULE:NAME"),
        (["--images", "x.png"], "must be .npy, .npz or .pt"),
        (["--output", __file__], "output must be a new or an empty folder"),
    ],
)
def test_what_compress_cannot_use_is_one_line(own, more, words, capsys):
    assert cli.main(["compress", *own, *more]) == 2
    error = capsys.readouterr().err
    assert error.startswith("edukit: ") and words in error and error.count("\n") == 1


def test_an_unknown_command_has_status_2(capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(["dance"])
    assert end.value.code == 2 and "dance" in capsys.readouterr().err


def as_in_a_terminal():
    """Take Ctrl-C as a program in a terminal does: what a script starts in the background ignores it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_leaves_nothing(tmp_path):
    command = [sys.executable, "-m", "edukit.cli", "bench", "--output", str(tmp_path / "out")]
    told = {"stderr": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "bufsize": 0}
    process = subprocess.Popen(command, preexec_fn=as_in_a_terminal, **told)
    while "teacher" not in process.stderr.readline():  # the first progress bar: training has begun
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=180)
    assert process.returncode == 130 and "stopped" in error and "Traceback" not in error
    assert list(tmp_path.iterdir()) == []


def test_a_pipe_without_the_letters_of_a_title_costs_no_result():
    code = "from edukit import cli, report; report.run = lambda *a, **k: '《模型》 20x'; cli.main(['bench'])"
    narrow = {**os.environ, "PYTHONIOENCODING": "cp1252"}
    found = subprocess.run([sys.executable, "-c", code], env=narrow, capture_output=True)
    assert found.stdout.split() == [b"????", b"20x"] and not found.returncode
