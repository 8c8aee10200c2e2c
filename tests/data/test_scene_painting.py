"""The painted scenes: the same bits everywhere, boxes that fit their shapes, overlaps that leave most to see."""

import hashlib

import numpy as np
import pytest

from edukit.data import scene_painting
from edukit.data.brush import Brush
from edukit.data.scene_painting import BLOCK, CLASSES, scenes
from edukit.detection import iou

SMALL = {"train": 41, "calibration": 3, "validation": 4, "test": 20}


def test_the_bits_are_those_of_the_course():
    digest = hashlib.sha256()
    data = scenes(**SMALL)
    for split in (data.train, data.calibration, data.validation, data.test):
        digest.update(np.rint(split.x * 255).astype(np.uint8).tobytes())
        for boxes, classes in split.truth:
            digest.update(boxes.astype("<f4").tobytes() + classes.astype("<i8").tobytes())
    assert digest.hexdigest() == "a4e4dafed7da78a6877048e0e05aacf5199d1892c6d03ace08612c54cd09f4c5"


def test_one_to_five_shapes_with_boxes_in_whole_pixels():
    split = scenes(**{**SMALL, "train": 200}).train
    counts = [len(classes) for classes in split.classes]
    assert set(counts) == {1, 2, 3, 4, 5} and split.x.shape == (200, 3, 96, 96)
    assert set(np.concatenate(split.classes)) == set(range(len(CLASSES)))
    boxes = np.concatenate(split.boxes)
    assert np.array_equal(boxes, np.rint(boxes)) and boxes.min() == 0 and boxes.max() == 96
    sides = boxes[:, 2:] - boxes[:, :2]
    assert sides.min() >= 6 and sides.max() <= 2 * 18 * 1.18 + 2  # the largest radius, stretched, and two edges


def test_some_shapes_overlap_and_none_is_hidden_by_another():
    split = scenes(**{**SMALL, "train": 200}).train
    highest = [np.triu(iou(boxes, boxes), 1).max() for boxes in split.boxes]
    assert max(highest) < 0.75 and np.mean(np.array(highest) > 0.05) > 0.1


def test_a_box_ends_where_its_shape_ends():
    """A disc of radius 9 in the middle, as wide and as high as its box says."""

    class Middle:
        random = staticmethod(lambda shape, dtype: np.full(shape, 0.5, dtype))

    brush = Brush(Middle, 1, 96)
    shape = scene_painting._shape(brush, 0, 0, 10, np.array([0]))
    x1, y1, x2, y2 = scene_painting._box(shape)[0]
    assert (x1 + x2, y1 + y2) == (96, 96) and x2 - x1 == 18 and y2 - y1 == 18


def test_a_size_changes_neither_other_splits_nor_its_own_first_images():
    small, large = scenes(**SMALL), scenes(**{**SMALL, "train": 3 * BLOCK})
    assert np.array_equal(large.train.x[:41], small.train.x)
    assert all(np.array_equal(a, b) for a, b in zip(large.train.boxes, small.train.boxes, strict=False))
    assert np.array_equal(large.test.x, small.test.x)


def test_splits_and_seeds_are_different_images():
    data, other = scenes(**SMALL), scenes(**SMALL, seed=1)
    firsts = [split.x[0] for split in (data.train, data.calibration, data.validation, data.test, other.train)]
    assert len({first.tobytes() for first in firsts}) == 5


@pytest.mark.parametrize("bad", [{"train": 0}, {"test": 2.5}, {"calibration": -1}, {"seed": -1}, {"validation": "9"}])
def test_bad_sizes_are_refused(bad):
    with pytest.raises(ValueError, match=f"{next(iter(bad))} must be a whole number from"):
        scenes(**bad)
