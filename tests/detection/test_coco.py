"""Mean average precision: equal to pycocotools on thousands of random sets of boxes, and what is refused."""

import contextlib
import io

import numpy as np
import pytest
import torch
from not_boxes import NOT_BOXES
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from edukit.detection import class_average_precision, judge, mean_average_precision
from edukit.detection.coco import LARGE, MEDIUM, SMALL

BOX = [[0.0, 0.0, 4.0, 4.0]]
RANGES = {"all": (0, 1e10), "small": SMALL, "medium": MEDIUM, "large": LARGE}


def random_set(rng, whole: bool):
    """Images with objects, some of them crowds, and found boxes near them, far from them and twice; many ties."""

    def boxes(count):
        corner = rng.uniform(0, 150, (count, 2))
        size = rng.choice([8, 30, 60, 110], (count, 1)) * rng.uniform(0.7, 1.3, (count, 2))
        rows = np.concatenate([corner, corner + size], axis=1)
        return np.round(rows) if whole else rows

    found, truth = [], []
    for _ in range(rng.integers(1, 6)):
        true = boxes(rng.integers(0, 7))
        near = true[rng.integers(len(true), size=rng.integers(0, 12))] if len(true) else true
        moved = near + rng.normal(0, 3, near.shape)
        moved[:, 2:] = np.maximum(moved[:, 2:], moved[:, :2] + 1)
        moved = np.concatenate([np.round(moved) if whole else moved, boxes(rng.integers(0, 5))])
        scores = rng.integers(0, 10, len(moved)) / 10 if whole else rng.random(len(moved))
        found.append((moved, scores, rng.integers(0, 3, len(moved))))
        truth.append((true, rng.integers(0, 3, len(true)), rng.random(len(true)) < 0.15))
    return found, truth


def by_pycocotools(found, truth, limit):
    """The table precision[threshold, recall, class, range] of COCOeval, averaged over recall; -1 without objects."""

    def annotation(number, image, box, label, **more):
        x1, y1, x2, y2 = box
        size = (x2 - x1) * (y2 - y1)
        place = {"bbox": [x1, y1, x2 - x1, y2 - y1], "area": size}
        return {"id": number, "image_id": image, "category_id": int(label), **place, **more}

    true = [(i, *row) for i, image in enumerate(truth) for row in zip(*image, strict=True)]
    rows = [(i, *row) for i, image in enumerate(found) for row in zip(*image, strict=True)]
    annotations = [
        annotation(n + 1, i, box, label, iscrowd=int(crowd)) for n, (i, box, label, crowd) in enumerate(true)
    ]
    results = [annotation(n, i, box, label, score=score) for n, (i, box, score, label) in enumerate(rows, 1)]
    with contextlib.redirect_stdout(io.StringIO()):
        pair = []
        for content in (annotations, [{**result, "iscrowd": 0} for result in results]):
            api = COCO()
            images = [{"id": i} for i in range(len(truth))]
            api.dataset = {"images": images, "categories": [{"id": k} for k in range(3)], "annotations": content}
            api.createIndex()
            pair.append(api)
        judge = COCOeval(*pair, "bbox")
        judge.params.areaRng = [list(ends) for ends in RANGES.values()]
        judge.params.areaRngLbl = list(RANGES)
        judge.params.maxDets = [limit]
        judge.evaluate()
        judge.accumulate()
    return judge.eval["precision"][..., 0].mean(axis=1)


@pytest.mark.parametrize("whole", [True, False])
def test_equal_to_pycocotools_on_random_sets(whole):
    """Whole coordinates and scores in tenths meet every tie; each set is judged in four ranges of area."""
    rng = np.random.default_rng(whole)
    compared = 0
    for number in range(400):
        found, truth = random_set(rng, whole)
        limit = [100, 3][number % 2]
        right = by_pycocotools(found, truth, limit)
        for column, area in enumerate(RANGES.values()):
            table = class_average_precision(found, truth, area=area, limit=limit)
            expected = right[:, : len(table), column].T
            assert np.allclose(np.nan_to_num(table, nan=-1), expected, atol=1e-9, rtol=0)
            assert (right[:, len(table) :, column] == -1).all()
            if (expected > -1).any():
                mean = mean_average_precision(found, truth, area=area, limit=limit)
                assert mean == pytest.approx(expected[expected > -1].mean(), abs=1e-9)
                compared += 1
    assert compared > 1000


def one(box=BOX, score=0.9, label=0):
    return [(box, [score], [label])]


def test_a_second_box_on_the_same_object_is_wrong():
    truth = [(BOX + [[9, 9, 12, 12]], [0, 0])]
    twice = [(BOX * 2 + [[9, 9, 12, 12]], [0.9, 0.8, 0.7], [0, 0, 0])]
    assert mean_average_precision(twice, truth, thresholds=0.5) == pytest.approx((51 + 50 * 2 / 3) / 101)


