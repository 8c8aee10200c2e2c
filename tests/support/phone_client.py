"""What the tests of the server and of the board share: a phone in a few lines, well-behaved or not."""

import http.client
import json
import socket
from urllib.parse import urlsplit

RESULT = {
    "phone": "Ana",
    "id": "0" * 16,
    "model": "FP32",
    "runtime": "onnxruntime-web",
    "version": "1.30.0",
    "median_s": 0.002,
    "p90_s": 0.003,
    "load_s": 0.1,
    "first_s": 0.01,
    "calls": 300,
    "predictions": [0, 1],
    "crc": 0,
    "heat": [],
}


def ask(url: str, method: str = "GET", body=None, **headers):
    """Status, headers and bytes of one answer; a header of None is left out. The path goes out as it is written."""
    where = urlsplit(url)
    path = url.split(where.netloc, 1)[1]
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=10)
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        said = {"Host": where.netloc, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if body is not None:
            said = {"Content-Length": str(len(body)), **said}
        for name, value in said.items():
            if value is not None:
                connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def post(url: str, result=RESULT, **headers):
    """Status and JSON of a post, as our own page makes it unless headers say otherwise."""
    own = {"Origin": f"http://{urlsplit(url).netloc}", "Content_Type": "application/json"}
    body = result if isinstance(result, bytes) else json.dumps(result).encode()
    status, _, said = ask(f"{url}results", "POST", body, **{**own, **headers})
    return status, json.loads(said)


def is_open(url: str) -> bool:
    """Whether anybody listens at the port of an address."""
    where = urlsplit(url)
    with socket.socket() as probe:
        probe.settimeout(2)
        return probe.connect_ex((where.hostname, where.port)) == 0


def raw(url: str, sent: bytes, seconds: float = 10.0) -> bytes:
    """What comes back for these bytes until the other side closes, or b"" where it just closes."""
    where = urlsplit(url)
    with socket.create_connection((where.hostname, where.port), timeout=seconds) as one:
        one.sendall(sent)
        parts = []
        try:
            while part := one.recv(1 << 16):
                parts.append(part)
        except ConnectionError:
            pass  # closed without a word
        return b"".join(parts)
