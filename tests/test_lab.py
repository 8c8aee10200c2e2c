"""`edukit lab`: the notebooks are found or copied, a learner's file is never overwritten, and the server answers."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request

from edukit import bundled, lab


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
    answers.write_text("my answers")
    lab.prepare()
    assert answers.read_text() == "my answers"


def test_the_server_serves_the_first_notebook(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
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