def test_half_an_object_counts_at_half_the_thresholds():
    """IoU 0.7: right at 0.5, 0.55, 0.6, 0.65 and 0.7."""
    assert mean_average_precision(one([[0, 0, 10, 7]]), [([[0, 0, 10, 10]], [0])]) == 0.5


def test_classes_weigh_alike_and_a_class_without_objects_is_left_out():
    truth = [(BOX * 3 + BOX, [0, 0, 0, 3])]
    found = [(BOX * 2, [0.9, 0.8], [3, 1])]
    table = class_average_precision(found, truth, thresholds=0.5)
    assert np.allclose(table[:, 0], [0, np.nan, np.nan, 1], equal_nan=True)
    assert mean_average_precision(found, truth, thresholds=0.5) == 0.5


def test_empty_images_and_no_detections_are_no_errors():
    truth = [(BOX, [0]), ([], [])]
    nothing = ([], [], [])
    assert mean_average_precision([nothing, nothing], truth) == 0
    assert mean_average_precision([*one(), nothing], truth) == 1
    assert mean_average_precision([*one(score=0.5), *one(score=0.9)], truth) == 0.5  # a box on an empty image is wrong


def test_a_crowd_forgives_and_is_not_asked_for():
    truth = [(BOX + [[10, 10, 50, 50]], [0, 0], [False, True])]
    found = [(BOX + [[12, 12, 20, 20], [30, 30, 40, 40]], [0.5, 0.9, 0.8], [0, 0, 0])]
    assert mean_average_precision(found, truth) == 1


def test_tensors_and_float32_are_taken():
    truth = [(torch.tensor(BOX), torch.tensor([0]))]
    assert mean_average_precision([(torch.tensor(BOX), torch.tensor([0.9]), torch.tensor([0]))], truth) == 1


@pytest.mark.parametrize(("box", "message"), NOT_BOXES)
def test_what_is_no_box_is_refused_with_its_image(box, message):
    with pytest.raises(ValueError, match=rf"found\[1\] boxes {message}"):
        mean_average_precision([([], [], []), (box, [0.5] * len(box), [0] * len(box))], [(BOX, [0]), (BOX, [0])])
    with pytest.raises(ValueError, match=rf"truth\[0\] boxes {message}"):
        mean_average_precision(one(), [(box, [0] * len(box))])


@pytest.mark.parametrize(
    ("found", "truth", "message"),
    [
        (one(score=float("nan")), [(BOX, [0])], r"found\[0\] scores must be finite"),
        (one(label=-1), [(BOX, [0])], r"found\[0\] classes must be whole numbers from 0, got -1"),
        (one(label=0.5), [(BOX, [0])], r"found\[0\] classes must be whole numbers"),
        (one(), [(BOX, [-3])], r"truth\[0\] classes must be whole numbers from 0, got -3"),
        (one(), [(BOX, [0, 1])], r"truth\[0\] classes must be one a box"),
        (one(), [(BOX, [0], [2])], r"truth\[0\] crowd must be one truth value a box"),
        ([(BOX, [0.9])], [(BOX, [0])], r"found\[0\] must be \(boxes, scores, classes\)"),
        (one(), [BOX], r"truth\[0\] must be \(boxes, classes\)"),
        (one() * 2, [(BOX, [0])], "must hold the same images, at least one, got 2 and 1"),
        ([], [], "must hold the same images, at least one, got 0 and 0"),
        (one(), [([], [])], "truth must hold at least one object that counts, got none: no average exists"),
        (one(), [(BOX, [0], [True])], "truth must hold at least one object that counts"),
    ],
)
def test_never_a_wrong_average(found, truth, message):
    with pytest.raises(ValueError, match=message):
        mean_average_precision(found, truth)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"thresholds": 0.0}, "thresholds must be above 0 and at most 1"),
        ({"thresholds": [0.5, 50]}, "thresholds must be above 0 and at most 1"),
        ({"thresholds": []}, "thresholds must be above 0"),
        ({"area": (10, 5)}, "area must be"),
        ({"limit": 0}, "limit must be a whole number of at least 1"),
    ],
)
def test_bad_options_are_refused(changed, message):
    with pytest.raises(ValueError, match=message):
        mean_average_precision(one(), [(BOX, [0])], **changed)


def test_the_hits_of_one_image_are_those_that_the_average_counts():
    boxes = [[0, 0, 4, 4], [0, 0, 4, 3.9], [9, 9, 12, 12], [0, 0, 4, 4]]
    hits, objects = judge((boxes, [0.5, 0.9, 0.8, 0.7], [0, 0, 0, 1]), (BOX + [[20, 20, 24, 24]], [0, 0]))
    assert hits.tolist() == [False, True, False, False] and objects == 2
    hits, objects = judge(([], [], []), ([], []))
    assert len(hits) == objects == 0
    hits, objects = judge((BOX, [0.9], [0]), (BOX, [0], [True]))
    assert hits.tolist() == [False] and objects == 0
