"""An exercise on average precision: average_precision(scores, hits, objects) -> a number from 0 to 1.

Well-known mistakes  recall over the boxes instead of the objects; the saw teeth left in; recalls that are never reached
left out; an 11-point average
"""

import numpy as np

from edukit.checks.verdict import Exercise

random = np.random.default_rng(12)


def average_precision_by_hand(scores, hits, objects):
    """The mean, over recalls 0, 0.01, …, 1, of the highest precision at that recall or a higher one."""
    found = np.cumsum(hits[np.argsort(-scores)])
    precision = found / np.arange(1, len(found) + 1)
    recall = found / objects
    points = [precision[recall >= point].max(initial=0) for point in np.linspace(0, 1, 101)]
    return float(np.mean(points))


def _curve(scores, hits, objects, order=lambda scores: np.argsort(-scores)):
    found = np.cumsum(hits[order(scores)])
    return found / np.arange(1, len(found) + 1), found / objects


def _average(precision, recall, points=101):
    return float(np.mean([precision[recall >= p].max(initial=0) for p in np.linspace(0, 1, points)]))


def _wrong(of_curve):
    """A wrong average, made of precision and recall."""
    return lambda scores, hits, objects: float(of_curve(*_curve(scores, hits, objects)))


def _in_order(order):
    return lambda scores, hits, objects: _average(*_curve(scores, hits, objects, order))


def _saw_teeth(precision, recall):
    """The precision at the first box that reaches the recall."""
    reached = np.searchsorted(recall, np.linspace(0, 1, 101))
    return np.append(precision, 0)[reached].mean()


def _reached_only(precision, recall):
    points = np.linspace(0, 1, 101)
    points = points[points <= recall.max(initial=0)]
    return np.mean([precision[recall >= point].max(initial=0) for point in points])


def _area(precision, recall):
    highest = np.maximum.accumulate(precision[::-1])[::-1]
    return (np.diff(recall, prepend=0) * highest).sum()


def _at_the_hits(scores, hits, objects):
    precision, _ = _curve(scores, hits, objects)
    return float(precision[hits[np.argsort(-scores)].astype(bool)].sum() / max(hits.sum(), 1))


def _asked(count, objects, share):
    return random.permutation(count) / count, random.random(count) < share, objects


def _show(arguments, expected, got):
    scores, hits, objects = arguments
    asked = f"{len(scores)} boxes, {int(hits.sum())} right, {objects} objects"
    if 0 < len(scores) <= 4:
        asked = f"scores {scores.tolist()}, hits {hits.astype(int).tolist()}, {objects} objects"
    return f"{asked}: {expected:.4f}, yours says {float(got):.4f}"


AVERAGE_PRECISION = Exercise(
    average_precision_by_hand,
    [
        (np.array([0.9, 0.8, 0.7]), np.array([True, True, True]), 3),
        (np.array([0.9, 0.8, 0.7]), np.array([True, False, True]), 2),
        (np.array([0.5, 0.9, 0.7, 0.6]), np.array([True, False, True, True]), 3),
        (np.array([0.9, 0.8, 0.3]), np.array([True, False, True]), 7),
        (np.array([0.9, 0.4]), np.array([False, False]), 2),
        (np.zeros(0), np.zeros(0, bool), 3),
        _asked(40, 37, 0.6),
        _asked(90, 61, 0.5),
        _asked(15, 83, 0.9),
    ],
    {
        "not sorted": (
            _in_order(lambda scores: np.arange(len(scores))),
            "the boxes were not sorted: the one with the highest score comes first",
        ),
        "worst first": (_in_order(np.argsort), "the lowest score came first: argsort rises"),
        "recall over the boxes": (
            lambda s, h, n: _average(*_curve(s, h, max(len(s), 1))),
            "recall was divided by the number of boxes: it is the share of the objects that were found",
        ),
        "recall over the hits": (
            lambda s, h, n: _average(*_curve(s, h, max(h.sum(), 1))),
            "recall was divided by the number of hits: objects that nobody found must count as well",
        ),
        "saw teeth": (
            _wrong(_saw_teeth),
            "the saw teeth were left in: take the highest precision at this recall or a higher one",
        ),
        "reached only": (
            _wrong(_reached_only),
            "recalls that are never reached were left out: the precision there is 0, and they count",
        ),
        "11 points": (
            _wrong(lambda precision, recall: _average(precision, recall, 11)),
            "those are the 11 points of PASCAL VOC 2007: COCO takes 101",
        ),
        "area": (
            _wrong(_area),
            "that is the area below the curve, as PASCAL VOC has it since 2010: COCO takes the mean at 101 recalls",
        ),
        "at the hits": (
            _at_the_hits,
            "that is the mean precision at the hits: objects that were not found disappear from it",
        ),
        "last precision": (
            _wrong(lambda precision, recall: precision[-1:].sum()),
            "that is the precision of all boxes together: each recall has its own",
        ),
        "highest precision": (
            _wrong(lambda precision, recall: precision.max(initial=0)),
            "that is the highest precision alone: average it over the 101 recalls",
        ),
        "recall": (
            _wrong(lambda precision, recall: recall[-1:].sum()),
            "that is the recall of all boxes together: wrong boxes cost nothing there",
        ),
        "percent": (
            lambda s, h, n: 100 * average_precision_by_hand(s, h, n),
            "those are percent: asked is a share",
        ),
    },
    "boxes and their order, judged by one number: the mean over 101 recalls",
    show=_show,
    hints=(
        "Go down the list of boxes, best first. After each box ask two things: how many are right, and how many "
        "objects are found?",
        "`np.cumsum` of the sorted hits counts the right ones. Precision divides them by the boxes so far, recall by "
        "the number of objects.",
        "For each of `np.linspace(0, 1, 101)` take the highest precision among all places whose recall is at least "
        "that; 0 where there is none: `.max(initial=0)`.",
    ),
)
