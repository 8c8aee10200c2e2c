"""Data: three sets that need no network, two that are downloaded and checked.

dataset.py         Split and Dataset: four splits with one job each
handwriting.py     digits(): 1,797 handwritten digits, bundled
painting.py        shapes(): ten shapes, painted by numpy, the same bits everywhere
outlines.py        the ten shapes as distances
brush.py           what the painters share: random places, strokes, textures, light and noise
boxed.py           BoxedSplit and BoxedDataset: images whose objects have boxes and classes
scene_painting.py  scenes(): one to five shapes in a larger image, with their boxes, for detection
published.py       fashion_mnist(): 70,000 articles of clothing; cifar10(): 60,000 small photographs
download.py        fetched once, checked always
"""

from edukit.data.boxed import BoxedDataset, BoxedSplit
from edukit.data.dataset import Dataset, Split
from edukit.data.handwriting import digits
from edukit.data.painting import shapes
from edukit.data.published import cifar10, fashion_mnist
from edukit.data.scene_painting import scenes
from edukit.refuse import shown

__all__ = [
    "BoxedDataset",
    "BoxedSplit",
    "Dataset",
    "Split",
    "cifar10",
    "digits",
    "fashion_mnist",
    "load",
    "scenes",
    "shapes",
]

SETS = {"digits": digits, "shapes": shapes, "fashion_mnist": fashion_mnist, "cifar10": cifar10}


def load(name: str) -> Dataset:
    """The data set of that name, as its own function gives it.

    >>> load("digits").classes[3]
    '3'
    """
    if not isinstance(name, str) or name not in SETS:
        raise ValueError(f"name must be one of {', '.join(SETS)}, got {shown(name)}")
    return SETS[name]()
