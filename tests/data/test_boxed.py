"""Images with boxes: what is kept, and what is refused by name."""

import numpy as np
import pytest

from edukit.data.boxed import BoxedDataset, BoxedSplit

X = np.zeros((2, 3, 8, 10), np.float32)


def split(boxes=([[0, 0, 10, 8]], []), classes=((1,), ()), x=X):
    return BoxedSplit(x, list(boxes), [np.array(labels, int) for labels in classes])


def test_an_image_may_be_empty_and_a_box_may_fill_its_image():
    made = split()
    assert [boxes.shape for boxes in made.boxes] == [(1, 4), (0, 4)] and made.boxes[1].dtype == np.float32
    assert [labels.tolist() for labels in made.classes] == [[1], []] and made.classes[1].dtype == np.int64
    assert len(made) == len(made.truth) == 2 and repr(made) == "BoxedSplit(2 images of 3x8x10, 1 object)"


def test_the_callers_arrays_are_not_kept():
    boxes = np.array([[0.0, 0.0, 4.0, 4.0]], np.float32)
    made = split([boxes, []])
    boxes[0, 2] = 9
    assert made.boxes[0][0, 2] == 4


@pytest.mark.parametrize(
    "box",
    [
        [-1, 0, 4, 4],
        [0, 0, 11, 4],
        [0, 0, 4, 9],
        [4, 0, 4, 4],
        [4, 0, 2, 4],
        [0, 5, 4, 2],
        [np.nan, 0, 4, 4],
        [0, 0, np.inf, 4],
    ],
)
def test_boxes_outside_the_image_and_boxes_without_area_are_refused(box):
    with pytest.raises(ValueError, match="image 1 must have boxes with an area, inside 10x8 pixels, got"):
        split([[], [box]], [[], [0]])


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"classes": [[0, 1], []]}, "image 0 must have one class a box, got 1 boxes"),
        ({"classes": [[-1], []]}, "classes of image 0 must be whole numbers from 0"),
        ({"boxes": [[[0, 0, 4, 4]]]}, "x, boxes and classes must be equally long, got 2, 1 and 2"),
        ({"x": X[0]}, "x must have the shape"),
        ({"x": X * np.float32("nan")}, "x must be finite"),
    ],
)
def test_bad_parts_are_refused(changed, message):
    with pytest.raises(ValueError, match=message):
        split(**changed)


def test_fractions_are_no_classes():
    with pytest.raises(ValueError, match="classes of image 0 must be whole numbers from 0"):
        BoxedSplit(X, [[[0, 0, 4, 4]], []], [[0.5], []])


def test_a_data_set_refuses_classes_that_have_no_name_and_images_of_two_sizes():
    good = split()
    assert BoxedDataset("two", ("a", "b"), good, good, good, good).test is good
    with pytest.raises(ValueError, match="classes of train must be 0 to 0, got 1"):
        BoxedDataset("one", ("a",), good, good, good, good)
    with pytest.raises(ValueError, match="test must hold images like train's"):
        other = split(boxes=[[], []], classes=[[], []], x=np.zeros((2, 3, 8, 8), np.float32))
        BoxedDataset("two", ("a", "b"), good, good, good, other)
    with pytest.raises(TypeError, match="calibration must be a BoxedSplit, got list"):
        BoxedDataset("two", ("a", "b"), good, [], good, good)
