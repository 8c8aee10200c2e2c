"""Make datasets/digits.npz from scikit-learn's copy of the UCI handwritten digits, and print its SHA-256.

    python -m edukit.experiments.make_digits digits.npz        (needs scikit-learn)

The split is drawn here once and stored, so that every number in the course speaks of the same images.
"""

import hashlib
import sys
from pathlib import Path

import numpy as np

SIZES = (1000, 97, 200, 500)  # train, calibration, validation, test


def stratified_split(labels: np.ndarray, sizes=SIZES, seed: int = 0) -> np.ndarray:
    """The number of the split, 0 to len(sizes) - 1, for each label; every class is shared out alike.

    Walk through the images class by class, in random order inside a class, and give each to the split that
    is furthest behind its share: after any number of steps every split is within about one image of it.

    >>> np.bincount(stratified_split(np.repeat([0, 1], 50), (80, 20))[:50]).tolist()
    [40, 10]
    """
    shuffled = np.random.default_rng(seed).permutation(len(labels))
    walk = shuffled[np.argsort(labels[shuffled], kind="stable")]
    given = np.zeros(len(sizes))
    split = np.empty(len(labels), np.uint8)
    for step, image in enumerate(walk, start=1):
        behind = np.array(sizes) * step / len(labels) - given
        split[image] = behind.argmax()
        given[split[image]] += 1
    return split


def main(path: str = "digits.npz"):
    """Write the file, and print its SHA-256."""
    from sklearn.datasets import load_digits

    source = load_digits()
    images, labels = source.images.astype(np.uint8), source.target.astype(np.uint8)
    np.savez_compressed(path, images=images, labels=labels, split=stratified_split(labels))
    content = Path(path).read_bytes()
    print(path, len(content), "bytes, sha256", hashlib.sha256(content).hexdigest())


if __name__ == "__main__":
    main(*sys.argv[1:])
