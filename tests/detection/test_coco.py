"""Mean average precision: equal to pycocotools on thousands of random sets of boxes, and what is refused."""

import contextlib
import io

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from edukit.detection import class_average_precision, mean_average_precision
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
