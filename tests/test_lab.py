"""`edukit lab`: the notebooks are found or copied, a learner's file is never overwritten, and the server answers."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager

import psutil
import pytest

from edukit import bundled, lab
from edukit.disk import sealed


def first_notebook():
    return min(bundled.path("notebooks").glob("*.ipynb")).name


@pytest.mark.parametrize("installed", [True, False])
def test_the_lessons_themselves_are_edited_only_where_this_is_asked_for(installed, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(bundled, "INSTALLED", installed)
    lessons = bundled.path("notebooks")
    assert lab.prepare(lessons) == lab.prepare(f"{lessons}/../notebooks") == lessons
    assert not list(lessons.glob(lab.RECORD)) and not list(tmp_path.iterdir())
    assert lab.prepare() == tmp_path / lab.COPY


def test_a_wheel_copies_the_notebooks_and_keeps_a_learners_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(bundled, "INSTALLED", True)
    home = lab.prepare()
    assert home == tmp_path / "edukit-notebooks"
    answers = home / first_notebook()
    assert answers.read_bytes() == (bundled.path("notebooks") / answers.name).read_bytes()
    assert (home / "GLOSSARY.md").read_bytes() == (bundled.path("notebooks") / "GLOSSARY.md").read_bytes()
    answers.write_text("my answers")
    lab.prepare()
    assert answers.read_text() == "my answers"


def test_a_copy_that_was_killed_is_made_again(tmp_path, monkeypatch):
    """A notebook appears whole or not at all; a link that leads nowhere is a learner's, and is not written through."""
    monkeypatch.setattr(bundled, "INSTALLED", True)
    home = tmp_path / "course"
    home.mkdir()
    (home / first_notebook()).symlink_to(tmp_path / "nowhere")

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sealed.os, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            lab.prepare(home)
    assert [path.name for path in home.iterdir()] == [first_notebook()]
    lab.prepare(home)
    assert not (tmp_path / "nowhere").exists()
    copies = [path for path in home.glob("*.ipynb") if path.name != first_notebook()]
    assert copies and all(path.read_bytes() == bundled.path(f"notebooks/{path.name}").read_bytes() for path in copies)


def test_the_notebooks_that_stay_are_counted(tmp_path, monkeypatch, capsys):
    lab.prepare(tmp_path)
    assert capsys.readouterr().out == ""
    lab.prepare(tmp_path)
    assert "notebooks are in" in capsys.readouterr().out


def test_newer_lessons_are_told_of_and_never_put_over_a_learners(tmp_path, monkeypatch, capsys):
    lessons = tmp_path / "lessons"
    lessons.mkdir()
    monkeypatch.setattr(lab.bundled, "path", lambda _: lessons)
    for name in ("1.ipynb", "2.ipynb", "GLOSSARY.md"):
        (lessons / name).write_text("old")
    home = lab.prepare(tmp_path / "mine")
    (home / "1.ipynb").write_text("my answers")
    (lessons / "2.ipynb").write_text("new")
    lab.prepare(home)
    assert "Newer lessons: 2.ipynb." in capsys.readouterr().out  # of 1 there is none: it is the learner who changed it
    assert [(home / name).read_text() for name in ("1.ipynb", "2.ipynb")] == ["my answers", "old"]
    (home / "2.ipynb").rename(home / "my 2.ipynb")
    lab.prepare(home)
    lab.prepare(home)
    assert "Newer" not in capsys.readouterr().out and (home / "2.ipynb").read_text() == "new"


@pytest.mark.parametrize("content", ["", "{", "[1]", "null"])
def test_a_record_that_says_nothing_stops_nobody(content, tmp_path, capsys):
    lab.prepare(tmp_path)
    (tmp_path / lab.RECORD).write_text(content)
    lab.prepare(tmp_path)
    assert "Newer" not in capsys.readouterr().out


OPEN = """
c.ServerApp.ip = c.LabApp.ip = c.NotebookApp.ip = "0.0.0.0"
c.ServerApp.root_dir = c.ServerApp.preferred_dir = c.FileContentsManager.preferred_dir = "/"
c.LabApp.news_url = "http://127.0.0.1:9/news"
c.ServerApp.answer_yes = False
"""


def as_in_a_terminal():
    """Take signals as a program in a terminal does: what runs under nohup ignores that the terminal closes."""
    for name in (signal.SIGINT, signal.SIGHUP):
        signal.signal(name, signal.SIG_DFL)


@contextmanager
def server(tmp_path, **how):
    """`edukit lab` beside a person's settings that open it to everybody; its process, its address, and what it says."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (tmp_path / "config").mkdir()
    for name in ("server", "lab", "notebook"):
        (tmp_path / "config" / f"jupyter_{name}_config.py").write_text(OPEN)
    settings = {"JUPYTER_PORT": str(port), "JUPYTER_TOKEN": "secret", "JUPYTER_CONFIG_DIR": str(tmp_path / "config")}
    command = [sys.executable, "-m", "edukit.cli", "lab", "--no-browser", "--folder", str(tmp_path / "course")]
    with open(tmp_path / "log", "w") as log:
        how |= {"env": {**os.environ, **settings}, "stdout": log, "stderr": log, "preexec_fn": as_in_a_terminal}
        process = subprocess.Popen(command, **how)
    try:
        yield process, f"http://127.0.0.1:{port}", tmp_path / "log"
    finally:
        process.kill()
        process.wait(20)


def test_the_server_serves_the_first_notebook_to_this_machine_only(tmp_path):
    with server(tmp_path) as (process, address, log):
        page = get(f"{address}/?token=secret", process, log)
        assert page.status == 200 and page.url.split("?")[0] == f"{address}/lab/tree/{first_notebook()}"
        told = json.loads(re.search(r'id="jupyter-config-data"[^>]*>(.*?)</script>', page.read().decode(), re.S)[1])
        assert told["news"] == {"disabled": True}  # no pop-up
        contents = get(f"{address}/api/contents/{first_notebook()}?token=secret", process, log)
        assert json.load(contents)["type"] == "notebook"
        open_to = {line.laddr.ip for line in psutil.Process(process.pid).net_connections() if line.status == "LISTEN"}
        assert open_to == {"127.0.0.1"}


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_who_ends_the_command_ends_its_server_and_its_kernels(name, tmp_path):
    with server(tmp_path, stdin=subprocess.DEVNULL, start_new_session=True) as (process, address, log):
        get(f"{address}/api?token=secret", process, log)
        start = urllib.request.Request(f"{address}/api/kernels?token=secret", data=b"{}", method="POST")
        assert urllib.request.urlopen(start, timeout=20).status == 201
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
        assert len(family) > 1
        process.send_signal(getattr(signal, name))
        process.wait(30)
        assert psutil.wait_procs(family, timeout=20)[1] == []
        with pytest.raises(OSError):
            urllib.request.urlopen(address, timeout=5)


def get(url, process, log, seconds=30):
    for _ in range(seconds * 10):
        assert process.poll() is None, log.read_text()[-2000:]
        try:
            return urllib.request.urlopen(url, timeout=5)
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{url}: {error.code}\n{log.read_text()[-2000:]}") from error
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(log.read_text()[-2000:])
