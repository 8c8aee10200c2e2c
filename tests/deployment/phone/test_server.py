"""The server under attack, on this computer alone: each request that is not ours is refused, and the next one works."""

import gzip
import json
import logging
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import numpy as np
import pytest
from phone_client import ask, is_open, post, raw

from edukit.deployment.phone import guards
from edukit.deployment.phone.guards import Refused
from edukit.deployment.phone.server import PhoneServer, Served, served

PAGE = Served(b"<p>page</p>", "text/html; charset=utf-8")
WASM = b"\0asm" + bytes(100_000)


def answered(body, address):
    if body == b"{}":
        raise Refused(400, "Empty.")
    return {"ok": True, "bytes": len(body), "address": address}


@pytest.fixture(autouse=True)
def nothing_in_the_notebook():
    """A stranger writes nothing there: no warning of the server, no traceback."""
    records = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = records.append
    logging.getLogger().addHandler(handler)
    yield records
    logging.getLogger().removeHandler(handler)
    assert not records


@pytest.fixture
def server():
    files = {"": PAGE, "page/index.html": PAGE, "files/0.onnx": Served(b"model")}
    files["runtime/litertjs-core/a.wasm"] = Served(WASM, "application/wasm", gzip.compress(WASM), kept=True)
    server = PhoneServer(files, answered, live={"state.json": lambda: {"locked": False}})
    yield server
    server.close()


def still_works(server) -> bool:
    return ask(server.url)[0] == 200 and post(server.url, b"[1]")[0] == 200


def test_files_and_functions_are_served_with_the_policy(server):
    status, headers, body = ask(server.url)
    assert (status, body) == (200, PAGE.body)
    assert headers["Content-Security-Policy"] == guards.POLICY and headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff" and "Access-Control-Allow-Origin" not in headers
    assert json.loads(ask(f"{server.url}state.json")[2]) == {"locked": False}
    assert post(server.url, b"[1]") == (200, {"ok": True, "bytes": 3, "address": "127.0.0.1"})


def test_what_gets_smaller_is_sent_so_to_whoever_reads_it(server):
    status, headers, body = ask(f"{server.url}runtime/litertjs-core/a.wasm", Accept_Encoding="gzip, deflate")
    assert headers["Content-Encoding"] == "gzip" and gzip.decompress(body) == WASM and len(body) < 1000
    assert headers["Cache-Control"] == "private, max-age=86400" and headers["Content-Type"] == "application/wasm"
    assert ask(f"{server.url}runtime/litertjs-core/a.wasm")[2] == WASM


PATHS = ["../../../etc/passwd", "%2e%2e/%2e%2e/etc/passwd", "..%2f..%2fetc%2fpasswd", "..\\..\\a", "page/../../a"]
PATHS += [
    "page//index.html",
    "/etc/passwd",
    "page/index.html%00.js",
    "files/",
    "files/0.onnx/",
    "%ff",
    "page",
    "x" * 4000,
]


@pytest.mark.parametrize("path", PATHS)
def test_no_path_leads_out_of_the_files(server, path):
    status, headers, body = ask(server.url + path)
    assert status in (400, 404) and "error" in json.loads(body) and still_works(server)


@pytest.mark.parametrize("token", ["", "x", "x" * 22, "%2e%2e", "results", "..", "a/../" * 9])
def test_without_the_token_there_is_nothing(server, token):
    root = server.url.removesuffix(f"{server.token}/")
    answers = [ask(f"{root}{token}/{name}") for name in ("", "state.json", "files/0.onnx")]
    assert {answer[0] for answer in answers} == {404}
    assert all(server.token.encode() not in answer[2] for answer in answers)
    assert ask(f"{root}{token}/results", "POST", b"[1]", Origin=root[:-1], Content_Type="application/json")[0] == 404


def test_a_name_that_was_made_to_point_here_is_refused(server):
    for host in ("evil.example", f"evil.example:{server.port}", "127.0.0.1", "", None, f"127.0.0.1:{server.port}@evil"):
        assert ask(server.url, Host=host)[0] in (400, 421)
    assert ask(server.url, Host=f"localhost:{server.port}")[0] == 200


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "https://127.0.0.1", "http://127.0.0.1:1"])
def test_another_site_cannot_post(server, origin):
    assert post(server.url, b"[1]", Origin=origin)[0] == 403
    assert still_works(server)


FORMS = [
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/jsonp",
    None,
]


@pytest.mark.parametrize("kind", FORMS)
def test_a_form_cannot_post(server, kind):
    where = urlsplit(server.url).netloc
    status, _, _ = ask(f"{server.url}results", "POST", b"--x\r\n%ff=&a", Origin=f"http://{where}", Content_Type=kind)
    assert status in (400, 415) and still_works(server)


