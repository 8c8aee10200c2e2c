"""Netron's page comes with a policy that lets it talk to nobody else, or it does not come at all."""

import importlib.util
import sys
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest

from edukit import cli
from edukit.deployment.explain import shown
from edukit.deployment.explain.shown import POLICY, show


class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

    def log_message(self, *words):
        pass


class Netron:
    """Serves a page as Netron does, and looks at it while it waits."""

    def __init__(self, handler=Page):
        self.handler, self.seen, self.stopped = handler, None, False

    def start(self, file, address, browse):
        assert browse is False and address[0] == "127.0.0.1"
        self.server = ThreadingHTTPServer(address, self.handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = "http://{}:{}".format(*self.server.server_address)
        return self.server.server_address

    def wait(self):
        with urllib.request.urlopen(self.url) as answer:
            self.seen = answer.headers

    def stop(self):
        self.stopped = True
        self.server.shutdown()


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "model.onnx"
    path.write_bytes(b"graph")
    return path


def install(monkeypatch, netron):
    found = importlib.util.find_spec
    monkeypatch.setitem(sys.modules, "netron", netron)
    monkeypatch.setattr(shown.importlib.util, "find_spec", lambda name: name == "netron" or found(name))
    monkeypatch.setattr(shown.webbrowser, "open", lambda url: setattr(netron, "opened", url))
    return netron


def test_every_answer_carries_the_policy_and_afterwards_none_does(file, monkeypatch):
    before = BaseHTTPRequestHandler.end_headers
    netron = install(monkeypatch, Netron())
    show(file)
    assert netron.seen["Content-Security-Policy"] == POLICY and "consent=" in netron.seen["Set-Cookie"]
    assert netron.stopped and netron.opened == netron.url and BaseHTTPRequestHandler.end_headers is before


def test_the_policy_names_no_other_host():
    rules = dict(rule.strip().split(" ", 1) for rule in POLICY.split(";"))
    assert rules["default-src"].startswith("'self'") and rules["connect-src"].startswith("'self'")
    assert "http" not in POLICY and "*" not in POLICY


def test_a_netron_that_serves_in_another_way_is_refused(file, monkeypatch):
    class Other(Page):
        def end_headers(self):
            self.flush_headers()
            self.wfile.write(b"\r\n")

    netron = install(monkeypatch, Netron(Other))
    with pytest.raises(ValueError, match="cannot be kept from phoning out"):
        show(file)
    assert netron.stopped and not hasattr(netron, "opened")


def test_the_command_says_how_to_install_it(file, monkeypatch, capsys):
    monkeypatch.setattr(shown, "importlib", SimpleNamespace(util=SimpleNamespace(find_spec=lambda name: None)))
    assert cli.main(["show", str(file)]) == 2
    assert "pip install netron" in capsys.readouterr().err
    assert cli.main(["show", "nothing.onnx"]) == 2 and "found none" in capsys.readouterr().err
