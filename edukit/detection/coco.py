"""Mean average precision as COCO defines it: over classes, over ten thresholds of IoU, over 101 points of recall.

    found boxes of an image and class, best first ─ each takes the free object of its class with the highest IoU >= t
       ├─ it took one ──────────────> a hit
       ├─ it took an ignored one ───> not counted: a crowd, or an object outside the range of areas
       └─ it took none ─────────────> wrong (not counted, if its own area is outside the range)

An object can be taken once: the second box on it is wrong. A crowd can be taken often, and the overlap with it is
intersection over the found box. A class without any object has no recall and is left out.

Shapes    found: for each image (boxes, scores, classes) · truth: for each image (boxes, classes) or, with truth values
          that mark crowds, (boxes, classes, crowd)
Source    Lin et al. 2014, https://arxiv.org/abs/1405.0312; the code of pycocotools.cocoeval, which the tests compare
In production  pycocotools.cocoeval.COCOeval
"""

from typing import NamedTuple

import numpy as np

from edukit.checked import check_several, checked
from edukit.detection.boxes import area as area_of
from edukit.detection.boxes import check_boxes, intersection
from edukit.detection.recall import average_precision
from edukit.detection.suppression import check_classes, check_found
from edukit.refuse import check_real, check_whole

THRESHOLDS = np.linspace(0.5, 0.95, 10)
SMALL, MEDIUM, LARGE = (0, 32**2), (32**2, 96**2), (96**2, 1e5**2)  # square pixels, as COCO has them


class Objects(NamedTuple):
    """The objects of one image: boxes (N, 4), classes (N,), and which of them are crowds (N,)."""

    boxes: np.ndarray
    classes: np.ndarray
    crowd: np.ndarray


@checked
def mean_average_precision(found, truth, *, thresholds=THRESHOLDS, area=(0.0, 1e10), limit: int = 100) -> float:
    """The mean over the classes and thresholds, from 0 to 1; thresholds=0.5 gives what is called mAP@.5.

    area is the range of areas in square pixels that counts; limit is how many boxes of an image and class count.
    Raises ValueError for what is no box, score or class, and where no object counts: then no average exists.

    >>> truth = [([[0, 0, 4, 4]], [0]), ([[0, 0, 4, 4]], [1])]
    >>> found = [([[0, 0, 4, 4]], [0.9], [0]), ([], [], [])]
    >>> mean_average_precision(found, truth)
    0.5
    """
    table = class_average_precision(found, truth, thresholds=thresholds, area=area, limit=limit)
    if np.isnan(table).all():
        raise ValueError("truth must hold at least one object that counts, got none: no average exists")
    return float(np.nanmean(table))


@checked
def class_average_precision(found, truth, *, thresholds=THRESHOLDS, area=(0.0, 1e10), limit: int = 100) -> np.ndarray:
    """The average precision of each class at each threshold: (classes, thresholds), NaN for a class without objects.

    >>> class_average_precision([([[0, 0, 4, 4]], [0.9], [1])], [([[0, 0, 4, 4]], [1])], thresholds=0.5).tolist()
    [[nan], [1.0]]
    """
    check_several(found, "found")
    check_several(truth, "truth")
    thresholds = _check_thresholds(thresholds)
    low, high = _check_area(area)
    limit = check_whole(limit, "limit")
    found, truth = _check_images(found, truth)
    count = max([0, *(int(image.classes.max()) + 1 for image in truth if len(image.classes))])
    table = np.full((count, len(thresholds)), np.nan)
    for label in np.unique(np.concatenate([np.zeros(0, np.int64), *(image.classes for image in truth)])):
        images = [_of_class(f, t, label, limit) for f, t in zip(found, truth, strict=True)]
        table[label] = _of_all_images(images, thresholds, low, high)
    return table


@checked
def judge(found, truth, *, threshold: float = 0.5) -> tuple[np.ndarray, int]:
    """Which found boxes of one image are hits, bool (N,), and how many objects it has; crowds are left out.

    >>> hits, objects = judge(([[0, 0, 4, 4]] * 2, [0.8, 0.9], [0, 0]), ([[0, 0, 4, 4]], [0]))
    >>> hits.tolist(), objects
    ([False, True], 1)
    """
    threshold = _check_thresholds(threshold)
    (boxes, scores, classes), truth = (images[0] for images in _check_images([found], [truth]))
    hits = np.zeros(len(boxes), bool)
    for label in np.unique(classes):
        own = np.flatnonzero(classes == label)
        own = own[np.argsort(-scores[own], kind="stable")]
        true = truth.classes == label
        image = boxes[own], scores[own], truth.boxes[true], truth.crowd[true]
        hits[own] = _judge(*image, threshold, 0, np.inf)[1][0]
    return hits, int((~truth.crowd).sum())


