"""Fetching the runtimes of a browser: from a folder, npm, a registry, a CDN; nothing unchecked reaches the cache."""

import gzip
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from phone_packages import CONTENTS, PATH, archive, packages

from edukit.deployment.phone import fetch as fetching
from edukit.deployment.phone.fetch import fetch, missing, runtime_folder

ARCHIVES = {name: archive(contents) for name, contents in CONTENTS.items()}
PACKAGES = packages(ARCHIVES)
ALL = sorted(f"{package.name}/{file.name}" for package in PACKAGES for file in package.files)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        """Without a line for each request."""


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """An empty cache, the small packages, no npm, and a CDN that cannot be reached: nothing listens on port 9."""
    monkeypatch.setenv("EDUKIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("NPM_CONFIG_REGISTRY", raising=False)
    monkeypatch.setattr(fetching, "manifest", lambda: PACKAGES)
    monkeypatch.setattr(fetching, "CDN", "http://127.0.0.1:9")
    monkeypatch.setattr(fetching.shutil, "which", lambda name: None)
    return tmp_path / "cache" / "phone"


@pytest.fixture
def packed(tmp_path):
    """A folder with both packages as .tgz."""
    folder = tmp_path / "packed"
    folder.mkdir()
    for package in PACKAGES:
        (folder / package.archive).write_bytes(ARCHIVES[package.name])
    return folder


@pytest.fixture
def served(tmp_path):
    """A folder and the address at which it is served."""
    folder = tmp_path / "served"
    folder.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield folder, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def unpack(folder, place="{npm}", name=None):
    for package in (package for package in PACKAGES if name in (None, package.name)):
        for path, content in CONTENTS[package.name].items():
            file = folder / place.format(npm=package.npm, name=package.name) / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)


def check_fetched(cache):
    assert missing() == [] and runtime_folder() == cache
    assert (cache / "core" / "core.wasm").read_bytes() == CONTENTS["core"]["wasm/core.wasm"]
    assert PATH in (cache / "core" / "index.js").read_text()
    assert gzip.decompress((cache / "core" / "core.wasm.gz").read_bytes()) == CONTENTS["core"]["wasm/core.wasm"]
    texts = [(cache / name / "LICENSE").read_text() for name in ("core", "utils")]
    assert "Apache License" in texts[0] and "MIT License" in texts[1]


def test_packages_of_a_folder_are_taken_packed_and_unpacked(packed, tmp_path, cache):
    assert sorted(missing()) == ALL
    fetch(packed)
    check_fetched(cache)
    for number, place in enumerate(("{npm}", "node_modules/{npm}", "{name}")):
        for path in sorted(cache.rglob("*.*")):
            path.unlink()
        unpack(tmp_path / str(number), place)
        assert sorted(missing()) == ALL
        fetch(tmp_path / str(number))
        check_fetched(cache)


def test_what_is_not_as_published_never_reaches_the_cache(packed, tmp_path, cache):
    damaged = bytearray(ARCHIVES["core"])
    damaged[-9] ^= 1
    (packed / PACKAGES[0].archive).write_bytes(damaged)
    with pytest.raises(ValueError, match=r"example-core-1\.2\.3\.tgz is not as published"):
        fetch(packed)
    assert not cache.exists()
    unpack(tmp_path / "unpacked")
    (tmp_path / "unpacked" / "@example" / "core" / "wasm" / "core.wasm").write_bytes(b"\0asm other")
    with pytest.raises(ValueError, match=r"wasm/core\.wasm is not as published: 10 bytes"):
        fetch(tmp_path / "unpacked")
    assert not cache.exists()
    (tmp_path / "unpacked" / "@example" / "core" / "wasm" / "core.wasm").unlink()
    with pytest.raises(ValueError, match=r"@example/core 1\.2\.3 lacks wasm/core\.wasm"):
        fetch(tmp_path / "unpacked")
    assert not cache.exists()


def test_a_damaged_file_of_the_cache_is_missing_and_fetched_again_but_whole_packages_are_not(packed, tmp_path, cache):
    fetch(packed)
    (cache / "utils" / "index.js").write_bytes(b"export const load = 2;\n")
    assert missing() == ["utils/index.js"] == missing(["onnxruntime-web"]) and missing(["litert"]) == []
    (packed / PACKAGES[0].archive).unlink()
    fetch(packed)
    check_fetched(cache)


def test_a_folder_without_the_packages_is_named_with_what_should_lie_there(tmp_path):
    with pytest.raises(ValueError, match=r"holds neither example-core-1\.2\.3\.tgz nor @example/core unpacked"):
        fetch(tmp_path)
    with pytest.raises(ValueError, match=r"folder must hold example-core-1\.2\.3\.tgz, utils-1\.2\.3\.tgz, found no"):
        fetch(tmp_path / "none")


def test_without_npm_the_files_come_from_the_cdn_one_by_one(served, monkeypatch, cache, capfd):
    folder, address = served
    monkeypatch.setattr(fetching, "CDN", address)
    unpack(folder, "{npm}@1.2.3")
    fetch()
    check_fetched(cache)
    assert "core.wasm: 100%" in capfd.readouterr().err
    (cache / "core" / "core.wasm").unlink()
    (folder / "@example" / "core@1.2.3" / "wasm" / "core.wasm").write_bytes(b"\0asm other")
    with pytest.raises(ValueError, match="another file than was published"):
        fetch()
    assert missing() == ["core/core.wasm"]


def test_a_registry_that_is_named_is_asked_for_the_packages(served, monkeypatch, cache):
    folder, address = served
    monkeypatch.setenv("NPM_CONFIG_REGISTRY", f"{address}/")
    for package in PACKAGES:
        file = folder / package.address
        file.parent.mkdir(parents=True)
        file.write_bytes(ARCHIVES[package.name])
    fetch()
    check_fetched(cache)


@pytest.mark.skipif(sys.platform == "win32", reason="a script stands in for npm")
def test_npm_packs_where_it_is_installed_and_its_package_is_checked_like_any_other(
    packed, monkeypatch, tmp_path, cache
):
    npm = tmp_path / "npm"
    npm.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\nexec cp {packed}/*.tgz "$5"\n')
    npm.chmod(0o755)
    monkeypatch.setattr(fetching.shutil, "which", {"npm": str(npm)}.get)
    fetch()
    check_fetched(cache)
    asked = (tmp_path / "asked").read_text()
    assert asked.startswith("pack @example/core@1.2.3 --ignore-scripts --pack-destination /")
    (cache / "utils" / "index.js").unlink()
    (packed / PACKAGES[1].archive).write_bytes(b"other")
    with pytest.raises(ValueError, match="is not as published"):
        fetch()
    npm.write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(ConnectionError):  # npm failed, and the CDN cannot be reached
        fetch()


def test_without_network_it_says_how_to_do_without(cache):
    with pytest.raises(
        ConnectionError, match=r"`npm pack @example/core@1\.2\.3` elsewhere, then `edukit phone fetch --"
    ):
        fetch()
    assert not list(cache.rglob("*.*"))


def test_an_import_fetches_nothing(tmp_path):
    code = "import socket, sys; socket.socket.connect = lambda *_: sys.exit('it asked the network')\nimport edukit."
    subprocess.run([sys.executable, "-c", f"{code}deployment.phone.fetch"], check=True)
    assert not (tmp_path / "cache").exists()
