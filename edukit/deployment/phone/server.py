"""The server for phones: tornado in a thread of its own, with an event loop and a port of its own.

    GET  /TOKEN/NAME      a file that was handed over at the start, by its exact name: no path of a disk is ever built
    GET  /TOKEN/live.json what `live["live.json"]()` says now
    POST /TOKEN/results   what `post(body, address)` answers

A kernel that is busy with a cell still serves: torch and numpy give other threads their turn while they compute, and
Python's own loops every 5 ms.

In production  a web server behind TLS; a browser then also offers WebGPU and threads, which plain http does not get
"""

import asyncio
import contextlib
import gzip
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, HTTPError, RequestHandler

import edukit.deployment.phone.guards as guards
from edukit.deployment.phone.guards import Refused

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
}


@dataclass(frozen=True)
class Served:
    """A file in memory, and how it is sent: its type, small where that saves something, kept by the browser or not."""

    body: bytes
    type: str = "application/octet-stream"
    small: bytes | None = None
    kept: bool = False


def served(path: Path, *, kept: bool = False) -> Served:
    """The file of a path as it is sent, compressed once, or as its neighbour FILE.gz is already."""
    return _served(path, path.stat().st_mtime_ns, kept)


@lru_cache(maxsize=64)
def _served(path: Path, _changed: int, kept: bool) -> Served:
    body = path.read_bytes()
    beside = path.with_name(f"{path.name}.gz")
    small = beside.read_bytes() if beside.is_file() else None
    return compressed(body, TYPES.get(path.suffix, "application/octet-stream"), small=small, kept=kept)


def compressed(
    body: bytes, type: str = "application/octet-stream", *, small: bytes | None = None, kept=False
) -> Served:
    """These bytes, and beside them what gzip makes of them where that saves a tenth.

    >>> compressed(bytes(1000)).small is not None, compressed(b"short").small
    (True, None)
    """
    small = small or gzip.compress(body, 6, mtime=0)
    return Served(body, type, small if len(small) < 0.9 * len(body) else None, kept)


class PhoneServer:
    """A server that runs until `close`, or until its time is up.

    files    {what stands behind the token: Served}
    live     {what stands behind the token: a function whose answer is sent as JSON}
    post     called with a body and the address of the client; answers, or raises Refused
    ended    called, without arguments, once it has stopped
    address  of one interface, 127.0.0.1 or one of the local network; port: 0 for any free one
    Raises OSError where the port is taken.
    """

    def __init__(
        self,
        files: Mapping[str, Served],
        post: Callable[[bytes, str], dict],
        *,
        live: Mapping[str, Callable[[], dict]] | None = None,
        ended: Callable[[], None] = lambda: None,
        address: str = "127.0.0.1",
        port: int = 0,
        seconds: float = 45 * 60,
    ):
        self.files = dict(files)
        self.live = dict(live or {})
        self.post = post
        self._ended = ended
        self.token = guards.new_token()
        self.seconds = seconds
        self.rates = guards.Rates()
        self.connections = guards.Connections()
        self._sockets = bind_sockets(port, address)
        self.port = self._sockets[0].getsockname()[1]
        self.url = f"http://{address}:{self.port}/{self.token}/"
        names = {address, "localhost"} if address == "127.0.0.1" else {address}
        self.hosts = frozenset(f"{name}:{self.port}" for name in names)
        self.running = True
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="edukit phones", daemon=True)
        self._thread.start()
        self._ready.wait()

    def close(self) -> None:
        """Stop; when this returns, the port is closed. Once more does nothing."""
        if threading.current_thread() is self._thread:
            raise RuntimeError("a server cannot close itself from within an answer")
        with contextlib.suppress(RuntimeError):  # its loop has ended already
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self):
        try:
            with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
                runner.run(self._serve())
        finally:
            self.running = False
            self._ready.set()
            self._ended()

    async def _serve(self):
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        server = _Server(self)
        server.add_sockets(self._sockets)
        self._ready.set()
        try:
            with contextlib.suppress(TimeoutError):  # its time is up
                await asyncio.wait_for(self._stop.wait(), self.seconds)
        finally:
            server.stop()
            await server.close_all_connections()


class _Server(HTTPServer):
    """Tornado's, with limits: connections of one address, seconds to send a request, bytes of one."""

    def initialize(self, site):
        self.site = site
        app = Application([(r"(.*)", _Handler, {"site": site})], log_function=lambda handler: None)
        limits = {"idle_connection_timeout": guards.HEADER_S, "body_timeout": guards.BODY_S}
        sizes = {"max_header_size": guards.HEADER_BYTES, "max_body_size": guards.BODY_BYTES}
        super().initialize(app, **limits, **sizes)

    def handle_stream(self, stream, address):
        if self.site.connections.opens(address[0]):
            super().handle_stream(stream, address)
        else:
            stream.close()

    def on_close(self, server_conn):
        super().on_close(server_conn)
        self.site.connections.closes(server_conn.context.address[0])


class _Handler(RequestHandler):
    """One request: first the guards, then a file, a function's answer or a post."""

    def initialize(self, site):
        self.site = site

    def set_default_headers(self):
        for name, value in guards.HEADERS.items():
            self.set_header(name, value)

    def prepare(self):
        if not self.site.rates.takes(self.request.remote_ip, time.monotonic()):
            raise Refused(429, "Too many requests; wait some seconds.")
        guards.check_host(self.request.headers.get("Host"), self.site.hosts)
        _, _, rest = self.request.path.partition("/")
        token, _, name = rest.partition("/")
        guards.check_token(token, self.site.token)
        self.name = unquote(name)

    async def get(self, _path):
        if self.name in self.site.live:
            self._answer(self.site.live[self.name]())
            return
        if self.name not in self.site.files:
            raise Refused(404, f"There is nothing here{_hint(self.name)}.")
        file = self.site.files[self.name]
        small = file.small if "gzip" in self.request.headers.get("Accept-Encoding", "") else None
        self.set_header("Content-Type", file.type)
        self.set_header("Vary", "Accept-Encoding")
        if small is not None:
            self.set_header("Content-Encoding", "gzip")
        if file.kept:
            self.set_header("Cache-Control", "private, max-age=86400")
        try:
            await asyncio.wait_for(self.finish(file.body if small is None else small), guards.ANSWER_S)
        except TimeoutError:  # a client that does not read what it asked for
            self.request.connection.stream.close()

    def post(self, _path):
        if self.name != "results":
            raise Refused(404, "There is nothing here.")
        headers = self.request.headers
        guards.check_post(headers.get("Origin"), headers.get("Content-Type"), self.request.body, self.site.hosts)
        self._answer(self.site.post(self.request.body, self.request.remote_ip))

    def write_error(self, status_code, exc_info=None, **_):
        error = exc_info[1] if exc_info else None
        if isinstance(error, Refused):
            self.set_status(error.status)
        said = str(error) if isinstance(error, Refused) else "This cannot be answered."
        self._answer({"error": said})

    def log_exception(self, typ, value, tb):
        if not isinstance(value, Refused | HTTPError):
            super().log_exception(typ, value, tb)

    def compute_etag(self):
        return None

    def _answer(self, values: dict):
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps(values).encode())


def _hint(name: str) -> str:
    return ": `edukit phone fetch` gets the files of the runtimes" if name.startswith("runtime/") else ""
