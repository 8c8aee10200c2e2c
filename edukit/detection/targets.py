"""Targets: what each anchor of an image should answer, as tensors that a loss can read.

    boxes and classes of an image ──match──▶ labels (A,)   a class, or BACKGROUND, or IGNORED
                                  ──encode─▶ offsets (A, 4)  from the anchor to its box; zeros where it has none

Anchors do not move while a detector learns, so the targets are found once for each image, and once for its mirror
image.

Symbols   A anchors of one image
Shapes    split of N images -> labels (N, A) int64, offsets (N, A, 4) float32
In production  the same matching on the device for each batch, because every image is cropped anew
"""

from typing import NamedTuple

import numpy as np
import torch

from edukit.detection.anchors import match_anchors
from edukit.detection.boxes import check_boxes
from edukit.detection.coding import encode_boxes

LOW, HIGH = 0.3, 0.4  # IoU: with one anchor a place, few overlap an object by the usual 0.5


class Targets(NamedTuple):
    """labels (N, A): a class, BACKGROUND or IGNORED; offsets (N, A, 4), zeros where an anchor has no box."""

    labels: torch.Tensor
    offsets: torch.Tensor


def targets_of(split, anchors: np.ndarray) -> Targets:
    """The targets of each image of a split such as `scenes().train`.

    Raises TypeError for a split of another kind, ValueError for anchors that are no boxes.

    >>> from edukit.data.boxed import BoxedSplit
    >>> from edukit.detection import make_anchors
    >>> split = BoxedSplit(np.zeros((1, 3, 32, 32), np.float32), [[[0, 0, 16, 16]]], [[2]])
    >>> targets_of(split, make_anchors(32, 32, strides=(16,), scale=1, octaves=[1], ratios=[1])).labels.tolist()
    [[2, -1, -1, -1]]
    """
    check_boxed(split)
    anchors = check_boxes(anchors, "anchors")
    found = [_of_image(*objects, anchors) for objects in zip(split.boxes, split.classes, strict=True)]
    labels, offsets = (np.stack(parts) for parts in zip(*found, strict=True))
    return Targets(torch.from_numpy(labels), torch.from_numpy(offsets))


def mirrored(split):
    """The split as seen in a mirror: left and right change places, in images and boxes.

    >>> from edukit.data.boxed import BoxedSplit
    >>> mirrored(BoxedSplit(np.zeros((1, 3, 8, 8), np.float32), [[[0, 0, 3, 8]]], [[2]])).boxes[0].tolist()
    [[5.0, 0.0, 8.0, 8.0]]
    """
    check_boxed(split)
    width = split.x.shape[-1]
    boxes = [np.stack([width - b[:, 2], b[:, 1], width - b[:, 0], b[:, 3]], 1) for b in split.boxes]
    return type(split)(np.ascontiguousarray(split.x[..., ::-1]), boxes, split.classes)


def check_boxed(split) -> None:
    """Raise a TypeError unless the split holds images as x, and boxes and classes of each; a ValueError for none.

    >>> check_boxed([])
    Traceback (most recent call last):
    TypeError: split must hold x, boxes and classes, such as scenes().train, got list
    """
    if not all(hasattr(split, name) for name in ("x", "boxes", "classes")):
        kind = type(split).__name__
        raise TypeError(f"split must hold x, boxes and classes, such as scenes().train, got {kind}")
    if not len(split.x) == len(split.boxes) == len(split.classes) > 0:
        lengths = f"{len(split.x)}, {len(split.boxes)} and {len(split.classes)}"
        raise ValueError(f"split must hold images, with boxes and classes for each, got {lengths}")


def _of_image(boxes, classes, anchors):
    matched = match_anchors(anchors, boxes, low=LOW, high=HIGH)
    labels = matched.astype(np.int64)
    offsets = np.zeros((len(anchors), 4), np.float32)
    own = matched >= 0
    labels[own] = classes[matched[own]]
    offsets[own] = encode_boxes(np.asarray(boxes, np.float64)[matched[own]], anchors[own])
    return labels, offsets
