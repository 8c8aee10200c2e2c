"""Average precision: how many of the found boxes are right, at every share of the objects that is found.

    recall(k) = hits among the k best / objects         precision(k) = hits among the k best / k
    AP = mean over r = 0, 0.01, …, 1 of the highest precision at a recall of at least r

Each box with a lower score can only raise the recall. Where no k reaches r, the precision there is 0.

Shapes    scores and hits (N,), one a found box of one class, over all images
Bound     0 <= AP <= 1; 1 when every object is found, before any wrong box
Source    Lin et al. 2014, https://arxiv.org/abs/1405.0312; https://cocodataset.org/#detection-eval
In production  pycocotools.cocoeval.COCOeval; torchmetrics.detection.MeanAveragePrecision
"""

import numpy as np

from edukit.checked import checked
from edukit.refuse import check_real, check_whole

RECALLS = np.linspace(0, 1, 101)


@checked
def precision_recall(scores, hits, objects: int) -> tuple[np.ndarray, np.ndarray]:
    """Precision and recall after each found box, from the highest score to the lowest: float64 (N,) each.

    hits says of each box whether it is right. Equal scores keep the order in which the boxes came.
    Raises ValueError for NaN, unequal lengths, no objects, and more hits than objects.

    >>> precision, recall = precision_recall([0.9, 0.8, 0.7], [True, False, True], objects=4)
    >>> precision.round(2).tolist(), recall.tolist()
    ([1.0, 0.5, 0.67], [0.25, 0.25, 0.5])
    """
    scores, hits = _check(scores, hits, objects)
    order = np.argsort(-scores, kind="stable")
    found = np.cumsum(hits[order])
    return found / np.arange(1, len(found) + 1), found / objects


@checked
def average_precision(scores, hits, objects: int) -> float:
    """The average precision of one class at one threshold, by COCO's 101 points.

    >>> round(average_precision([0.9, 0.8, 0.7], [True, False, True], objects=2), 4)
    0.835
    """
    precision, recall = precision_recall(scores, hits, objects)
    highest = np.maximum.accumulate(precision[::-1])[::-1]  # at this recall or a higher one
    reached = np.searchsorted(recall, RECALLS)  # the first box with a recall of at least r
    return float(np.append(highest, 0.0)[reached].mean())


def _check(scores, hits, objects):
    check_real(scores, "scores")
    scores = np.asarray(scores, np.float64)
    hits = np.asarray(hits)
    if scores.ndim != 1 or hits.shape != scores.shape:
        raise ValueError(f"scores and hits must be equally long, got {scores.shape} and {hits.shape}")
    if not np.isfinite(scores).all():
        raise ValueError("scores must be finite, got NaN or infinity")
    if not np.isin(hits, (0, 1)).all():
        raise ValueError("hits must be True or False")
    check_whole(objects, "objects")
    if hits.sum() > objects:
        raise ValueError(f"hits must be at most as many as objects, got {int(hits.sum())} of {objects}")
    return scores, hits.astype(bool)
