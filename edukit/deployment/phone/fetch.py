"""The runtimes for a phone's browser: fetched once, on request, and trusted only while every checksum is right.

    folder given   ->  packages in it (.tgz, or unpacked)
    npm installed  ->  `npm pack`, from the registry that npm is set to
    else           ->  the registry in NPM_CONFIG_REGISTRY, or file by file from jsDelivr
                   ->  SHA-512 of the package, SHA-256 of each file  ->  the user's cache, licences beside the files

The names, versions and checksums stand in manifest.json. Nothing is fetched when the kit is imported, and no file of
these packages is in the kit. LiteRT.js imports a second package by its bare name, which a browser cannot resolve: that
one line is changed in the cached copy, whose checksum the manifest holds as well.

Source    https://www.npmjs.com/package/@litertjs/core, https://www.npmjs.com/package/onnxruntime-web
In production  a bundler copies the same files of npm packages beside an app
"""

import base64
import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
import zlib
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

from edukit.data.download import Source, difference
from edukit.sealed import write_atomically

MANIFEST = Path(__file__).with_name("manifest.json")
CDN = "https://cdn.jsdelivr.net/npm"
LICENCES = {"Apache-2.0": ("edukit-compression", "LICENSE"), "MIT": ("onnxruntime", "LICENSE")}  # of installed packages
HOW = "run `edukit phone fetch`; without network, `edukit phone fetch --from DIR` with the packages in DIR"


@dataclass(frozen=True)
class File:
    """One file of a package: its path there, bytes and SHA-256 as published, and as cached where a line is changed."""

    path: str
    published: tuple[int, str]
    cached: tuple[int, str]
    change: tuple[str, str] | None = None

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


@dataclass(frozen=True)
class Package:
    """A package of npm: the name of its folder in the cache, its name there, and the files that a page needs.

    published   bytes and SHA-256 of the package; integrity: its SHA-512 as npm writes it
    """

    name: str
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


@cache
def manifest() -> tuple[Package, ...]:
    """The packages that a phone's page needs.

    >>> [(package.npm, package.version) for package in manifest()]
    [('@litertjs/core', '2.5.3'), ('@litertjs/wasm-utils', '2.5.3'), ('onnxruntime-web', '1.30.0')]
    """
    return tuple(_package(**entry) for entry in json.loads(MANIFEST.read_text())["packages"])


def runtime_folder() -> Path:
    """The folder of the fetched files, PACKAGE/FILE; it may not exist yet. EDUKIT_CACHE names another cache.

    >>> runtime_folder().name
    'phone'
    """
    return Source("phone", "", {}).cache


def missing() -> list[str]:
    """What is not fetched yet, or damaged, as PACKAGE/FILE."""
    return [f"{package.name}/{file.name}" for package in manifest() for file in package.files if _fault(package, file)]


def fetch(folder: str | Path | None = None) -> Path:
    """Put the files of all packages into the cache, those that are there already excepted; returns that folder.

    folder   where the packages lie: .tgz as `npm pack` writes them, or unpacked, also as node_modules
    Raises ValueError for a package that is not as published, or is missing in `folder`; ConnectionError without network.
    """
    if folder is not None and not Path(folder).is_dir():
        raise ValueError(
            f"folder must be a folder with {', '.join(p.archive for p in manifest())}; found none: {folder}"
        )
    for package in manifest():
        if any(_fault(package, file) for file in package.files):
            contents = _from_network(package) if folder is None else _from_folder(package, Path(folder))
            _write(package, contents)
        _write_licence(package)
    return runtime_folder()


def contents_of(package: Package, archive: bytes) -> dict[str, bytes]:
    """The needed files of a .tgz by path; ValueError where it is not the published one, before it is unpacked."""
    digest = "sha512-" + base64.b64encode(hashlib.sha512(archive).digest()).decode()
    if digest != package.integrity:
        raise ValueError(f"{package.archive} is not as published: {digest} instead of {package.integrity}")
    wanted = {f"package/{file.path}": file.path for file in package.files}
    try:
        with tarfile.open(fileobj=_reader(archive), mode="r:gz") as members:
            return {wanted[m.name]: members.extractfile(m).read() for m in members if m.name in wanted and m.isfile()}
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise ValueError(f"{package.archive} cannot be unpacked: {error}") from error


def _package(name, npm, version, licence, bytes, sha256, integrity, files) -> Package:
    return Package(name, npm, version, licence, (bytes, sha256), integrity, tuple(_file(**file) for file in files))


