"""Where the data sets and notebooks lie: inside an installed wheel, or beside the package in a checkout."""

import hashlib
from pathlib import Path

PACKAGE = Path(__file__).parent
INSTALLED = (PACKAGE / "_bundled").is_dir()
ROOT = PACKAGE / "_bundled" if INSTALLED else PACKAGE.parent


def path(name: str) -> Path:
    """The bundled file or folder of that name, such as "datasets/digits.npz".

    >>> path("datasets").is_dir()
    True
    """
    found = ROOT / name
    if not found.exists():
        raise FileNotFoundError(f"edukit is incomplete: {found} is missing; install it again")
    return found


def intact(name: str, card: str) -> bytes:
    """What a bundled file holds. ValueError unless the row of its card that names the file holds its SHA-256.

    >>> len(intact("datasets/trained/digits_residual_0.safetensors", "datasets/trained.md")) > 100_000
    True
    """
    file = path(name)
    content = file.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    rows = path(card).read_text(encoding="utf-8").splitlines()
    if not any(file.name in row and found in row for row in rows):
        raise ValueError(
            f"{file} is damaged: its SHA-256 is {found}, which its card does not name; install edukit again"
        )
    return content
