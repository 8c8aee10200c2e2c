"""Data: two sets that need no network, two that are downloaded and checked.

dataset.py      Split and Dataset: four splits with one job each
handwriting.py  digits(): 1,797 handwritten digits, bundled
painting.py     shapes(): ten shapes, painted by numpy, the same bits everywhere
outlines.py     the ten shapes as distances
published.py    fashion_mnist(): 70,000 articles of clothing; cifar10(): 60,000 small photographs
download.py     fetched once, checked always
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
