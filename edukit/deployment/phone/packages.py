"""The packages of npm that a phone's page needs: which files, and their checksums, as manifest.json holds them.

    package.tgz ─ SHA-512 ─ unpacked ─> file ─ bytes, SHA-256 ─ one line changed, where a browser needs it ─> cache

LiteRT.js imports a second package by its bare name, which a browser cannot resolve: that one line is changed in the
cached copy, whose checksum the manifest holds as well.

Source    https://github.com/google-ai-edge/LiteRT/tree/main/litert/js, https://github.com/microsoft/onnxruntime
In production  a lock file of npm holds the same checksums of whole packages
"""

import base64
import hashlib
import io
import json
import tarfile
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

MANIFEST = Path(__file__).with_name("manifest.json")


@dataclass(frozen=True)
class File:
    """One file of a package: its path there, bytes and SHA-256 as published, and as cached where a line is changed."""

    path: str
    published: tuple[int, str]
    cached: tuple[int, str]
    change: tuple[str, str] | None = None

    @property
    def name(self) -> str:
        """Its name in the cache, where a package has one folder."""
        return self.path.rpartition("/")[2]

    def content(self, found: bytes) -> bytes:
        """What the cache holds, from the published bytes; ValueError where they are others."""
        same = len(found), hashlib.sha256(found).hexdigest()
        if same != self.published:
            raise ValueError(
                f"{self.path} is not as published: {same[0]:,} bytes, SHA-256 {same[1]} instead of "
                f"{self.published[0]:,} bytes, SHA-256 {self.published[1]}"
            )
        return found.replace(*(words.encode() for words in self.change)) if self.change else found


@dataclass(frozen=True)
class Package:
    """A package of npm: the name of its folder in the cache, its name there, and the files that a page needs.

    runtime     which runtime needs it, as models.json names it
    published   bytes and SHA-256 of the package; integrity: its SHA-512 as npm writes it
    """

    name: str
    runtime: str
    npm: str
    version: str
    licence: str
    published: tuple[int, str]
    integrity: str
    files: tuple[File, ...]

    @property
    def archive(self) -> str:
        """The name of the package's file, as `npm pack` writes it."""
        return f"{self.npm.removeprefix('@').replace('/', '-')}-{self.version}.tgz"

    @property
    def address(self) -> str:
        """Where a registry of npm has the package's file, behind its own address."""
        return f"{self.npm}/-/{self.npm.rpartition('/')[2]}-{self.version}.tgz"

    def unpacked(self, archive: bytes) -> dict[str, bytes]:
        """The needed files of a .tgz by path; ValueError where it is not the published one, before it is unpacked."""
        digest = "sha512-" + base64.b64encode(hashlib.sha512(archive).digest()).decode()
        if digest != self.integrity:
            raise ValueError(f"{self.archive} is not as published: {digest} instead of {self.integrity}")
        wanted = {f"package/{file.path}": file.path for file in self.files}
        try:
            with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
                found = [member for member in tar if member.name in wanted and member.isfile()]
                return {wanted[member.name]: tar.extractfile(member).read() for member in found}
        except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
            raise ValueError(f"{self.archive} cannot be unpacked: {error}") from error


@cache
def manifest() -> tuple[Package, ...]:
    """The packages that a phone's page needs.

    >>> [(package.npm, package.version) for package in manifest()]
    [('@litertjs/core', '2.5.3'), ('@litertjs/wasm-utils', '2.5.3'), ('onnxruntime-web', '1.30.0')]
    """
    return tuple(_package(**entry) for entry in json.loads(MANIFEST.read_text())["packages"])


def _package(bytes, sha256, files, **about) -> Package:
    return Package(published=(bytes, sha256), files=tuple(_file(**file) for file in files), **about)


def _file(path, bytes, sha256, replace=None, written=None) -> File:
    cached = (written["bytes"], written["sha256"]) if written else (bytes, sha256)
    return File(path, (bytes, sha256), cached, tuple(replace) if replace else None)