def _file(path, bytes, sha256, replace=None, written=None) -> File:
    cached = (written["bytes"], written["sha256"]) if written else (bytes, sha256)
    return File(path, (bytes, sha256), cached, tuple(replace) if replace else None)


def _fault(package: Package, file: File) -> str:
    path = runtime_folder() / package.name / file.name
    return difference(path, *file.cached) if path.is_file() else "missing"


def _from_folder(package: Package, folder: Path) -> dict[str, bytes]:
    if (folder / package.archive).is_file():
        return contents_of(package, (folder / package.archive).read_bytes())
    unpacked = [folder / package.npm, folder / "node_modules" / package.npm, folder / package.archive[:-4] / "package"]
    unpacked += [folder / package.archive[:-4], folder / package.name]
    found = next((place for place in unpacked if (place / "package.json").is_file()), None)
    if found is None:
        raise ValueError(f"folder {folder} holds neither {package.archive} nor {package.npm} unpacked")
    return {file.path: (found / file.path).read_bytes() for file in package.files if (found / file.path).is_file()}


def _from_network(package: Package) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as place:
        archive = Path(place) / package.archive
        if _packed(package, place) and archive.is_file():
            return contents_of(package, archive.read_bytes())
        registry = os.environ.get("NPM_CONFIG_REGISTRY") or os.environ.get("npm_config_registry")
        try:
            if registry:
                address = f"{registry.rstrip('/')}/{package.npm}/-/{package.archive.removeprefix(_scope(package))}"
                return contents_of(package, _downloaded(address, package.archive, package.published, place))
            address = f"{CDN}/{package.npm}@{package.version}"
            return {f.path: _downloaded(f"{address}/{f.path}", f.name, f.published, place) for f in package.files}
        except ConnectionError as error:
            raise ConnectionError(
                f"{package.npm} {package.version} could not be downloaded from {address}. Without network: "
                f"`npm pack {package.npm}@{package.version}` elsewhere, then `edukit phone fetch --from DIR`"
            ) from error


def _scope(package: Package) -> str:
    """What the name of the archive has in front for a package such as @scope/name."""
    return package.npm[1:].partition("/")[0] + "-" if package.npm.startswith("@") else ""


def _packed(package: Package, place) -> bool:
    """Whether npm is installed and wrote the package there."""
    npm = shutil.which("npm")
    if npm is None:
        return False
    command = [npm, "pack", f"{package.npm}@{package.version}", "--ignore-scripts", "--pack-destination", str(place)]
    try:
        return subprocess.run(command, capture_output=True, timeout=600, cwd=place).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


@dataclass(frozen=True)
class _Download(Source):
    """One published file, downloaded by pooch into a folder and checked."""

    place: Path = Path()

    @property
    def cache(self) -> Path:
        return self.place


def _downloaded(address: str, name: str, published: tuple[int, str], place) -> bytes:
    folder, _, file = address.rpartition("/")
    source = _Download(name, f"{folder}/", {file: published}, Path(place))
    return source.fetch()[file].read_bytes()


def _write(package: Package, contents: dict[str, bytes]) -> None:
    """All of a package, after each file was checked."""
    for file in package.files:
        _check(package, file, contents.get(file.path))
    folder = runtime_folder() / package.name
    folder.mkdir(parents=True, exist_ok=True)
    for file in package.files:
        content = contents[file.path]
        if file.change:
            content = content.replace(*(words.encode() for words in file.change))
        write_atomically(folder / file.name, content)


def _check(package: Package, file: File, content: bytes | None) -> None:
    if content is None:
        raise ValueError(f"{package.npm} {package.version} lacks {file.path}")
    found = len(content), hashlib.sha256(content).hexdigest()
    if found != file.published:
        raise ValueError(
            f"{file.path} of {package.npm} {package.version} is not as published: {found[0]:,} bytes, SHA-256 {found[1]} "
            f"instead of {file.published[0]:,} bytes, SHA-256 {file.published[1]}"
        )


def _write_licence(package: Package) -> None:
    """The text of the licence, from an installed package under the same one: npm's packages hold its name alone."""
    distribution, name = LICENCES[package.licence]
    texts = [file for file in metadata.files(distribution) or [] if file.name == name]
    text = texts[0].locate().read_bytes() if texts else f"{package.licence}, see package.json\n".encode()
    place = runtime_folder() / package.name / "LICENSE"
    if not place.is_file() or place.read_bytes() != text:
        write_atomically(place, text)


def _reader(content: bytes):
    import io

    return io.BytesIO(content)
