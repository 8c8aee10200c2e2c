"""Files that are whole: a checksum inside, and no half-written file on disk.

A single flipped bit in an ONNX file often loads without a word and answers wrongly; a process killed while it writes
leaves a file that cannot be read. The seal catches the first, the rename avoids the second.

Protocol buffers may be appended to each other: the seal is one more metadata entry behind the content, which every
ONNX reader accepts.

    file = content + entry("edukit.sha256", SHA-256 of content)
"""

import hashlib
import os
import tempfile
from pathlib import Path

KEY = b"edukit.sha256"


def sealed(content: bytes) -> bytes:
    """An ONNX file's bytes with their own SHA-256 behind them.

    >>> is_intact(sealed(b"content")), is_intact(sealed(b"content").replace(b"c", b"k"))
    (True, False)
    """
    return content + _entry(content)


def is_intact(content: bytes) -> bool:
    """Whether the seal fits; a file without one, from another exporter, cannot be told and passes."""
    body, entry = content[:-_LENGTH], content[-_LENGTH:]
    return KEY not in entry or entry == _entry(body)


def write_atomically(path: Path, content: bytes) -> Path:
    """Write beside the place and rename: whoever looks finds the old file or the new one, never half of it."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    return path


def _entry(content: bytes) -> bytes:
    """ModelProto.metadata_props (field 14) with one key (field 1) and its value (field 2), as protobuf writes it."""
    digest = hashlib.sha256(content).hexdigest().encode()
    pair = b"\x0a" + bytes([len(KEY)]) + KEY + b"\x12" + bytes([len(digest)]) + digest
    return b"\x72" + bytes([len(pair)]) + pair


_LENGTH = len(_entry(b""))
