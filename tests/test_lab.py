"""`edukit lab`: the notebooks are found or copied, a learner's file is never overwritten, and the server answers."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from edukit import bundled, lab, sealed


def first_notebook():
    return min(bundled.path("notebooks").glob("*.ipynb")).name


def test_a_checkout_opens_in_place():
    assert lab.prepare() == bundled.path("notebooks")


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


def test_it_listens_to_this_machine_only(tmp_path, monkeypatch):
    commands = []
    monkeypatch.setattr(lab.subprocess, "call", commands.append)
    lab.open_lab(tmp_path, browser=False)
    assert "--ServerApp.ip=127.0.0.1" in commands[0]


def test_the_server_serves_the_first_notebook(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "jupyter_server_config.py").write_text("c.ServerApp.ip = '0.0.0.0'\n")
    settings = {"JUPYTER_PORT": str(port), "JUPYTER_TOKEN": "secret", "JUPYTER_CONFIG_DIR": str(tmp_path / "config")}
    code = f"from edukit import lab; lab.open_lab({str(tmp_path / 'course')!r}, browser=False)"
    with open(tmp_path / "log", "w") as log:
        server = subprocess.Popen(
            [sys.executable, "-c", code],
            env={**os.environ, **settings},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        address = f"http://127.0.0.1:{port}"
        page = get(f"{address}/?token=secret", server, tmp_path / "log")
        assert page.status == 200 and page.url.split("?")[0] == f"{address}/lab/tree/{first_notebook()}"
        contents = get(f"{address}/api/contents/{first_notebook()}?token=secret", server, tmp_path / "log")
        assert json.load(contents)["type"] == "notebook"
        assert "http://0.0.0.0" not in (tmp_path / "log").read_text() and "127.0.0.1" in (tmp_path / "log").read_text()
    finally:
        os.killpg(server.pid, 15)
        server.wait(20)


def get(url, server, log, seconds=30):
    for _ in range(seconds * 10):
        assert server.poll() is None, log.read_text()[-2000:]
        try:
            return urllib.request.urlopen(url, timeout=5)
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{url}: {error.code}\n{log.read_text()[-2000:]}") from error
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(log.read_text()[-2000:])
