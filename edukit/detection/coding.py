"""A box as four numbers relative to its anchor: what the box head of a detector predicts.

    encode   tx = (x - xa) / wa     ty = (y - ya) / ha     tw = ln(w / wa)     th = ln(h / ha)
    decode   x = xa + tx wa         y = ya + ty ha         w = wa exp(tw)      h = ha exp(th)

The same four numbers mean the same fit on every level: an anchor twice as large moves twice as far.

Symbols   x, y centre · w, h width and height · a index of the anchor
Shapes    boxes, anchors and numbers (..., 4); they are broadcast, so a batch shares its anchors
Bound     decode(encode(boxes)) = boxes up to rounding; decode always gives a box with an area
Source    Girshick et al. 2014, https://arxiv.org/abs/1311.2524, appendix C
In production  torchvision.models.detection._utils.BoxCoder, with weights (10, 10, 5, 5) in Faster R-CNN
"""

import math

import numpy as np

from edukit.checked import checked
from edukit.detection.boxes import as_floats, library_of
from edukit.refuse import is_finite

LARGEST = math.log(1000 / 16)  # exp() of more is no box of an image: torchvision stops there too


@checked
def encode_boxes(boxes, anchors):
    """The four numbers of each box relative to its anchor: torch for torch, numpy for numpy.

    Raises ValueError unless both end in 4 numbers that are finite, and each box has x1 < x2 and y1 < y2.

    >>> encode_boxes(np.array([[1.0, 0, 5, 8]]), np.array([[0.0, 0, 4, 4]])).round(3).tolist()
    [[0.25, 0.5, 0.0, 0.693]]
    """
    boxes = _with_area(boxes, "boxes")
    anchors = _with_area(anchors, "anchors")
    library = library_of(boxes)
    x, y, width, height = _centres(boxes)
    xa, ya, wa, ha = _centres(anchors)
    return library.stack([(x - xa) / wa, (y - ya) / ha, library.log(width / wa), library.log(height / ha)], -1)


@checked
def decode_boxes(numbers, anchors):
    """The boxes that the four numbers describe: the inverse of `encode_boxes`.

    Growth is limited to 62.5 times the anchor, as large numbers of an untrained head would overflow.
    Raises ValueError unless both end in 4 numbers that are finite, and each anchor has x1 < x2 and y1 < y2.

    >>> decode_boxes(np.array([[0.25, 0.5, 0.0, 0.0]]), np.array([[0.0, 0, 4, 4]])).tolist()
    [[1.0, 2.0, 5.0, 6.0]]
    """
    numbers = _fours(numbers, "numbers")
    anchors = _with_area(anchors, "anchors")
    library = library_of(numbers)
    xa, ya, wa, ha = _centres(anchors)
    x = xa + numbers[..., 0] * wa
    y = ya + numbers[..., 1] * ha
    half_width = wa * library.exp(numbers[..., 2].clip(-LARGEST, LARGEST)) / 2
    half_height = ha * library.exp(numbers[..., 3].clip(-LARGEST, LARGEST)) / 2
    return library.stack([x - half_width, y - half_height, x + half_width, y + half_height], -1)


def _centres(boxes):
    """x, y of the centre, width and height."""
    width = boxes[..., 2] - boxes[..., 0]
    height = boxes[..., 3] - boxes[..., 1]
    return boxes[..., 0] + width / 2, boxes[..., 1] + height / 2, width, height


def _fours(x, name):
    floats = np.asarray(x) if isinstance(x, np.ndarray) and x.dtype == np.float32 else as_floats(x, name)
    if not floats.ndim or floats.shape[-1] != 4:
        raise ValueError(f"{name} must have the shape (..., 4), got {tuple(floats.shape)}")
    if not is_finite(floats):
        raise ValueError(f"{name} must be finite, got NaN or infinity")
    return floats


def _with_area(boxes, name):
    boxes = _fours(boxes, name)
    good = (boxes[..., 0] < boxes[..., 2]) & (boxes[..., 1] < boxes[..., 3])
    if not bool(good.all()):
        raise ValueError(f"{name} must have x1 < x2 and y1 < y2, got {boxes[~good][0].tolist()}")
    return boxes
