"""Data: two sets that need no network, two that are downloaded and checked.

digits   1,797 handwritten digits, bundled        shapes    ten painted shapes, made on the spot
fashion_mnist   70,000 articles of clothing       cifar10   60,000 small photographs
"""

from edukit.data.dataset import Dataset, Split
from edukit.data.handwriting import digits
from edukit.data.painting import shapes
from edukit.data.published import cifar10, fashion_mnist

__all__ = ["Dataset", "Split", "cifar10", "digits", "fashion_mnist", "load", "shapes"]

SETS = {"digits": digits, "shapes": shapes, "fashion_mnist": fashion_mnist, "cifar10": cifar10}


def load(name: str) -> Dataset:
    """The data set of that name, as its own function gives it.

    >>> load("digits").classes[3]
    '3'
    """
    if name not in SETS:
        raise ValueError(f"data set must be one of {', '.join(SETS)}, got {name!r}")
    return SETS[name]()
