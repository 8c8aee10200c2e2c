"""The exercises of detection: other right ways pass, the package says the same, and the traps are asked."""

import numpy as np
import pytest
import torch

from edukit.checks import detection as check
from edukit.detection import average_precision, encode_boxes, iou, nms


def iou_by_numpy(a, b):
    a, b = np.float64(a), np.float64(b)
    shared = np.prod(np.clip(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0, None))
    areas = [np.prod(box[2:] - box[:2]) for box in (a, b)]
    return shared / (sum(areas) - shared)


def nms_that_shrinks(boxes, scores, threshold):
    left, kept = list(np.argsort(scores)[::-1]), []
    while left:
        best = left.pop(0)
        kept.append(best)
        left = [other for other in left if iou_by_numpy(boxes[best], boxes[other]) <= threshold]
    return np.array(kept, int)


def encode_in_a_list(box, anchor):
    x1, y1, x2, y2 = box
    a1, b1, a2, b2 = anchor
    width, height = a2 - a1, b2 - b1
    steps = (x1 + x2 - a1 - a2) / 2 / width, (y1 + y2 - b1 - b2) / 2 / height
    return [*steps, np.log((x2 - x1) / width), np.log((y2 - y1) / height)]


def average_from_the_right(scores, hits, objects):
    found = np.cumsum(hits[np.argsort(scores)[::-1]])
    precision = np.maximum.accumulate((found / np.arange(1, len(found) + 1))[::-1])[::-1]
    places = np.searchsorted(found / objects, np.arange(101) / 100)
    return np.append(precision, 0)[places].sum() / 101


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("iou", iou_by_numpy),
        ("iou", lambda a, b: iou([a], [b]).item()),
        ("nms", nms_that_shrinks),
        ("nms", lambda boxes, scores, threshold: nms(boxes, scores, threshold=threshold)),
        ("encode", encode_in_a_list),
        ("average_precision", average_from_the_right),
        ("average_precision", average_precision),
    ],
)
def test_another_right_way_to_write_it_passes(name, answer):
    exercise = getattr(check, name)
    assert exercise(answer), exercise(answer)


def test_the_package_says_the_same():
    for a, b in check.iou.questions:
        assert iou([a], [b]).item() == pytest.approx(check.iou.solve(a, b))
    for box, anchor in check.encode.questions:
        assert np.allclose(encode_boxes(box, anchor), check.encode.solve(box, anchor))


def test_the_traps_are_asked():
    apart = [(a, b) for a, b in check.iou.questions if (np.minimum(a[2:], b[2:]) < np.maximum(a[:2], b[:2])).all()]
    assert apart  # two negative widths
    at_the_threshold = [(b, t) for b, _, t in check.nms.questions if 0 < t and (np.triu(iou(b, b), 1) == t).any()]
    assert at_the_threshold
    assert any(len(scores) == 0 for scores, _, _ in check.average_precision.questions)
    assert any(hits.sum() < objects for _, hits, objects in check.average_precision.questions)


def test_answers_of_another_form_are_told_so():
    assert not check.nms(lambda boxes, scores, threshold: [float(k) for k in nms(boxes, scores, threshold=threshold)])
    assert not check.nms(lambda boxes, scores, threshold: np.ones(len(boxes), bool))
    assert not check.encode(lambda box, anchor: 0.0)


def iou_with_b_on_the_right(a, b):
    a, b = np.float64(a), np.float64(b)
    width = max(0, min(a[2], b[2]) - b[0])
    both = width * max(0, min(a[3], b[3]) - max(a[1], b[1]))
    return both / (np.prod(a[2:] - a[:2]) + np.prod(b[2:] - b[:2]) - both)


def iou_in_int32(a, b):
    a, b = (box if box.dtype.kind == "f" else box.astype(np.int32) for box in (a, b))
    both = np.prod(np.maximum(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0), dtype=a.dtype)
    areas = [np.prod(box[2:] - box[:2], dtype=a.dtype) for box in (a, b)]
    return float(both / (areas[0] + areas[1] - both))


def test_an_order_of_the_boxes_and_narrow_whole_numbers_are_refused():
    assert not check.iou(iou_with_b_on_the_right)
    assert not check.iou(iou_in_int32)


def test_places_may_come_in_a_tensor_and_not_as_floats():
    assert check.nms(lambda *question: torch.tensor(nms_that_shrinks(*question)))
    assert not check.nms(lambda *question: nms_that_shrinks(*question).astype(float))
    assert not check.nms(lambda boxes, scores, threshold: nms_that_shrinks(boxes, scores, threshold + 1e-3))
