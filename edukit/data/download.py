"""Published files, fetched once, and trusted only while size and checksum are right.

    folder given   ->  check the files in it
    in the cache   ->  check the cached file
    else           ->  download, check, and only then move into the cache

Checked on every call: a single flipped bit in a file of images loads without a word.

Files go to the user's cache folder, or to the one that the variable EDUKIT_CACHE names.

In production  pooch (used here); torchvision.datasets and Hugging Face datasets do the same
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

CHUNK = 1 << 16


@dataclass(frozen=True)
class Source:
    """Where a data set is published: the address in front of each file name, and (bytes, SHA-256) of each file."""

    name: str
    address: str
    files: dict[str, tuple[int, str]]

    @property
    def cache(self) -> Path:
        import pooch

        return Path(os.environ.get("EDUKIT_CACHE") or pooch.os_cache("edukit")) / self.name

    def fetch(self, folder: str | Path | None = None) -> dict[str, Path]:
        """The checked files by name: those in `folder`, or else in the cache, downloaded where they are missing.

        Raises ValueError for a damaged file or one missing in `folder`, ConnectionError without network.
        """
        place = self.cache if folder is None else Path(folder)
        missing = [name for name in self.files if not (place / name).is_file()]
        if missing and folder is not None:
            raise ValueError(f"folder {place} lacks {', '.join(missing)}: download from {self.address}")
        for name in self.files:
            if name in missing:
                _download(self, name)
            elif fault := difference(place / name, *self.files[name]):
                again = "the next call downloads it again" if folder is None else f"download {self.address}{name} again"
                raise ValueError(f"{place / name} is damaged: {fault}; delete it, {again}")
        return {name: place / name for name in self.files}


def difference(path: Path, size_bytes: int, sha256: str) -> str:
    """What is wrong with a file, in words; empty when size and checksum are right.

    >>> difference(Path(__file__), 1, "").endswith("instead of 1")
    True
    """
    with open(path, "rb") as file:
        found = file.seek(0, os.SEEK_END)
        if found != size_bytes:
            return f"{found:,} bytes instead of {size_bytes:,}"
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return "" if digest == sha256 else f"SHA-256 {digest} instead of {sha256}"


def _download(source: Source, name: str):
    """One file into the cache, with a progress bar; a broken or wrong download leaves nothing behind.

    The progress bar ends a download that is longer than the published file: a server may send without end.
    """
    import pooch
    from tqdm import tqdm

    size_bytes, sha256 = source.files[name]

    class Bar(tqdm):
        def update(self, n=1):
            if self.n + n >= size_bytes + CHUNK:  # the last chunk counts as a whole one
                raise ValueError(f"{self.desc} is another file than was published: more than {size_bytes:,} bytes")
            return super().update(n)

        def __bool__(self):  # tqdm's is False where the server does not say how long the file is
            return True

    def stream(url, path, _):
        with Bar(total=size_bytes, desc=name, unit="B", unit_scale=True) as bar:
            pooch.HTTPDownloader(progressbar=bar, chunk_size=CHUNK)(url, path, None)
        if fault := difference(path, size_bytes, sha256):
            raise ValueError(f"{url} sent another file than was published: {fault}")

    try:
        pooch.retrieve(source.address + name, sha256, name, source.cache, downloader=stream)
    except OSError as error:
        if error.errno is not None:  # the disk is full, or not ours; errors of the network carry no such number
            raise
        raise ConnectionError(
            f"{name} could not be downloaded ({type(error).__name__}). Without network: download "
            f"{', '.join(source.address + file for file in source.files)} elsewhere, put all of it into one folder "
            f"and call {source.name}(folder=...) with that folder"
        ) from error
