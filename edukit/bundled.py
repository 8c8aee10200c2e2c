"""Where the data sets and notebooks lie: inside an installed wheel, or beside the package in a checkout."""

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
