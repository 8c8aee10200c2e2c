"""Box coding: the round trip, what the four numbers mean, and numbers that an untrained head may give."""

import numpy as np
import pytest
import torch

from edukit.detection import decode_boxes, encode_boxes
from edukit.detection.coding import LARGEST


def random_boxes(rng, count):
    corner = rng.uniform(-20, 80, (count, 2))
    return np.concatenate([corner, corner + rng.uniform(1, 60, (count, 2))], axis=1)


def test_decoding_undoes_encoding():
    rng = np.random.default_rng(0)
    boxes, anchors = random_boxes(rng, 1000), random_boxes(rng, 1000)
    assert np.allclose(decode_boxes(encode_boxes(boxes, anchors), anchors), boxes, atol=1e-10)
    numbers = rng.normal(0, 1, (1000, 4))
    assert np.allclose(encode_boxes(decode_boxes(numbers, anchors), anchors), numbers, atol=1e-10)


def test_moving_and_growing_box_and_anchor_leaves_the_numbers():
    rng = np.random.default_rng(1)
    boxes, anchors = random_boxes(rng, 50), random_boxes(rng, 50)
    assert np.allclose(encode_boxes(3 * boxes + 7, 3 * anchors + 7), encode_boxes(boxes, anchors))


def test_zeros_are_the_anchor_itself_and_ln_2_is_twice_the_width():
    anchor = np.array([[10.0, 10.0, 20.0, 30.0]])
    assert np.array_equal(decode_boxes(np.zeros((1, 4)), anchor), anchor)
    assert np.allclose(decode_boxes(np.array([[0, 0, np.log(2), 0]]), anchor), [[5, 10, 25, 30]])


def test_torch_gives_what_numpy_gives_and_a_gradient():
    rng = np.random.default_rng(2)
    numbers, anchors = rng.normal(0, 1, (5, 4)), random_boxes(rng, 5)
    tensor = torch.tensor(numbers, requires_grad=True)
    boxes = decode_boxes(tensor, torch.tensor(anchors))
    assert np.allclose(boxes.detach(), decode_boxes(numbers, anchors), rtol=1e-12)
    assert np.allclose(encode_boxes(boxes, torch.tensor(anchors)).detach(), numbers, atol=1e-12)
    boxes.sum().backward()
    assert (tensor.grad[:, :2] != 0).all()


def test_a_batch_shares_its_anchors_and_float32_stays_float32():
    anchors = np.array([[0, 0, 8, 8], [0, 0, 16, 16]], np.float32)
    boxes = decode_boxes(np.zeros((3, 2, 4), np.float32), anchors)
    assert boxes.shape == (3, 2, 4) and boxes.dtype == np.float32 and np.array_equal(boxes[1], anchors)
    assert encode_boxes(np.zeros((0, 4)), np.zeros((0, 4))).shape == (0, 4)


def test_large_numbers_give_a_finite_box_with_an_area():
    anchor = np.array([[0.0, 0.0, 16.0, 16.0]])
    x1, y1, x2, y2 = decode_boxes(np.array([[0, 0, 1e6, -1e6]]), anchor)[0]
    assert x2 - x1 == pytest.approx(1000) and 0 < y2 - y1 == pytest.approx(16 * np.exp(-LARGEST))


@pytest.mark.parametrize(
    ("boxes", "message"),
    [
        ([[0, 0, 0, 4]], r"boxes must have x1 < x2 and y1 < y2, got \[0.0, 0.0, 0.0, 4.0\]"),
        ([[0, 4, 4, 2]], "boxes must have x1 < x2 and y1 < y2"),
        ([[0, 0, float("nan"), 4]], "boxes must be finite, got NaN or infinity"),
        ([[0, 0, 4]], r"boxes must have the shape \(\.\.\., 4\), got \(1, 3\)"),
        (3, r"boxes must have the shape \(\.\.\., 4\), got \(\)"),
    ],
)
def test_what_is_no_box_is_refused(boxes, message):
    with pytest.raises(ValueError, match=message):
        encode_boxes(boxes, [[0, 0, 4, 4]])
    with pytest.raises(ValueError, match=message.replace("boxes", "anchors")):
        decode_boxes([[0, 0, 0, 0]], boxes)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_numbers_that_are_not_finite_are_refused(bad):
    with pytest.raises(ValueError, match="numbers must be finite"):
        decode_boxes([[bad, 0, 0, 0]], [[0, 0, 4, 4]])
