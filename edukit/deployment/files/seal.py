"""The seal of an ONNX file: its checksum inside. A single flipped bit often loads without a word and answers wrongly.

Protocol buffers may be appended to each other: the seal is one more metadata entry behind the content, which every
ONNX reader accepts.

    file = content + entry("edukit.sha256", SHA-256 of content)
"""

import hashlib
import re

KEY = b"edukit.sha256"


def sealed(content: bytes) -> bytes:
    """An ONNX file's bytes with their own SHA-256 behind them.

    >>> is_intact(sealed(b"content")), is_intact(sealed(b"content").replace(b"c", b"k"))
    (True, False)
    """
    return content + _entry(content)


def is_intact(content: bytes) -> bool:
    """Whether the seal fits, and stands at the end; a file without one, from another exporter, passes.

    What was appended behind a seal is no part of what was sealed: such a file is not intact.
    """
    body = content[:-_LENGTH]
    entry = content[-_LENGTH:]
    has_seal = KEY in content or _DIGEST.fullmatch(entry[-64:])  # in a damaged seal the key may be damaged
    return not has_seal or entry == _entry(body)


def _entry(content: bytes) -> bytes:
    """ModelProto.metadata_props (field 14) with one key (field 1) and its value (field 2), as protobuf writes it."""
    digest = hashlib.sha256(content).hexdigest().encode()
    pair = b"\x0a" + bytes([len(KEY)]) + KEY + b"\x12" + bytes([len(digest)]) + digest
    return b"\x72" + bytes([len(pair)]) + pair


_DIGEST = re.compile(rb"[0-9a-f]{64}")
_LENGTH = len(_entry(b""))
