"""An exercise on suppression: nms(boxes, scores, threshold) -> the places of the boxes that stay, best first.

Well-known mistakes  a box that was dropped still drops others; only the neighbour in the order is looked at; the places
in the sorted list instead of those in the input
"""

import numpy as np

from edukit.checks.alike import as_numbers, kind
from edukit.checks.verdict import Exercise
from edukit.detection import iou


def nms_by_hand(boxes, scores, threshold):
    """The places of the boxes that stay: none overlaps a better one that stays by more than the threshold."""
    kept = []
    for place in np.argsort(-scores):
        overlaps = iou(boxes[[place]], boxes[kept])
        if (overlaps <= threshold).all():
            kept.append(place)
    return kept


def _walk(stays, order=lambda scores: np.argsort(-scores)):
    """A wrong suppression: stays(overlaps, places before, those kept) decides in some order."""

    def answer(boxes, scores, threshold):
        kept, seen = [], []
        for place in order(scores):
            if stays(lambda others, place=place: iou(boxes[[place]], boxes[others])[0], seen, kept, threshold):
                kept.append(int(place))
            seen.append(int(place))
        return kept

    return answer


def _right(overlaps, seen, kept, threshold):
    return (overlaps(kept) <= threshold).all()


def _of_input(answer):
    """A wrong suppression, made of the right answer."""
    return lambda boxes, scores, threshold: answer(nms_by_hand(boxes, scores, threshold), boxes, scores)


def _boxes(*rows):
    return np.array(rows, float).reshape(-1, 4)


def _random(seed, count, threshold):
    random = np.random.default_rng(seed)
    corner = random.integers(0, 30, (count, 2))
    boxes = np.concatenate([corner, corner + random.integers(6, 24, (count, 2))], axis=1).astype(float)
    return boxes, random.permutation(count) / count, threshold


def _agree(arguments, expected, got) -> bool:
    places = as_numbers(list(got))
    whole = places is not None and (not len(got) or kind(places) == "i")
    return whole and [int(place) for place in expected] == [int(place) for place in got]


def _show(arguments, expected, got):
    boxes, scores, threshold = arguments
    right = [int(place) for place in expected]
    asked = f"{len(boxes)} boxes, threshold {threshold:g}"
    if len(scores) <= 4:
        asked += f", scores {[float(score) for score in scores]}"
    return f"{asked}: {right} stay, yours keeps {[int(place) for place in got]}"


NMS = Exercise(
    nms_by_hand,
    [
        (_boxes([0, 0, 10, 10], [1, 0, 11, 10], [20, 20, 30, 30]), np.array([0.8, 0.9, 0.3]), 0.5),
        (_boxes([0, 0, 10, 10], [4, 0, 14, 10], [8, 0, 18, 10]), np.array([0.9, 0.8, 0.7]), 0.3),
        (_boxes([0, 0, 10, 10], [30, 0, 40, 10], [1, 1, 11, 11]), np.array([0.5, 0.9, 0.4]), 0.5),
        (_boxes([0, 0, 10, 10], [0, 0, 10, 5]), np.array([0.6, 0.7]), 0.5),
        (_boxes([5, 5, 9, 9]), np.array([0.01]), 0.5),
        (_boxes([0, 0, 100, 100], [0, 0, 100, 50.01]), np.array([0.6, 0.5]), 0.5),
        (np.zeros((0, 4)), np.zeros(0), 0.5),
        _random(0, 12, 0.2),
        _random(1, 25, 0.45),
        _random(2, 25, 0.7),
        _random(3, 25, 0.0),
    ],
    {
        "in the order given": (
            _walk(_right, lambda scores: range(len(scores))),
            "the boxes were taken in the order given: the one with the highest score comes first",
        ),
        "worst first": (
            _walk(_right, np.argsort),
            "the lowest score came first: argsort rises, so sort the negative scores",
        ),
        "a dropped box drops others": (
            _walk(lambda overlaps, seen, kept, threshold: (overlaps(seen) <= threshold).all()),
            "a box that was dropped still drops others: only boxes that stay may do that",
        ),
        "only the last one kept": (
            _walk(lambda overlaps, seen, kept, threshold: not kept or overlaps(kept[-1:])[0] <= threshold),
            "only the last box that stays was looked at: each of them can drop this one",
        ),
        "exactly at the threshold": (
            _walk(lambda overlaps, seen, kept, threshold: (overlaps(kept) < threshold).all()),
            "a box exactly at the threshold was dropped: only above it is too much",
        ),
        "half, always": (
            lambda boxes, scores, threshold: nms_by_hand(boxes, scores, 0.5),
            "the threshold is always 0.5 here: use the one that is handed over",
        ),
        "one box for all": (
            _of_input(lambda kept, boxes, scores: kept[:1]),
            "only the best box is left: an image may hold several objects",
        ),
        "places in the sorted list": (
            _of_input(lambda kept, boxes, scores: [int(np.flatnonzero(np.argsort(-scores) == k)[0]) for k in kept]),
            "those are places in the sorted list: asked are the places in the input",
        ),
        "in rising order": (
            _of_input(lambda kept, boxes, scores: sorted(map(int, kept))),
            "the right boxes stay, in another order: the best one comes first",
        ),
        "the dropped ones": (
            _of_input(lambda kept, boxes, scores: [i for i in np.argsort(-scores) if i not in kept]),
            "those are the boxes that are dropped: asked are those that stay",
        ),
        "nothing dropped": (
            lambda boxes, scores, threshold: np.argsort(-scores).tolist(),
            "nothing was dropped: compare each box with those that stay already",
        ),
    },
    "one box for each object, and only boxes that stay may drop others",
    agree=_agree,
    show=_show,
    hints=(
        "Sort by score first. Which box can be sure to stay, whatever the others look like?",
        "Go from the best box to the worst. Each one is compared with the boxes that stay so far, and with no other.",
        "`iou(boxes[[place]], boxes[kept])` compares one box with a list of places. With an empty list all of "
        "nothing is true, and the box stays.",
    ),
)
