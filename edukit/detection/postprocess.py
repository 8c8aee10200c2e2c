"""From the answers of a detector to boxes: scores, decoding and suppression, outside the graph.

    logits ──sigmoid──▶ scores ──at least `least`, the best 100──▶ decode ──▶ clip to the image ──▶ suppression

What is left has another number of boxes for each image, and a graph of fixed shapes has no way to say so. So this part
runs after the runtime, in numpy here and in Kotlin or Swift on a phone; the exported file ends with logits and offsets.

Shapes    logits (N, A, classes), offsets (N, A, 4), anchors (A, 4) -> for each image boxes (K, 4), scores (K,), classes
          (K,), best first, as `mean_average_precision` takes them
Source    Lin et al. 2017, https://arxiv.org/abs/1708.02002, section 4.1 (the best 1,000 of each level above 0.05)
In production  TFLite_Detection_PostProcess, a custom operator that some runtimes lack; ONNX NonMaxSuppression
"""

from typing import NamedTuple

import numpy as np

from edukit.checked import checked
from edukit.detection.boxes import check_boxes, clip_boxes
from edukit.detection.coding import decode_boxes
from edukit.detection.suppression import nms
from edukit.refuse import check_whole, is_tensor

MOST = 100  # boxes of an image that suppression looks at, and that COCO's average counts


class Found(NamedTuple):
    """What a detector found in one image, best first: boxes (K, 4), scores (K,) in 0..1, classes (K,)."""

    boxes: np.ndarray
    scores: np.ndarray
    classes: np.ndarray


@checked
def detect(
    outputs, anchors, size: tuple[int, int], *, least: float = 0.05, threshold: float = 0.5, most: int = MOST
) -> list[Found]:
    """The boxes of each image of a batch, after suppression within each class.

    outputs     (logits, offsets) of a detector, torch or numpy
    anchors     (A, 4), those that it was trained with
    size        height and width of the images in pixels
    least       the lowest score of a box
    threshold   of suppression: two boxes of a class that overlap more are one object
    most        boxes of an image that are looked at, the best ones
    Raises ValueError for outputs that do not fit the anchors, NaN in them, and values outside 0 to 1.

    >>> logits, offsets = np.full((1, 2, 3), -9.0), np.zeros((1, 2, 4))
    >>> logits[0, 1, 2] = 2
    >>> detect((logits, offsets), [[0, 0, 8, 8], [4, 4, 12, 12]], (10, 10))[0].boxes.tolist()
    [[4.0, 4.0, 10.0, 10.0]]
    """
    logits, offsets, anchors = _checked(outputs, anchors)
    if not isinstance(size, tuple | list) or len(size) != 2:
        raise ValueError(f"size must be height and width, got {size!r}")
    height, width = (check_whole(pixels, "size") for pixels in size)
    check_whole(most, "most")
    for name, value in {"least": least, "threshold": threshold}.items():
        if not 0 <= value <= 1:
            raise ValueError(f"{name} must be from 0 to 1, got {value!r}")
    scores = 1 / (1 + np.exp(-np.clip(logits, -60, 60)))
    return [
        _of_image(scores[i], offsets[i], anchors, (height, width), least, threshold, most) for i in range(len(scores))
    ]


def _of_image(scores, offsets, anchors, size, least, threshold, most) -> Found:
    candidates = np.argsort(-scores, axis=None, kind="stable")[:most]
    candidates = candidates[scores.ravel()[candidates] >= least]
    own, classes = np.unravel_index(candidates, scores.shape)
    boxes, inside = clip_boxes(decode_boxes(offsets[own], anchors[own]), *size)
    scores = scores[own, classes][inside]
    classes = classes[inside]
    kept = nms(boxes, scores, threshold=threshold, classes=classes)
    return Found(boxes[kept], scores[kept], classes[kept])


def _checked(outputs, anchors):
    if not isinstance(outputs, tuple | list) or len(outputs) != 2:
        raise ValueError("outputs must be (logits, offsets) of a detector")
    logits, offsets = (np.asarray(x.detach() if is_tensor(x) else x, np.float64) for x in outputs)
    anchors = check_boxes(anchors, "anchors")
    if logits.ndim != 3 or offsets.shape != (*logits.shape[:2], 4) or logits.shape[1] != len(anchors):
        shapes = f"logits {logits.shape}, offsets {offsets.shape} and {len(anchors)} anchors"
        raise ValueError(f"outputs must be logits (N, A, classes) and offsets (N, A, 4) for A anchors, got {shapes}")
    for name, values in {"logits": logits, "offsets": offsets}.items():
        if np.isnan(values).any():
            raise ValueError(f"outputs must be numbers, got NaN in {name}")
    return logits, offsets, anchors
