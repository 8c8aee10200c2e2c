"""What every data set looks like: images, labels, and four splits with one job each.

    pixels 0..top  ->  x = pixels / top in [0, 1]

Train fits the weights, calibration finds the ranges of a quantizer, validation makes the choices (when to stop, what
to cut), and test is looked at once, at the end.

Shapes    x (N, C, H, W) float32 · y (N,) int64
In production  torch.utils.data.TensorDataset; data too large for memory is streamed by a DataLoader
"""

from dataclasses import dataclass

import numpy as np

from edukit.checked import check_several

SPLITS = ("train", "calibration", "validation", "test")


@dataclass(frozen=True, eq=False, repr=False)
class Split:
    """Images and their labels, checked once: equal length, finite, the shapes and types above.

    >>> Split(np.zeros((5, 1, 8, 8), np.float32), np.arange(5))
    Split(5 images of 1x8x8)
    """

    x: np.ndarray
    y: np.ndarray

    def __post_init__(self):
        for name, dtype, ndim, axes in (("x", np.float32, 4, "(N, C, H, W)"), ("y", np.int64, 1, "(N,)")):
            array = getattr(self, name)
            if not isinstance(array, np.ndarray) or array.dtype != dtype:
                raise TypeError(f"{name} must be a numpy array of {dtype.__name__}, got {_kind(array)}")
            if array.ndim != ndim:
                raise ValueError(f"{name} must have the shape {axes}, got {array.shape}")
        if len(self.x) != len(self.y):
            raise ValueError(f"x and y must be equally long, got {len(self.x)} images and {len(self.y)} labels")
        if not np.isfinite([self.x.min(initial=0), self.x.max(initial=0)]).all():  # no copy of a large array
            raise ValueError("x must be finite, got NaN or infinity")

    def __len__(self):
        return len(self.y)

    def __repr__(self):
        return f"Split({len(self)} images of {'x'.join(map(str, self.x.shape[1:]))})"


@dataclass(frozen=True, eq=False)
class Dataset:
    """A name, the names of the classes, and the four splits; label k means classes[k]."""

    name: str
    classes: tuple[str, ...]
    train: Split
    calibration: Split
    validation: Split
    test: Split

    def __post_init__(self):
        check_splits(self, Split)
        for name in SPLITS:
            split = getattr(self, name)
            low, high = split.y.min(initial=0), split.y.max(initial=0)
            if low < 0 or high >= len(self.classes):
                last = len(self.classes) - 1
                raise ValueError(f"labels of {name} must be 0 to {last}, got {low} to {high}: classes holds {last + 1}")


def check_splits(data, kind: type) -> None:
    """Raise an error that names the field unless a set has a name, classes, and four splits with images of one size."""
    if not isinstance(data.name, str):
        raise TypeError(f"name must be a text, got {_kind(data.name)}")
    check_several(data.classes, "classes")
    for name in SPLITS:
        split = getattr(data, name)
        if not isinstance(split, kind):
            raise TypeError(f"{name} must be a {kind.__name__}, got {_kind(split)}")
    for name in SPLITS:
        split = getattr(data, name)
        if split.x.shape[1:] != data.train.x.shape[1:]:
            raise ValueError(f"{name} must hold images like train's, got {split} beside {data.train}")


def from_pixels(pixels: np.ndarray, labels: np.ndarray, top: int = 255) -> Split:
    """A Split of new arrays from grey levels 0..top, so that no caller can reach what they were made from.

    >>> from_pixels(np.array([[[[0, 4, 16]]]]), np.array([3]), top=16).x.tolist()
    [[[[0.0, 0.25, 1.0]]]]
    """
    return Split(np.divide(pixels, top, dtype=np.float32), np.array(labels, np.int64))


def _kind(value) -> str:
    return f"{type(value).__name__} of {value.dtype}" if hasattr(value, "dtype") else type(value).__name__
