"""1,797 real handwritten digits, bundled: 46 kB, no network.

    x = pixels / 16                 pixels are whole numbers 0..16
    enlarged[i] = (1 - f) x[k] + f x[k + 1]     k + f = (i + 1/2) / 4 - 1/2, along each axis, held at the border

The factor f is an odd multiple of 1/8 and pixels are whole numbers, so float32 rounds nothing: every CPU gives the
same bits. The split is stored in the file, stratified: 1,000 train, 97 calibration, 200 validation, 500 test.

Shapes    (N, 1, 8, 8), or (N, 1, 32, 32) enlarged four times by bilinear interpolation
Source    Alpaydin & Kaynak 1998, https://doi.org/10.24432/C50P49, CC BY 4.0; the card is datasets/digits.md
In production  sklearn.datasets.load_digits; torch.nn.functional.interpolate(mode="bilinear")
"""

import hashlib
import io
from numbers import Integral

import numpy as np

from edukit import bundled
from edukit.checked import checked
from edukit.data.dataset import SPLITS, Dataset, from_pixels
from edukit.refuse import shown

SHA256 = "783d0ebeba48adcf861e022d2670edfd943dd061afea3dc8171203bdf7f10ea5"


@checked
def digits(size: int = 8) -> Dataset:
    """The ten digits in 8x8 or 32x32 pixels, one channel; new arrays on every call.

    size   8 as published, or 32
    Raises ValueError for another size, or when the bundled file is damaged.

    >>> digits().train, digits(size=32).test
    (Split(1000 images of 1x8x8), Split(500 images of 1x32x32))
    """
    if not isinstance(size, Integral) or size not in (8, 32):
        raise ValueError(f"size must be 8 or 32, got {shown(size)}")
    file = _read(bundled.path("datasets/digits.npz"))
    images = file["images"][:, None]
    if size == 32:
        images = enlarge(enlarge(images, axis=2), axis=3)
    splits = {}
    for number, name in enumerate(SPLITS):
        own = file["split"] == number
        splits[name] = from_pixels(images[own], file["labels"][own], top=16)
    return Dataset("digits", tuple("0123456789"), **splits)


def enlarge(x: np.ndarray, axis: int, factor: int = 4) -> np.ndarray:
    """Bilinear enlargement along one axis by a power of two; pixel centres lie at half steps.

    >>> enlarge(np.array([0, 8]), axis=0).tolist()
    [0.0, 0.0, 1.0, 3.0, 5.0, 7.0, 8.0, 8.0]
    """
    length = x.shape[axis]
    position = ((np.arange(factor * length) + 0.5) / factor - 0.5).clip(0, length - 1).astype(np.float32)
    left = position.astype(int)
    right = np.minimum(left + 1, length - 1)
    fraction = (position - left).astype(np.float32).reshape([-1 if i == axis else 1 for i in range(x.ndim)])
    return (1 - fraction) * x.take(left, axis) + fraction * x.take(right, axis)


def _read(path) -> dict[str, np.ndarray]:
    """The arrays of the file, parsed only after its checksum was seen to be right."""
    content = path.read_bytes()
    if (found := hashlib.sha256(content).hexdigest()) != SHA256:
        raise ValueError(f"{path} is damaged: its SHA-256 is {found} instead of {SHA256}; install edukit again")
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        return dict(file)
