"""Boxes, and how much two of them overlap: intersection over union.

    IoU(a, b) = area(a ∩ b) / (area(a) + area(b) - area(a ∩ b))

Symbols   x1, y1 upper left corner · x2, y2 lower right corner, in pixels, x to the right and y down
Shapes    a (N, 4), b (M, 4) -> (N, M)
Bound     0 <= IoU <= 1; 1 only for equal boxes, 0 for boxes that share no area
Assumes   x1 < x2 and y1 < y2: a box without an area has no IoU, and is refused
Source    Jaccard 1912, https://doi.org/10.1111/j.1469-8137.1912.tb05611.x
In production  torchvision.ops.box_iou
"""

import sys

import numpy as np

from edukit.checked import checked
from edukit.refuse import check_real, check_whole, is_finite, is_tensor


@checked
def iou(a, b):
    """The IoU of each box of a with each box of b: (N, M), float64 for numpy, as the boxes are for torch.

    Raises ValueError for other shapes, NaN, infinity, and boxes with no area or with swapped corners.

    >>> iou([[0, 0, 2, 2]], [[1, 0, 3, 2], [5, 5, 6, 6]]).round(3).tolist()
    [[0.333, 0.0]]
    """
    return overlap(check_boxes(a, "a"), check_boxes(b, "b"))


def overlap(a, b):
    """`iou` of boxes that were checked before."""
    shared = intersection(a, b)
    return shared / (area(a)[:, None] + area(b) - shared)


def intersection(a, b):
    """The area that each box of a shares with each box of b: (N, M).

    >>> intersection(np.array([[0, 0, 2, 2]]), np.array([[1, 1, 3, 3]])).tolist()
    [[1]]
    """
    library = library_of(a)
    upper_left = library.maximum(a[:, None, :2], b[:, :2])
    lower_right = library.minimum(a[:, None, 2:], b[:, 2:])
    width_height = (lower_right - upper_left).clip(0)
    return width_height[..., 0] * width_height[..., 1]


def area(boxes):
    """Width times height of each box, in square pixels: (N,).

    >>> area(np.array([[0, 0, 2, 3]])).tolist()
    [6]
    """
    return (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])


@checked
def clip_boxes(boxes, height: int, width: int):
    """The part of each box inside the image, and which boxes have one: (K, 4) and the K places in the input.

    Raises ValueError as `iou` does, and for an image without pixels.

    >>> clipped, kept = clip_boxes([[-2, 1, 3, 4], [9, 9, 12, 12]], height=8, width=8)
    >>> clipped.tolist(), kept.tolist()
    ([[0.0, 1.0, 3.0, 4.0]], [0])
    """
    boxes = check_boxes(boxes)
    height = check_whole(height, "height")
    width = check_whole(width, "width")
    library = library_of(boxes)
    x = boxes[:, 0::2].clip(0, width)
    y = boxes[:, 1::2].clip(0, height)
    clipped = library.stack([x[:, 0], y[:, 0], x[:, 1], y[:, 1]], 1)
    (kept,) = library.where(area(clipped) > 0)
    return clipped[kept], kept


def library_of(x):
    """The library that x belongs to, numpy or torch: maximum, stack and exp have the same names in both.

    >>> library_of(np.zeros(3)).__name__
    'numpy'
    """
    return sys.modules["torch"] if is_tensor(x) else np


def check_boxes(boxes, name: str = "boxes"):
    """The boxes as (N, 4) floats; a ValueError that names the argument and the first box that is none.

    >>> check_boxes([[0, 0, 2, 2], [3, 1, 1, 4]], "found")
    Traceback (most recent call last):
    ValueError: found must have x1 < x2 and y1 < y2, got [3.0, 1.0, 1.0, 4.0] in row 1
    """
    boxes = as_floats(boxes, name)
    if boxes.ndim == 1 and not len(boxes):
        boxes = boxes.reshape(0, 4)  # an empty list holds no box
    if boxes.ndim != 2 or boxes.shape[1] != 4:
        raise ValueError(f"{name} must have the shape (N, 4), one x1, y1, x2, y2 a row, got {tuple(boxes.shape)}")
    if not is_finite(boxes):
        raise ValueError(f"{name} must be finite, got NaN or infinity")
    for row, (x1, y1, x2, y2) in enumerate(boxes.tolist()):
        if not (x1 < x2 and y1 < y2):
            raise ValueError(f"{name} must have x1 < x2 and y1 < y2, got {[x1, y1, x2, y2]} in row {row}")
    return boxes


def as_floats(x, name: str):
    """An array of floats: float64 for numpy, so that small whole numbers do not wrap; tensors keep their float type.

    >>> as_floats(np.array([250], np.uint8), "x").dtype
    dtype('float64')
    """
    try:
        check_real(x, name)
    except ValueError:  # rows of several lengths
        raise ValueError(f"{name} must be an array of real numbers, got rows of several lengths") from None
    if is_tensor(x):
        return x if x.is_floating_point() else x.float()
    return np.asarray(x, np.float64)
