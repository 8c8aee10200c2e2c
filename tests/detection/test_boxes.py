"""Boxes: bounds, counted pixels, pycocotools, and boxes that are none."""

import numpy as np
import pytest
import torch
from not_boxes import NOT_BOXES
from pycocotools import mask

from edukit.detection import clip_boxes, iou


def random_boxes(rng, count, top=20):
    corners = np.sort(rng.integers(0, top, (count, 2, 2)), axis=1).reshape(count, 4)
    corners[:, 2:] += 1
    return corners


def test_iou_lies_in_0_to_1_is_symmetric_and_1_only_for_equal_boxes():
    rng = np.random.default_rng(0)
    a, b = random_boxes(rng, 40), random_boxes(rng, 50)
    table = iou(a, b)
    assert table.shape == (40, 50) and 0 <= table.min() and table.max() <= 1
    assert np.array_equal(table, iou(b, a).T)
    assert np.array_equal(iou(a, a) == 1, (a[:, None] == a).all(axis=2))


def test_moving_and_growing_both_boxes_changes_nothing():
    rng = np.random.default_rng(1)
    a, b = random_boxes(rng, 30), random_boxes(rng, 30)
    assert np.array_equal(iou(a + 8, b + 8), iou(a, b))
    assert np.array_equal(iou(4 * a, 4 * b), iou(a, b))


def test_it_counts_pixels():
    rng = np.random.default_rng(2)
    a, b = random_boxes(rng, 20), random_boxes(rng, 20)

    def painted(boxes):
        images = np.zeros((len(boxes), 21, 21), bool)
        for image, (x1, y1, x2, y2) in zip(images, boxes, strict=True):
            image[y1:y2, x1:x2] = True
        return images

    one, two = painted(a)[:, None], painted(b)[None]
    assert np.allclose(iou(a, b), (one & two).sum((2, 3)) / (one | two).sum((2, 3)), rtol=1e-12)


def test_it_equals_pycocotools():
    rng = np.random.default_rng(3)
    a, b = (random_boxes(rng, 60) * rng.uniform(0.1, 9) for _ in range(2))

    def as_size(boxes):
        return np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)

    assert np.allclose(iou(a, b), mask.iou(as_size(a), as_size(b), [0] * 60), atol=1e-12)


def test_torch_in_torch_out_with_a_gradient():
    a = torch.tensor([[0.0, 0.0, 4.0, 4.0]], requires_grad=True)
    b = torch.tensor([[2.0, 0.0, 6.0, 4.0]])
    value = iou(a, b)
    value.sum().backward()
    assert value.dtype == torch.float32 and value.item() == pytest.approx(1 / 3)
    assert a.grad[0, 2] > 0  # a wider box would overlap more


def test_whole_numbers_of_few_bits_do_not_wrap():
    box = np.array([[0, 0, 200, 200]], np.uint8)
    assert iou(box, box).item() == 1 and iou([[0, 0, 1, 1]], torch.tensor([[0, 0, 1, 1]]).numpy()).item() == 1


@pytest.mark.parametrize("touching", [[4, 0, 8, 4], [0, 4, 4, 8], [4, 4, 8, 8], [9, 9, 10, 10]])
def test_boxes_that_only_touch_share_nothing(touching):
    assert iou([[0, 0, 4, 4]], [touching]).item() == 0


def test_no_boxes_give_an_empty_table():
    assert iou([], [[0, 0, 1, 1]]).shape == (0, 1)
    assert iou(np.zeros((3, 4)) + [0, 0, 1, 1], np.zeros((0, 4))).shape == (3, 0)


@pytest.mark.parametrize(("boxes", "message"), NOT_BOXES)
def test_what_is_no_box_is_refused_on_both_sides(boxes, message):
    with pytest.raises(ValueError, match=f"^a {message}"):
        iou(boxes, [[0, 0, 1, 1]])
    with pytest.raises(ValueError, match=f"^b {message}"):
        iou([[0, 0, 1, 1]], boxes)


@pytest.mark.parametrize("boxes", ["abcd", [["a", "b", "c", "d"]], [[True, False, True, True]], None])
def test_what_holds_no_numbers_is_refused(boxes):
    with pytest.raises(TypeError, match="a must hold real numbers"):
        iou(boxes, [[0, 0, 1, 1]])


def test_clipping_keeps_what_lies_in_the_image_and_says_which():
    boxes = [[-3, -3, 4, 4], [2, 2, 5, 5], [20, 0, 30, 5], [8, 6, 99, 99], [10, 0, 12, 3]]
    clipped, kept = clip_boxes(boxes, height=8, width=10)
    assert clipped.tolist() == [[0, 0, 4, 4], [2, 2, 5, 5], [8, 6, 10, 8]] and kept.tolist() == [0, 1, 3]
    again, all_kept = clip_boxes(torch.tensor(clipped), height=8, width=10)
    assert again.tolist() == clipped.tolist() and all_kept.tolist() == [0, 1, 2]


@pytest.mark.parametrize("size", [{"height": 0, "width": 8}, {"height": 8, "width": 2.5}])
def test_an_image_without_pixels_is_refused(size):
    with pytest.raises(ValueError, match="must be a whole number of at least 1"):
        clip_boxes([[0, 0, 1, 1]], **size)
