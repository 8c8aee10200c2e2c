"""What a data set for detection looks like: images, the boxes and classes of their objects, and four splits.

    image i  ->  boxes[i]  (n, 4) x1 y1 x2 y2 in pixels      classes[i]  (n,)      n may be 0

The splits have the jobs that they have in a set for classification: dataset.py says which.

Shapes    x (N, C, H, W) float32 · boxes N arrays (n, 4) float32 · classes N arrays (n,) int64
In production  COCO's annotations: a list of boxes as x, y, width, height, each with the number of its image
"""

from dataclasses import dataclass

import numpy as np

from edukit.data.dataset import SPLITS, Split, check_splits


@dataclass(frozen=True, eq=False, repr=False)
class BoxedSplit:
    """Images and their objects, checked once: each box has an area and lies inside its image.

    >>> BoxedSplit(np.zeros((2, 3, 8, 8), np.float32), [[[0, 0, 4, 4]], []], [[1], []])
    BoxedSplit(2 images of 3x8x8, 1 object)
    """

    x: np.ndarray
    boxes: list[np.ndarray]
    classes: list[np.ndarray]

    def __post_init__(self):
        Split(self.x, np.zeros(len(self.x), np.int64))  # refuses what is no stack of images
        if not len(self.x) == len(self.boxes) == len(self.classes):
            lengths = f"{len(self.x)}, {len(self.boxes)} and {len(self.classes)}"
            raise ValueError(f"x, boxes and classes must be equally long, got {lengths}")
        boxes = [np.array(rows, np.float32).reshape(-1, 4) for rows in self.boxes]
        classes = [np.array(labels) for labels in self.classes]
        for number, (rows, labels) in enumerate(zip(boxes, classes, strict=True)):
            _check_objects(rows, labels, self.x.shape[2:], number)
        object.__setattr__(self, "boxes", boxes)
        object.__setattr__(self, "classes", [labels.astype(np.int64) for labels in classes])

    @property
    def truth(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """(boxes, classes) of each image, as `edukit.detection.mean_average_precision` takes them."""
        return list(zip(self.boxes, self.classes, strict=True))

    def __len__(self):
        return len(self.x)

    def __repr__(self):
        objects = sum(map(len, self.classes))
        size = "x".join(map(str, self.x.shape[1:]))
        return f"BoxedSplit({len(self)} images of {size}, {objects} object{'s' * (objects != 1)})"


@dataclass(frozen=True, eq=False)
class BoxedDataset:
    """A name, the names of the classes, and the four splits; class k means classes[k]."""

    name: str
    classes: tuple[str, ...]
    train: BoxedSplit
    calibration: BoxedSplit
    validation: BoxedSplit
    test: BoxedSplit

    def __post_init__(self):
        check_splits(self, BoxedSplit)
        for name in SPLITS:
            highest = max([0, *(int(labels.max(initial=0)) for labels in getattr(self, name).classes)])
            if highest >= len(self.classes):
                raise ValueError(f"classes of {name} must be 0 to {len(self.classes) - 1}, got {highest}")


def _check_objects(boxes, classes, size, number):
    height, width = size
    if len(boxes) != len(classes) or classes.ndim != 1:
        raise ValueError(f"image {number} must have one class a box, got {len(boxes)} boxes, {classes.shape} classes")
    if classes.size and (classes.dtype.kind not in "iu" or classes.min() < 0):
        raise ValueError(f"classes of image {number} must be whole numbers from 0, got {classes.tolist()}")
    x1, y1, x2, y2 = boxes.T
    good = (0 <= x1) & (x1 < x2) & (x2 <= width) & (0 <= y1) & (y1 < y2) & (y2 <= height)  # False for NaN
    if not good.all():
        wrong = boxes[~good][0].tolist()
        raise ValueError(f"image {number} must have boxes with an area, inside {width}x{height} pixels, got {wrong}")
