"""Non-maximum suppression: a detector finds an object several times, and one box should stay.

    greedy   keep the box with the highest score; drop each other box whose IoU with it is above the threshold; repeat
    soft     do not drop: s ← s exp(-IoU² / σ), so that a second object behind the first may stay

Boxes of different classes never touch each other. Equal scores keep the order in which the boxes came.

Symbols   s score · σ sigma, how far the softening reaches
Shapes    boxes (N, 4), scores (N,), classes (N,) -> places of the boxes that stay, best first
Cost      N² overlaps at most
Source    Bodla et al. 2017, https://arxiv.org/abs/1704.04503, figure 2
In production  torchvision.ops.batched_nms; on a phone after the graph, or the ONNX NonMaxSuppression operator in it
"""

import numpy as np

from edukit.checked import checked
from edukit.detection.boxes import check_boxes, overlap
from edukit.refuse import check_real, is_tensor


@checked
def nms(boxes, scores, *, threshold: float = 0.5, classes=None) -> np.ndarray:
    """The places of the boxes that stay, best first: int64 (K,).

    Raises ValueError for boxes that `iou` refuses, scores that are NaN, infinite or not one a box, classes that are
    not whole numbers from 0, and a threshold outside 0..1.

    >>> nms([[0, 0, 4, 4], [1, 0, 5, 4], [6, 6, 9, 9]], [0.8, 0.9, 0.3], threshold=0.5).tolist()
    [1, 2]
    """
    boxes, scores, classes = check_found(boxes, scores, classes)
    if not 0 <= threshold <= 1:
        raise ValueError(f"threshold must be from 0 to 1, got {threshold}")
    order = np.argsort(-scores, kind="stable")
    kept = []
    while len(order):
        best = order[0]
        kept.append(best)
        order = order[1:]
        order = order[_overlaps(boxes, classes, best, order) <= threshold]
    return np.array(kept, np.int64)


@checked
def soft_nms(boxes, scores, *, sigma: float = 0.5, least: float = 0.001, classes=None):
    """The places of the boxes that stay, best first, and their new scores: int64 (K,) and float64 (K,).

    A box leaves when its score falls below `least`. Raises ValueError as `nms` does, and for sigma <= 0.

    >>> kept, scores = soft_nms([[0, 0, 4, 4], [1, 0, 5, 4]], [0.9, 0.8])
    >>> kept.tolist(), scores.round(3).tolist()
    ([0, 1], [0.9, 0.389])
    """
    boxes, scores, classes = check_found(boxes, scores, classes)
    if not 0 < sigma < float("inf"):
        raise ValueError(f"sigma must be positive and finite, got {sigma}")
    scores = scores.copy()
    left = np.flatnonzero(scores >= least)
    kept = []
    while len(left):
        best = left[scores[left].argmax()]
        kept.append(best)
        left = left[left != best]
        scores[left] *= np.exp(-(_overlaps(boxes, classes, best, left) ** 2) / sigma)
        left = left[scores[left] >= least]
    return np.array(kept, np.int64), scores[kept]


def _overlaps(boxes, classes, best, others):
    """The IoU of the best box with the others; 0 with a box of another class."""
    return overlap(boxes[[best]], boxes[others])[0] * (classes[others] == classes[best])


def check_found(boxes, scores, classes=None, name: str = ""):
    """Boxes, scores and classes of one image as numpy arrays; without classes, all are of class 0.

    >>> check_found([[0, 0, 1, 1]], [float("nan")])
    Traceback (most recent call last):
    ValueError: scores must be finite, got NaN or infinity
    """
    boxes = check_boxes(_as_numpy(boxes), f"{name}boxes")
    scores = _as_numpy(scores)
    check_real(scores, f"{name}scores")
    scores = np.asarray(scores, np.float64)
    if scores.shape != (len(boxes),):
        raise ValueError(f"{name}scores must be one a box, {(len(boxes),)}, got {scores.shape}")
    if not np.isfinite(scores).all():
        raise ValueError(f"{name}scores must be finite, got NaN or infinity")
    return boxes, scores, check_classes(np.zeros(len(boxes)) if classes is None else classes, len(boxes), name)


def check_classes(classes, count: int, name: str = "") -> np.ndarray:
    """One class a box, as int64; a ValueError unless they are whole numbers from 0.

    >>> check_classes([0, -1], 2)
    Traceback (most recent call last):
    ValueError: classes must be whole numbers from 0, got -1
    """
    check_real(classes, f"{name}classes")
    classes = np.asarray(_as_numpy(classes), np.float64)
    if classes.shape != (count,):
        raise ValueError(f"{name}classes must be one a box, {(count,)}, got {classes.shape}")
    bad = classes[~((classes >= 0) & (classes == np.floor(classes)) & (classes < 2**31))]
    if len(bad):
        raise ValueError(f"{name}classes must be whole numbers from 0, got {bad[0]:g}")
    return classes.astype(np.int64)


def _as_numpy(x):
    return x.detach().cpu().numpy() if is_tensor(x) else x
