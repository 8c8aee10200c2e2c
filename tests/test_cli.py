"""The command line: quick to start, one line for what is wrong, nothing left behind by Ctrl-C."""

import os
import signal
import subprocess
import sys

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


def test_an_unknown_command_has_status_2(capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(["dance"])
    assert end.value.code == 2 and "dance" in capsys.readouterr().err


def test_ctrl_c_leaves_nothing(tmp_path):
    command = [sys.executable, "-m", "edukit.cli", "bench", "--output", str(tmp_path / "out")]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=0)
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