@pytest.mark.parametrize("method", ["OPTIONS", "HEAD", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "BREW"])
def test_other_methods_are_refused_and_no_site_is_let_in(server, method):
    status, headers, _ = ask(f"{server.url}results", method, Origin="http://evil.example")
    assert status == 405 and not [name for name in headers if name.startswith("Access-Control")]


def test_results_are_posted_and_nothing_else(server):
    assert ask(f"{server.url}results")[0] == 404
    root = f"http://{urlsplit(server.url).netloc}"
    assert ask(f"{server.url}state.json", "POST", b"[1]", Origin=root, Content_Type="application/json")[0] == 404
    assert post(server.url, b"{}") == (400, {"error": "Empty."})


def test_a_body_above_8_kb_is_not_read(server):
    assert post(server.url, b" " * guards.BODY_BYTES)[0] == 200
    for length in (guards.BODY_BYTES + 1, 10**12):
        said = raw(server.url, _start(server, f"Content-Length: {length}") + b" " * 2000)
        assert said.startswith(b"HTTP/1.1 400") and still_works(server)
    chunks = b"2000\r\n" + b" " * 0x2000 + b"\r\n" + b"10\r\n" + b" " * 16 + b"\r\n0\r\n\r\n"
    assert b" 200 " not in raw(server.url, _start(server, "Transfer-Encoding: chunked") + chunks).split(b"\r\n")[0]


def _start(server, header: str, method: str = "POST") -> bytes:
    where = urlsplit(server.url).netloc
    lines = f"{method} /{server.token}/results HTTP/1.1", f"Host: {where}", f"Origin: http://{where}", header
    return ("\r\n".join((*lines, "Content-Type: application/json")) + "\r\n\r\n").encode()


BROKEN = [b"\r\n\r\n", b"GET\r\n\r\n", b"\x16\x03\x01\x02\x00" + b"\0" * 200, b"GET / HTTP/9.9\r\nHost: a\r\n\r\n"]
BROKEN += [b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 4000 + b"\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"]
BROKEN += [b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", b"GET " + b"a" * 20000]


@pytest.mark.parametrize("sent", BROKEN, ids=range(len(BROKEN)))
def test_broken_http_is_closed(server, sent):
    said = raw(server.url, sent + b"\r\nConnection: close\r\n\r\n")
    assert not said or said.split(b" ")[1][:1] == b"4"
    assert still_works(server)


def test_two_lengths_of_one_body_are_no_second_request(server):
    smuggled = b"GET /" + server.token.encode() + b"/state.json HTTP/1.1\r\nHost: x\r\n\r\n"
    both = _start(server, f"Content-Length: {len(smuggled)}\r\nTransfer-Encoding: chunked") + b"0\r\n\r\n" + smuggled
    assert b" 200 " not in raw(server.url, both) and still_works(server)


def test_slow_clients_are_closed_after_seconds(monkeypatch):
    monkeypatch.setattr(guards, "BODY_S", 0.3)
    monkeypatch.setattr(guards, "HEADER_S", 0.3)
    server = PhoneServer({"": PAGE}, answered)
    half = [b"", b"GET / HT", _start(server, "Content-Length: 100") + b"{", _start(server, "Content-Length: 9")]
    with ThreadPoolExecutor(16) as pool:
        open_ones = [pool.submit(raw, server.url, sent) for sent in 4 * half]
        assert still_works(server)
        assert all(b" 200 " not in one.result(timeout=8) for one in open_ones)
    assert still_works(server)
    server.close()


def test_a_client_that_sends_a_letter_a_time_gets_no_more_time(monkeypatch):
    monkeypatch.setattr(guards, "HEADER_S", 0.4)
    server = PhoneServer({"": PAGE}, answered)
    where = urlsplit(server.url)
    with socket.create_connection((where.hostname, where.port), timeout=5) as slow, pytest.raises(OSError):
        for letter in b"GET / HTTP/1.1\r\n" * 20:  # 32 s, if nobody stopped it
            slow.sendall(bytes([letter]))
            time.sleep(0.1)
    assert still_works(server)
    server.close()


def test_a_flood_is_answered_with_wait_and_costs_others_nothing(monkeypatch):
    server = PhoneServer({"": PAGE}, answered)
    server.rates = guards.Rates(burst=20, per_s=0.0)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: ask(server.url)[0], range(100)))
    assert answers.count(200) == 20 and answers.count(429) == 80
    server.rates.takes("10.0.0.2", time.monotonic())
    assert server.rates.takes("10.0.0.2", time.monotonic())
    server.close()


