"""Fetching from a server of our own: success, wrong content, a damaged cache, no network, a given folder."""

import errno
import hashlib
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pooch
import pytest

from edukit.data.download import Source, difference

CONTENT = {"a.bin": bytes(range(256)) * 1000, "b.bin": b"labels"}
FILES = {name: (len(content), hashlib.sha256(content).hexdigest()) for name, content in CONTENT.items()}


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        """Without a line for each request."""


@pytest.fixture
def served(tmp_path):
    """A folder and the address at which it is served."""
    folder = tmp_path / "served"
    folder.mkdir()
    for name, content in CONTENT.items():
        (folder / name).write_bytes(content)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield folder, f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("EDUKIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return tmp_path / "cache" / "two_files"


@pytest.fixture
def offline():
    """A source whose server cannot be reached: nothing listens on port 9."""
    return Source("two_files", "http://127.0.0.1:9/", FILES)


def test_files_are_downloaded_once_with_a_progress_bar(served, cache, capfd):
    folder, address = served
    paths = Source("two_files", address, FILES).fetch()
    assert {name: path.read_bytes() for name, path in paths.items()} == CONTENT
    bar = capfd.readouterr().err
    assert "a.bin: 100%" in bar and "256k/256k" in bar
    for path in folder.iterdir():
        path.unlink()
    assert Source("two_files", address, FILES).fetch() == paths  # from the cache
    assert sorted(path.name for path in cache.iterdir()) == sorted(FILES)


@pytest.mark.parametrize(
    "content, fault",
    [(b"<html>log in</html>", "19 bytes instead of 256,000"), (bytes(256_000), "SHA-256 [0-9a-f]{64} instead of")],
    ids=["wrong size", "wrong checksum"],
)
def test_another_file_than_published_is_refused_and_not_kept(served, cache, content, fault):
    folder, address = served
    (folder / "a.bin").write_bytes(content)
    with pytest.raises(ValueError, match=f"/a.bin sent another file than was published: {fault}"):
        Source("two_files", address, FILES).fetch()
    assert not list(cache.iterdir())


def test_a_download_without_end_is_stopped(cache):
    """A server that sends more than the published file is left after one chunk more."""
    sent = []

    class Endless(Quiet):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            try:
                for _ in range(1000):
                    self.wfile.write(bytes(1 << 16))
                    sent.append(1 << 16)
            except OSError:
                pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Endless) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        with pytest.raises(ValueError, match="a.bin is another file than was published: more than 256,000 bytes"):
            Source("two_files", f"http://127.0.0.1:{server.server_port}/", FILES).fetch()
        server.shutdown()
    assert sum(sent) < 32 << 20 and not list(cache.iterdir())  # what the network has on its way, of 65 MB


def test_without_network_the_error_says_what_to_do(offline):
    with pytest.raises(
        ConnectionError, match=r"a.bin could not be downloaded .* call two_files\(folder=...\)"
    ) as caught:
        offline.fetch()
    assert all(offline.address + name in str(caught.value) for name in FILES)


def test_a_file_that_the_server_lacks_counts_as_no_network(served):
    _, address = served
    with pytest.raises(ConnectionError, match=r"a.bin could not be downloaded \(HTTPError\)"):
        Source("two_files", address + "elsewhere/", FILES).fetch()


def test_a_full_disk_is_not_called_a_lost_network(served, cache, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pooch.HTTPDownloader, "__call__", full)
    with pytest.raises(OSError, match="No space left") as caught:
        Source("two_files", served[1], FILES).fetch()
    assert not isinstance(caught.value, ConnectionError) and not list(cache.iterdir())


def test_a_damaged_cache_is_told_from_no_network(served, offline, cache):
    Source("two_files", served[1], FILES).fetch()
    content = bytearray(CONTENT["a.bin"])
    content[1234] ^= 1
    (cache / "a.bin").write_bytes(content)
    with pytest.raises(
        ValueError, match="cache.*a.bin is damaged: SHA-256 .* instead of .*; delete it, the next call"
    ) as caught:
        offline.fetch()
    assert FILES["a.bin"][1] in str(caught.value)
    (cache / "a.bin").write_bytes(CONTENT["a.bin"][:-1])
    with pytest.raises(ValueError, match="a.bin is damaged: 255,999 bytes instead of 256,000"):
        offline.fetch()


def test_a_given_folder_needs_no_network_and_stays_as_it_is(served, offline, cache):
    folder, _ = served
    assert offline.fetch(str(folder)) == {name: folder / name for name in FILES}
    assert not cache.exists()


def test_a_given_folder_that_lacks_a_file(served, offline):
    folder, _ = served
    (folder / "b.bin").unlink()
    with pytest.raises(ValueError, match="served lacks b.bin: download from http://127.0.0.1:9/"):
        offline.fetch(folder)
    with pytest.raises(ValueError, match="nowhere lacks a.bin, b.bin"):
        offline.fetch(folder / "nowhere")


def test_a_given_folder_with_a_damaged_file(served, offline):
    folder, _ = served
    (folder / "b.bin").write_bytes(b"Labels")
    with pytest.raises(ValueError, match="b.bin is damaged: SHA-256 .*; delete it, download http://.*b.bin again"):
        offline.fetch(folder)


def test_the_difference_is_empty_for_the_right_file(served):
    folder, _ = served
    assert difference(folder / "a.bin", *FILES["a.bin"]) == ""


def test_the_users_cache_folder_is_the_default(monkeypatch):
    monkeypatch.delenv("EDUKIT_CACHE")
    assert Source("two_files", "", {}).cache.parts[-2:] == ("edukit", "two_files")