def _of_class(found, truth, label, limit):
    """Boxes and scores found of one class, best first, and the boxes and crowds that are there."""
    boxes, scores, classes = found
    own = np.flatnonzero(classes == label)
    best = own[np.argsort(-scores[own], kind="stable")[:limit]]
    true = truth.classes == label
    return boxes[best], scores[best], truth.boxes[true], truth.crowd[true]


def _of_all_images(images, thresholds, low, high):
    """The average precision of one class at each threshold."""
    results = [_judge(*image, thresholds, low, high) for image in images]
    objects = sum(result[0] for result in results)
    if not objects:
        return np.full(len(thresholds), np.nan)
    scores = np.concatenate([image[1] for image in images])
    hits = np.concatenate([result[1] for result in results], axis=1)
    counted = np.concatenate([result[2] for result in results], axis=1)
    return [average_precision(scores[c], h[c], objects) for h, c in zip(hits, counted, strict=True)]


def _judge(boxes, scores, true_boxes, crowd, thresholds, low, high):
    """How many objects count in an image, which found boxes are hits, and which count: (thresholds, N) each."""
    ignored = crowd | ~_within(true_boxes, low, high)
    taken = _take(_overlaps(boxes, true_boxes, crowd), crowd, ignored, thresholds)
    took_one = taken >= 0
    took_ignored = took_one & np.append(ignored, False)[taken]
    counted = np.where(took_one, ~took_ignored, _within(boxes, low, high))
    return int((~ignored).sum()), took_one & counted, counted


def _take(overlaps, crowd, ignored, thresholds):
    """Which object each found box takes at each threshold, -1 for none: (thresholds, N)."""
    taken = np.full((len(thresholds), len(overlaps)), -1)
    free = np.ones((len(thresholds), len(crowd)), bool)
    enough = np.minimum(thresholds, 1 - 1e-10)[:, None]  # as pycocotools: a threshold of 1 admits rounding
    for number in np.flatnonzero((overlaps >= enough.min()).any(axis=1)):
        possible = free & (overlaps[number] >= enough)
        real = possible & ~ignored
        possible = np.where(real.any(axis=1, keepdims=True), real, possible)  # ignored objects come last
        rows = np.flatnonzero(possible.any(axis=1))
        best = _last_highest(np.where(possible, overlaps[number], -1))[rows]
        taken[rows, number] = best
        free[rows, best] = crowd[best]
    return taken


def _last_highest(values):
    """The place of the highest value in each row; among equal ones the last, as pycocotools takes it."""
    return values.shape[1] - 1 - values[:, ::-1].argmax(axis=1)


def _overlaps(boxes, true_boxes, crowd):
    """IoU, or the covered share of the found box where the object is a crowd: (N, M)."""
    shared = intersection(boxes, true_boxes)
    own = area_of(boxes)[:, None]
    return shared / np.where(crowd, own, own + area_of(true_boxes) - shared)


def _within(boxes, low, high):
    return (area_of(boxes) >= low) & (area_of(boxes) <= high)


def _check_images(found, truth):
    found = list(found)
    truth = list(truth)
    if len(found) != len(truth) or not truth:
        raise ValueError(f"found and truth must hold the same images, at least one, got {len(found)} and {len(truth)}")
    return [_check_found(f, i) for i, f in enumerate(found)], [_check_truth(t, i) for i, t in enumerate(truth)]


def _check_found(image, number):
    if not isinstance(image, tuple | list) or len(image) != 3:
        raise ValueError(f"found[{number}] must be (boxes, scores, classes)")
    return check_found(*image, name=f"found[{number}] ")


def _check_truth(image, number):
    if not isinstance(image, tuple | list) or len(image) not in (2, 3):
        raise ValueError(f"truth[{number}] must be (boxes, classes) or (boxes, classes, crowd)")
    name = f"truth[{number}] "
    boxes = check_boxes(image[0], f"{name}boxes")
    classes = check_classes(image[1], len(boxes), name)
    crowd = np.asarray(image[2] if len(image) == 3 else np.zeros(len(boxes), bool))
    if crowd.shape != classes.shape or not np.isin(crowd, (0, 1)).all():
        raise ValueError(f"{name}crowd must be one truth value a box, {classes.shape}, got {crowd.shape}")
    return Objects(np.asarray(boxes, np.float64), classes, crowd.astype(bool))


def _check_thresholds(thresholds):
    check_real(thresholds, "thresholds")
    values = np.atleast_1d(np.asarray(thresholds, np.float64))
    if values.ndim != 1 or not len(values) or not ((values > 0) & (values <= 1)).all():
        raise ValueError(f"thresholds must be above 0 and at most 1, got {thresholds}")
    return values


def _check_area(area):
    low, high = area
    if not 0 <= low <= high:
        raise ValueError(f"area must be (low, high) with 0 <= low <= high, got {area}")
    return low, high
