"""Files that are whole: written beside their place and renamed, with a checksum that tells damage by name.

    file = 8 bytes, the header's length · header, JSON · tensors         the safetensors format
    header's metadata: {"edukit": {"sha256": SHA-256 of the file with zeros in this place, "kind": …, …}}

A flipped bit anywhere in a file of packed codes is another weight; no reader can see it without the checksum. A process
killed while it writes leaves the old file, and perhaps a hidden one that the next write of the same name takes away.

Source    https://huggingface.co/docs/safetensors, section Format
In production  a checksum lies beside the file, as in model hubs and package indexes
"""

import hashlib
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

import numpy as np
from safetensors import SafetensorError

from edukit.errors import first_line
from edukit.refuse import Array, is_tensor

SEAL = re.compile(rb'sha256\\": \\"([0-9a-f]{64})\\"')
ORPHAN_S = 600


def save_tensors(tensors: dict[str, Array], path: str | Path, kind: str, **about) -> Path:
    """Write arrays, all of numpy or all of torch, and what JSON can say about them, as a sealed safetensors file.

    kind   names the pair of functions that writes and reads such files
    Raises OSError where the path cannot be written.

    >>> import tempfile
    >>> path = save_tensors({"w": np.eye(2)}, tempfile.mkdtemp() + "/w.safetensors", "example", by="me")
    >>> tensors, about = load_tensors(path, "example")
    >>> tensors["w"].tolist(), about["by"]
    ([[1.0, 0.0], [0.0, 1.0]], 'me')
    """
    torchs = any(is_tensor(tensor) for tensor in tensors.values())
    whole = {name: x.contiguous() if torchs else np.asarray(x, order="C") for name, x in tensors.items()}
    metadata = {"edukit": json.dumps({"sha256": "0" * 64, "kind": kind} | about)}
    content = _library(torchs).save(whole, metadata)
    return write_atomically(path, _with_seal(content, hashlib.sha256(content).hexdigest()))


def load_tensors(path: str | Path, kind: str, *, as_torch: bool = False) -> tuple[dict[str, Array], dict]:
    """The tensors of such a file, and what it says about them.

    Raises ValueError for a damaged file, one that was not sealed, and one of another kind; OSError where there is none.
    """
    content = Path(path).read_bytes()
    found = SEAL.search(content[: 8 + int.from_bytes(content[:8], "little")])
    if not found:
        raise ValueError(f"path must be a file of edukit with a checksum, {path} has none: another file, or damaged")
    if hashlib.sha256(_with_seal(content, "0" * 64)).hexdigest() != found[1].decode():
        raise ValueError(f"{path} is damaged: its SHA-256 is not the one it holds; save it again")
    about, tensors = _parsed(content, path, as_torch)
    if about["kind"] != kind:
        raise ValueError(f"path must be a file of kind {kind}, {path} is of kind {about['kind']}")
    return tensors, about


def with_check(record: dict, of: str = "") -> dict:
    """What JSON can say, with the beginning of its SHA-256: for files of text, which people may read.

    of   where the record belongs: in another place the check does not fit

    >>> without_check(with_check({"a": [1, 2.5]}))
    {'a': [1, 2.5]}
    """
    return record | {"check": _digest(record, of)}


def without_check(found, of: str = "") -> dict:
    """The record of `with_check`, read again; ValueError unless its check fits.

    >>> without_check(with_check({"a": 1}) | {"a": 3})
    Traceback (most recent call last):
    ValueError: it was damaged or changed: its check does not fit
    """
    if not isinstance(found, dict) or "check" not in found:
        raise ValueError("it has no check: another file, or damaged")
    record = {name: value for name, value in found.items() if name != "check"}
    if found["check"] != _digest(record, of):
        raise ValueError("it was damaged or changed: its check does not fit")
    return record


def shapes_of(tensors: dict[str, Array]) -> dict[str, list[int]]:
    """The shapes as JSON can keep them.

    >>> shapes_of({"w": np.zeros((2, 3))})
    {'w': [2, 3]}
    """
    return {name: list(np.shape(tensor)) for name, tensor in tensors.items()}


def whole(tensors: dict[str, Array], in_parts: Iterable[str]) -> dict[str, Array]:
    """The tensors of a file that are stored as they are; the others are "name.part" for the names in parts.

    >>> list(whole({"w.codes": 0, "w.scale": 1, "b": 2}, ["w"]))
    ['b']
    """
    return {name: tensor for name, tensor in tensors.items() if name.rpartition(".")[0] not in in_parts}


def check_shapes(saved: dict[str, list[int]], tensors: dict[str, Array]) -> None:
    """Raise a ValueError unless the shapes in a file are those of a model's tensors.

    >>> check_shapes({"w": [2, 3]}, {"w": np.zeros((3, 2))})
    Traceback (most recent call last):
    ValueError: model must have the tensors of the file: w is [2, 3] in the file and [3, 2] in the model
    """
    model = shapes_of(tensors)
    for name in sorted(saved | model):
        if saved.get(name) != model.get(name):
            there, here = (shapes.get(name, "missing") for shapes in (saved, model))
            raise ValueError(
                f"model must have the tensors of the file: {name} is {there} in the file and {here} in the model"
            )


def write_atomically(path: str | Path, content: bytes) -> Path:
    """Write beside the place and rename: whoever looks finds the old file or the new one, never half of it.

    A new file gets the permissions that any new file gets; an old one keeps its own. A link stays a link: the file
    behind it is written. Raises OSError where the path cannot be written.
    """
    place = Path(os.path.realpath(path))
    if place.is_dir():
        raise IsADirectoryError(f"{path} is a folder, and no file can be written there")
    remove_orphans(place.parent, f".{_start(place)}.*.tmp")
    temporary = place.with_name(f".{_start(place)}.{secrets.token_hex(4)}.tmp")
    try:
        with open(temporary, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if place.exists():
            shutil.copymode(place, temporary)
        os.replace(temporary, place)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return Path(path)


def remove_orphans(folder: Path, pattern: str) -> None:
    """Remove the files and folders of that pattern that nobody has touched for ten minutes: their writer was killed."""
    for path in folder.glob(pattern):
        try:
            if time.time() - path.stat().st_mtime > ORPHAN_S:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        except OSError:  # it was renamed or removed meanwhile, or belongs to another person
            pass


def _digest(record, of) -> str:
    as_read = json.loads(json.dumps(record))
    return hashlib.sha256(f"{of}\n{json.dumps(as_read, sort_keys=True)}".encode()).hexdigest()[:16]


def _start(place):
    """The name, cut so that the temporary file's is not too long; without the signs that a search takes as patterns."""
    return re.sub(r"[\[\]*?]", "_", place.name[:40])


def _with_seal(content, digest):
    """The content with the digest in the place of the first seal."""
    start, end = SEAL.search(content).span(1)
    return content[:start] + digest.encode() + content[end:]


def _parsed(content, path, as_torch):
    try:
        header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
        return json.loads(header["__metadata__"]["edukit"]), _library(as_torch).load(content)
    except (SafetensorError, LookupError, TypeError) as error:
        raise ValueError(f"{path} is no safetensors file of edukit: {first_line(error)}") from error


def _library(as_torch):
    return import_module("safetensors.torch" if as_torch else "safetensors.numpy")