def test_open_connections_have_a_limit_and_closed_ones_make_room(server):
    server.connections.most_of_one = 10
    where = urlsplit(server.url)
    held = [socket.create_connection((where.hostname, where.port), timeout=5) for _ in range(10)]
    with pytest.raises((ConnectionError, OSError)):
        for _ in range(3):  # the tenth may still be on its way
            ask(server.url)
    for one in held:
        one.close()
    until = time.monotonic() + 5
    while server.connections._open and time.monotonic() < until:
        time.sleep(0.02)
    assert still_works(server)


def test_a_client_that_reads_nothing_is_closed(monkeypatch):
    monkeypatch.setattr(guards, "ANSWER_S", 0.3)
    server = PhoneServer({"": PAGE, "large": Served(bytes(64 << 20))}, answered)
    where = urlsplit(server.url)
    with socket.create_connection((where.hostname, where.port), timeout=5) as deaf:
        deaf.sendall(f"GET /{server.token}/large HTTP/1.1\r\nHost: {where.netloc}\r\n\r\n".encode())
        until = time.monotonic() + 5
        while not server.connections._open and time.monotonic() < until:
            time.sleep(0.01)
        while server.connections._open and time.monotonic() < until:
            time.sleep(0.05)
        assert not server.connections._open and still_works(server)
    server.close()


def test_thirty_clients_at_once_lose_nothing(server):
    def client(_):
        page, wasm = ask(server.url), ask(f"{server.url}runtime/litertjs-core/a.wasm", Accept_Encoding="gzip")
        return page[2] == PAGE.body, len(wasm[2]) < 1000, [post(server.url, b"[1]")[0] for _ in range(5)] == [200] * 5

    with ThreadPoolExecutor(30) as pool:
        assert set(pool.map(client, range(30))) == {(True, True, True)}


@pytest.mark.parametrize("busy", ["python", "numpy"])
def test_it_serves_while_the_kernel_is_busy(server, busy):
    stop = threading.Event()

    def cell():
        x = np.ones((500, 500))
        while not stop.is_set():
            _ = sum(range(1000)) if busy == "python" else x @ x

    worker = threading.Thread(target=cell)
    worker.start()
    try:
        assert all(still_works(server) for _ in range(10))
    finally:
        stop.set()
        worker.join()


def test_close_closes_the_port_and_may_be_called_again():
    server = PhoneServer({"": PAGE}, answered)
    assert is_open(server.url) and server.running
    server.close()
    assert not is_open(server.url) and not server.running
    server.close()


def test_it_stops_when_its_time_is_up_and_says_so():
    told = threading.Event()
    server = PhoneServer({"": PAGE}, answered, seconds=0.2, ended=told.set)
    assert told.wait(5) and not server.running and not is_open(server.url)


def test_it_ends_while_clients_are_connected():
    server = PhoneServer({"": PAGE}, answered)
    where = urlsplit(server.url)
    with socket.create_connection((where.hostname, where.port), timeout=5) as one:
        one.sendall(b"GET / HT")
        server.close()
        assert one.recv(10) == b"" and not is_open(server.url)


def test_a_port_that_is_taken_is_an_error_here():
    server = PhoneServer({"": PAGE}, answered)
    with pytest.raises(OSError):
        PhoneServer({"": PAGE}, answered, port=server.port)
    server.close()


def test_an_answer_that_fails_is_one_sentence_and_its_reason_is_told_here_alone(nothing_in_the_notebook):
    def fails(body, address):
        raise RuntimeError("secret")

    server = PhoneServer({"": PAGE}, fails)
    assert post(server.url, b"[1]") == (500, {"error": "This cannot be answered."}) and ask(server.url)[0] == 200
    server.close()
    assert "secret" in str(nothing_in_the_notebook.pop().exc_info)


def test_a_file_is_sent_as_it_is_now(tmp_path):
    path = tmp_path / "page.js"
    path.write_text("a" * 5000)
    first = served(path)
    assert gzip.decompress(first.small) == first.body and first.type.startswith("text/javascript")
    path.write_text("other")
    assert served(path).body == b"other" and served(path).small is None


def test_a_compressed_neighbour_is_sent_as_it_is(tmp_path):
    path = tmp_path / "a.wasm"
    path.write_bytes(bytes(9000))
    (tmp_path / "a.wasm.gz").write_bytes(gzip.compress(bytes(9000), 1) + gzip.compress(b""))
    assert served(path).small == (tmp_path / "a.wasm.gz").read_bytes() != gzip.compress(bytes(9000), 6, mtime=0)
