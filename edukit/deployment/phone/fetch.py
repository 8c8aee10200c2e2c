"""The runtimes for a phone's browser: fetched once, on request, and trusted only while every checksum is right.

    folder given   ->  packages in it (.tgz, or unpacked)
    npm installed  ->  `npm pack`, from the registry that npm is set to
    else           ->  the registry in NPM_CONFIG_REGISTRY, or else jsDelivr, file by file
                   ->  packages.py checks each  ->  the user's cache, with the licences beside the files

Nothing is fetched when the kit is imported, and no file of these packages is in the kit.

Cost      34 MB in the cache, and 9 MB compressed; to download, 45 MB from a registry of npm or 34 MB from jsDelivr
Source    https://www.jsdelivr.com/documentation, section npm
In production  a bundler copies the same files of npm packages beside an app
"""

import gzip
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from edukit.data.download import Source, difference
from edukit.deployment.phone.packages import File, Package, manifest
from edukit.disk.sealed import write_atomically

CDN = "https://cdn.jsdelivr.net/npm"
LICENCES = {"Apache-2.0": "edukit-compression", "MIT": "onnxruntime"}  # installed packages under the same licence
LARGE = 100_000  # bytes of a file that a server sends compressed, so that it need not do that each time it starts
HOW = "run `edukit phone fetch`; without network, `edukit phone fetch --from DIR` with the packages in DIR"


def runtime_folder() -> Path:
    """The folder of the fetched files, PACKAGE/FILE; it may not exist yet. EDUKIT_CACHE names another cache.

    >>> runtime_folder().name
    'phone'
    """
    return Source("phone", "", {}).cache


def missing(runtimes=None) -> list[str]:
    """What is not fetched yet, or damaged, as PACKAGE/FILE; of these runtimes, or of all.

    >>> missing(["another runtime"])
    []
    """
    packages = [package for package in manifest() if runtimes is None or package.runtime in runtimes]
    return [f"{package.name}/{file.name}" for package in packages for file in package.files if _fault(package, file)]


def fetch(folder: str | Path | None = None) -> Path:
    """Put the files of all packages into the cache, those that are there already excepted; returns that folder.

    folder   where the packages lie: .tgz as `npm pack` writes them, or unpacked, also as node_modules
    Raises ValueError for a package that is not as published, or is missing in `folder`; ConnectionError without
    network.
    """
    if folder is not None and not Path(folder).is_dir():
        raise ValueError(f"folder must hold {', '.join(package.archive for package in manifest())}, found no {folder}")
    for package in manifest():
        if any(_fault(package, file) for file in package.files):
            _write(package, _from_network(package) if folder is None else _from_folder(package, Path(folder)))
        _write_licence(package)
    return runtime_folder()


def _fault(package: Package, file: File) -> str:
    path = runtime_folder() / package.name / file.name
    return difference(path, *file.cached) if path.is_file() else "missing"


def _from_folder(package: Package, folder: Path) -> dict[str, bytes]:
    if (folder / package.archive).is_file():
        return package.unpacked((folder / package.archive).read_bytes())
    stem = package.archive.removesuffix(".tgz")
    places = f"{stem}/package", stem, package.npm, f"node_modules/{package.npm}", package.name
    found = next((folder / place for place in places if (folder / place / "package.json").is_file()), None)
    if found is None:
        raise ValueError(f"folder {folder} holds neither {package.archive} nor {package.npm} unpacked")
    return {file.path: (found / file.path).read_bytes() for file in package.files if (found / file.path).is_file()}


def _from_network(package: Package) -> dict[str, bytes]:
    registry = os.environ.get("NPM_CONFIG_REGISTRY")
    with tempfile.TemporaryDirectory() as place:
        if _packed(package, place):
            return package.unpacked((Path(place) / package.archive).read_bytes())
        try:
            if registry:
                return package.unpacked(
                    _download(f"{registry.rstrip('/')}/{package.address}", package.published, place)
                )
            address = f"{CDN}/{package.npm}@{package.version}"
            return {file.path: _download(f"{address}/{file.path}", file.published, place) for file in package.files}
        except ConnectionError as error:
            raise ConnectionError(
                f"{package.npm} {package.version} could not be downloaded. Without network: run `npm pack "
                f"{package.npm}@{package.version}` elsewhere, then `edukit phone fetch --from DIR`"
            ) from error


def _packed(package: Package, place: str) -> bool:
    """Whether npm is installed and wrote the package there."""
    npm = shutil.which("npm")
    if npm is None:
        return False
    command = [npm, "pack", f"{package.npm}@{package.version}", "--ignore-scripts", "--pack-destination", place]
    try:
        subprocess.run(command, capture_output=True, timeout=600, cwd=place, check=True)
    except (OSError, subprocess.SubprocessError):
        return False
    return (Path(place) / package.archive).is_file()


@dataclass(frozen=True)
class _Download(Source):
    """A published file in a folder of its own."""

    place: Path = Path()

    @property
    def cache(self) -> Path:
        return self.place


def _download(address: str, published: tuple[int, str], place: str) -> bytes:
    folder, _, name = address.rpartition("/")
    source = _Download(name, f"{folder}/", {name: published}, Path(tempfile.mkdtemp(dir=place)))
    return source.fetch()[name].read_bytes()


def _write(package: Package, contents: dict[str, bytes]) -> None:
    """All files of a package, once each of them was checked."""
    if lacking := [file.path for file in package.files if file.path not in contents]:
        raise ValueError(f"{package.npm} {package.version} lacks {', '.join(lacking)}")
    checked = {file.name: file.content(contents[file.path]) for file in package.files}
    folder = runtime_folder() / package.name
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in checked.items():
        write_atomically(folder / name, content)
        if len(content) > LARGE:
            write_atomically(folder / f"{name}.gz", gzip.compress(content, 9, mtime=0))


def _write_licence(package: Package) -> None:
    """The text of the licence beside the files: npm's packages hold its name alone."""
    files = metadata.files(LICENCES[package.licence]) or []
    texts = [Path(str(file.locate())) for file in files if file.name == "LICENSE"]
    text = texts[0].read_bytes() if texts else f"{package.licence}, as package.json says\n".encode()
    place = runtime_folder() / package.name / "LICENSE"
    if not place.is_file() or place.read_bytes() != text:
        write_atomically(place, text)
