"""A notebook that no phone can reach: the page as a folder for any web host, and a code that brings the result back.

    write_page(models, images, folder) ─> index.html, page/, runtime/, files/ ─ any https host ─> a phone
    the phone's code: base64url(1, id, name, {figures of each file}, CRC-32) ─ pasted ─> read_code ─> what it posted

Such a page sends nothing: the phone shows its code, and whoever holds the phone copies it. The checksum tells a code
that lost a letter; it does not tell who wrote the code.

Source    https://www.rfc-editor.org/rfc/rfc4648, section 5
In production  a web app on a CDN, and an analytics endpoint of its own
"""

import base64
import binascii
import json
import shutil
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path

from edukit.deployment.phone.described import described
from edukit.deployment.phone.fetch import HOW, missing, runtime_folder
from edukit.deployment.phone.guards import Refused
from edukit.deployment.phone.packages import manifest
from edukit.deployment.phone.schema import Posted, posted
from edukit.disk.sealed import write_atomically

PAGE = Path(__file__).with_name("page")
VERSION = 1
TIMES = "median_s", "p90_s", "load_s", "first_s"


def write_page(models: Mapping[str, str | Path], images, folder: str | Path, *, names=None, draw=None) -> Path:
    """Write a folder that any web host can serve, and return its path; a phone that opens it shows a result code.

    models, images, names, draw   as PhoneBoard takes them; labels are not part of a page
    folder   a new or empty one, or one that an earlier call wrote
    Raises ValueError for what `described` refuses, for another folder, and where the runtimes are not fetched yet.
    """
    folder = Path(folder)
    document, contents = described(models, images, names=names, draw=draw)
    runtimes = {model["runtime"] for model in document["models"]}
    if lacking := missing(runtimes):
        raise ValueError(f"the runtimes of a browser are not complete, {lacking[0]} is missing: {HOW}")
    if folder.exists() and not (folder.is_dir() and (_is_ours(folder) or not any(folder.iterdir()))):
        raise ValueError(f"folder must be new or empty, {folder} is neither")
    for package in (package for package in manifest() if package.runtime in runtimes):
        _copy(runtime_folder() / package.name, folder / "runtime" / package.name)
    _copy(PAGE, folder / "page")
    contents["models.json"] = json.dumps({**document, "hosted": True}).encode()
    contents["index.html"] = (PAGE / "index.html").read_bytes()
    for name, content in contents.items():
        (folder / name).parent.mkdir(exist_ok=True)
        write_atomically(folder / name, content)
    return folder


def read_code(text: str) -> list[Posted]:
    """What a phone measured, one entry for each file; spaces and line breaks in the code do no harm.

    Raises ValueError for a code that is damaged or incomplete, TypeError for what is no text.

    >>> read_code("AQ")
    Traceback (most recent call last):
    ValueError: text must be a whole result code, this one is damaged or incomplete: copy it again
    """
    if not isinstance(text, str):
        raise TypeError(f"text must be a result code as str, got {type(text).__name__}")
    reader = _Reader(_checked(text))
    try:
        version = reader.numbers("B")[0]
        if version != VERSION:
            raise ValueError(f"text must be a result code of version {VERSION}, this one is of version {version}")
        id = reader.take(8).hex()
        phone = reader.text()
        bodies = [{"phone": phone, "id": id, **_body(reader)} for _ in range(reader.numbers("B")[0])]
        if not bodies or reader.rest:
            raise ValueError(f"text must end with the figures of its files, {len(reader.rest)} bytes follow them")
        return [_posted(body) for body in bodies]
    except (struct.error, UnicodeDecodeError, Refused) as error:
        raise ValueError(f"text must be a result code of this page: {error}") from error


def _checked(text: str) -> bytes:
    """The bytes in front of the checksum."""
    letters = "".join(text.split())
    try:
        content = base64.b64decode(letters + "=" * (-len(letters) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        content = b""
    if len(content) < 5 or zlib.crc32(content[:-4]) != int.from_bytes(content[-4:]):
        raise ValueError("text must be a whole result code, this one is damaged or incomplete: copy it again")
    return content[:-4]


def _body(reader: "_Reader") -> dict:
    words = dict(zip(("model", "runtime", "version"), (reader.text() for _ in range(3)), strict=True))
    times = dict(zip(TIMES, reader.numbers("4f"), strict=True))
    calls, crc = reader.numbers("2I")
    count, digits = reader.numbers("2B")
    packed = reader.take((count * digits + 1) // 2).hex()
    predictions = [int(packed[i * digits : (i + 1) * digits] or "0", 16) for i in range(count)]
    return {**words, **times, "calls": calls, "crc": crc, "predictions": predictions, "heat": []}


def _posted(body: dict) -> Posted:
    return posted(json.dumps(body).encode(), {body["model"]: body["runtime"]}, len(body["predictions"]))


class _Reader:
    """Bytes, read from the front."""

    def __init__(self, content: bytes):
        self.rest = content

    def take(self, count: int) -> bytes:
        if count > len(self.rest):
            raise struct.error(f"it ends {count - len(self.rest)} bytes too early")
        found, self.rest = self.rest[:count], self.rest[count:]
        return found

    def numbers(self, form: str) -> tuple:
        return struct.unpack(f">{form}", self.take(struct.calcsize(f">{form}")))

    def text(self) -> str:
        return self.take(self.numbers("B")[0]).decode()


def _is_ours(folder: Path) -> bool:
    return (folder / "models.json").is_file() and (folder / "page" / "page.js").is_file()


def _copy(source: Path, target: Path) -> None:
    """The files of a folder, without any folder in it; a host compresses them itself."""
    target.mkdir(parents=True, exist_ok=True)
    for file in (file for file in source.iterdir() if file.is_file() and file.suffix != ".gz"):
        shutil.copyfile(file, target / file.name)
