"""A file's graph in the browser, drawn by Netron, which is kept from phoning out.

    netron's server, on this computer only  +  a policy in every answer  →  the page talks to nobody else

Netron 9.3 has no flag for it: its page asks ipinfo.io for the country and reports its use to Google Analytics. The
Content-Security-Policy that we send with the page makes the browser refuse every connection but the one back here.

Source    https://developer.mozilla.org/docs/Web/HTTP/CSP
In production  netron FILE
"""

import importlib.util
import urllib.request
import webbrowser
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

POLICY = "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; connect-src 'self' data: blob:"
CONSENT = "consent=asked-by-nobody; SameSite=Strict"  # the page then asks neither the reader nor ipinfo.io
HOST = "127.0.0.1"


def show(path, *, browser: bool = True) -> None:
    """Serve a file's graph to the browser until Ctrl-C.

    browser   whether it is opened at once
    Raises ValueError for a file that is missing, and where Netron is not installed or does not send our policy.
    """
    path = Path(path)
    if not path.is_file():
        raise ValueError(f"path must be a file, found none at {path}")
    if importlib.util.find_spec("netron") is None:
        raise ValueError("Netron draws the file, and is not installed: pip install netron")
    import netron

    with _policy():
        host, port = netron.start(str(path), address=(HOST, 0), browse=False)
        try:
            _check(f"http://{host}:{port}")
            if browser:
                webbrowser.open(f"http://{host}:{port}")
            netron.wait()
        finally:
            netron.stop()


def _check(url: str) -> None:
    """Whether the page comes with the policy: another way of serving, in another Netron, would go without it."""
    with urllib.request.urlopen(url, timeout=10) as answer:
        if answer.headers.get("Content-Security-Policy") != POLICY:
            raise ValueError("this Netron cannot be kept from phoning out; 9.3 can: pip install netron==9.3.3")


@contextmanager
def _policy():
    """Every answer of an http.server in this process carries the policy."""
    original = BaseHTTPRequestHandler.end_headers

    def end_headers(self):
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("Set-Cookie", CONSENT)
        original(self)

    BaseHTTPRequestHandler.end_headers = end_headers
    try:
        yield
    finally:
        BaseHTTPRequestHandler.end_headers = original
