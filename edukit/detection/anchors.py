"""Anchors: boxes of a few sizes and forms, laid over the whole image, that a detector starts from.

    centre = stride (column + 1/2, row + 1/2)      width = size √ratio      height = size / √ratio
    size   = scale · stride · octave               a coarser level answers for larger objects

Shapes    (A, 4): level by level, row by row, column by column, then octave by octave and ratio by ratio
Source    Ren et al. 2015, https://arxiv.org/abs/1506.01497, section 3.1.1; octaves and the two limits of the match:
          Lin et al. 2017, https://arxiv.org/abs/1708.02002, section 4
In production  torchvision.models.detection.anchor_utils.AnchorGenerator
"""

import math
from collections.abc import Sequence

import numpy as np

from edukit.checked import checked
from edukit.detection.boxes import check_boxes, overlap
from edukit.refuse import check_number, check_whole

BACKGROUND = -1  # this anchor answers for no object
IGNORED = -2  # too near to an object to be background, too far to answer for it


@checked
def make_anchors(
    height: int,
    width: int,
    *,
    strides: Sequence[int] = (8, 16, 32),
    scale: float = 2.0,
    octaves: Sequence[float] = (1.0, 1.4),
    ratios: Sequence[float] = (0.5, 1.0, 2.0),
) -> np.ndarray:
    """All anchors of an image, float32 (A, 4); sizes in pixels, ratio = width / height.

    A level of stride s has ceil(height / s) rows and ceil(width / s) columns, as strided convolutions do.
    Raises ValueError for sizes and strides below 1, and for a scale, octave or ratio that is not positive and finite.

    >>> make_anchors(8, 8, strides=(8,), octaves=(1.0,), ratios=(1.0,)).tolist()
    [[-4.0, -4.0, 12.0, 12.0]]
    """
    height = check_whole(height, "height", 1, 2**13)
    width = check_whole(width, "width", 1, 2**13)
    for name, values in {"strides": strides, "scale": [scale], "octaves": octaves, "ratios": ratios}.items():
        _check_positive(values, name)
    forms = [(octave * math.sqrt(ratio), octave / math.sqrt(ratio)) for octave in octaves for ratio in ratios]
    levels = [_level(height, width, check_whole(stride, "strides"), scale, forms) for stride in strides]
    return np.concatenate(levels).astype(np.float32)


def _level(height, width, stride, scale, forms):
    rows = stride * (np.arange(math.ceil(height / stride)) + 0.5)
    columns = stride * (np.arange(math.ceil(width / stride)) + 0.5)
    y, x = np.meshgrid(rows, columns, indexing="ij")
    centres = np.stack([x, y, x, y], axis=-1)[:, :, None]
    halves = scale * stride / 2 * np.array(forms)
    return (centres + np.concatenate([-halves, halves], axis=1)).reshape(-1, 4)


@checked
def match_anchors(anchors, boxes, *, low: float = 0.4, high: float = 0.5) -> np.ndarray:
    """For each anchor the place of the box it answers for, BACKGROUND or IGNORED: whole numbers (A,).

    An anchor answers for the box that it overlaps most, where their IoU is at least `high`; below `low` it is
    background. The anchor that overlaps a box most answers for that box in any case: no object is left without one.
    Raises ValueError for boxes that `iou` refuses, no anchors, and limits outside 0 <= low <= high <= 1.

    >>> match_anchors([[0, 0, 4, 4], [2, 0, 6, 4], [9, 9, 12, 12]], [[0, 0, 4, 5]]).tolist()
    [0, -1, -1]
    """
    anchors = check_boxes(anchors, "anchors")
    boxes = check_boxes(boxes)
    if not 0 <= low <= high <= 1:
        raise ValueError(f"low and high must be 0 <= low <= high <= 1, got {low} and {high}")
    if not len(anchors):
        raise ValueError("anchors must hold at least one box, got none")
    if not len(boxes):
        return np.full(len(anchors), BACKGROUND)
    overlaps = np.asarray(overlap(anchors, boxes))
    most = overlaps.max(axis=1)
    matched = np.where(most >= high, overlaps.argmax(axis=1), np.where(most < low, BACKGROUND, IGNORED))
    for box, anchor in enumerate(overlaps.argmax(axis=0)):
        if overlaps[anchor, box] > 0:  # a box that no anchor touches cannot be found from one
            matched[anchor] = box
    return matched


def _check_positive(values, name):
    for value in values:
        check_number(value, name)
    if not len(values) or not all(0 < value < math.inf for value in values):
        raise ValueError(f"{name} must be positive and finite, got {list(values)}")
