"""Suppression: what stays does not overlap, the slow definition agrees, and what is refused."""

import numpy as np
import pytest
import torch
from not_boxes import NOT_BOXES

from edukit.detection import iou, nms, soft_nms


def random_found(seed, count=40):
    rng = np.random.default_rng(seed)
    corner = rng.uniform(0, 40, (count, 2))
    boxes = np.concatenate([corner, corner + rng.uniform(5, 30, (count, 2))], axis=1)
    return boxes, rng.integers(0, 20, count) / 20, rng.integers(0, 3, count)


def slow(boxes, scores, threshold, classes):
    """A box stays unless a box that stays, of its class and before it, overlaps it by more than the threshold."""
    kept = []
    for i in sorted(range(len(boxes)), key=lambda i: (-scores[i], i)):
        rivals = [k for k in kept if classes[k] == classes[i]]
        if all(iou(boxes[[i]], boxes[[k]]).item() <= threshold for k in rivals):
            kept.append(i)
    return kept


@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.5, 1.0])
def test_the_slow_definition_agrees(threshold):
    for seed in range(20):
        boxes, scores, classes = random_found(seed)
        assert nms(boxes, scores, threshold=threshold, classes=classes).tolist() == slow(
            boxes, scores, threshold, classes
        )


def test_what_stays_does_not_overlap_and_staying_twice_changes_nothing():
    boxes, scores, _ = random_found(0)
    kept = nms(boxes, scores, threshold=0.4)
    overlaps = iou(boxes[kept], boxes[kept])
    assert (np.triu(overlaps, 1) <= 0.4).all() and (np.diff(scores[kept]) <= 0).all()
    assert nms(boxes[kept], scores[kept], threshold=0.4).tolist() == list(range(len(kept)))


def test_a_low_threshold_of_soft_suppression_is_the_order_of_the_scores():
    """With a huge sigma nothing is softened; with a tiny one boxes that overlap leave, as in greedy suppression."""
    boxes, scores, classes = random_found(1)
    scores = scores + 0.01 + np.arange(len(scores)) * 1e-4
    kept, left = soft_nms(boxes, scores, sigma=1e12, classes=classes)
    assert kept.tolist() == np.argsort(-scores).tolist() and np.allclose(left, scores[kept])
    kept, _ = soft_nms(boxes, scores, sigma=1e-12, classes=classes)
    assert kept.tolist() == nms(boxes, scores, threshold=0.0, classes=classes).tolist()


def test_soft_scores_are_the_product_of_the_softenings():
    boxes = np.array([[0, 0, 4, 4], [1, 0, 5, 4], [2, 0, 6, 4]], float)
    kept, left = soft_nms(boxes, [0.9, 0.8, 0.7], sigma=0.5)
    table = iou(boxes, boxes)
    third = 0.7 * np.exp(-(table[0, 2] ** 2) / 0.5)
    second = 0.8 * np.exp(-(table[0, 1] ** 2) / 0.5)
    assert kept.tolist() == [0, 2, 1] and third > second
    assert np.allclose(left, [0.9, third, second * np.exp(-(table[1, 2] ** 2) / 0.5)])


def test_the_callers_scores_are_not_changed():
    boxes, scores, _ = random_found(2)
    before = scores.copy()
    soft_nms(boxes, scores)
    assert np.array_equal(scores, before)


def test_equal_scores_keep_their_order_and_other_classes_stay():
    boxes = [[0, 0, 4, 4]] * 3
    assert nms(boxes, [0.5, 0.5, 0.5]).tolist() == [0]
    assert nms(boxes, [0.5, 0.5, 0.5], classes=[0, 1, 0]).tolist() == [0, 1]


def test_exactly_at_the_threshold_a_box_stays():
    assert nms([[0, 0, 2, 2], [0, 0, 2, 1]], [0.9, 0.8], threshold=0.5).tolist() == [0, 1]


def test_no_boxes_and_tensors():
    assert nms([], []).shape == (0,) and soft_nms([], [])[0].shape == (0,)
    boxes, scores, classes = map(torch.tensor, random_found(3))
    assert nms(boxes, scores, classes=classes).tolist() == nms(*random_found(3)[:2], classes=classes.numpy()).tolist()


@pytest.mark.parametrize("suppress", [nms, soft_nms])
@pytest.mark.parametrize(("boxes", "message"), NOT_BOXES)
def test_what_is_no_box_is_refused(suppress, boxes, message):
    with pytest.raises(ValueError, match=f"boxes {message}"):
        suppress(boxes, [0.5] * len(boxes))


@pytest.mark.parametrize("suppress", [nms, soft_nms])
@pytest.mark.parametrize(
    ("scores", "classes", "message"),
    [
        ([0.5, float("nan")], None, "scores must be finite"),
        ([0.5, float("inf")], None, "scores must be finite"),
        ([0.5], None, r"scores must be one a box, \(2,\), got \(1,\)"),
        ([0.5, 0.5], [0], r"classes must be one a box, \(2,\), got \(1,\)"),
        ([0.5, 0.5], [0, -1], "classes must be whole numbers from 0, got -1"),
        ([0.5, 0.5], [0, 0.5], "classes must be whole numbers from 0, got 0.5"),
        ([0.5, 0.5], [0, float("nan")], "classes must be whole numbers from 0, got nan"),
    ],
)
def test_bad_scores_and_classes_are_refused(suppress, scores, classes, message):
    with pytest.raises(ValueError, match=message):
        suppress([[0, 0, 1, 1], [0, 0, 2, 2]], scores, classes=classes)


def test_bad_thresholds_are_refused():
    for threshold in (-0.1, 1.5, float("nan")):
        with pytest.raises(ValueError, match="threshold must be from 0 to 1"):
            nms([], [], threshold=threshold)
    for sigma in (0.0, -1.0, float("nan")):
        with pytest.raises(ValueError, match="sigma must be positive"):
            soft_nms([], [], sigma=sigma)
