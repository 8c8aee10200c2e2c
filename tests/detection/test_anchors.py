"""Anchors: places, sizes and numbers, and which object each of them answers for."""

import numpy as np
import pytest
from not_boxes import NOT_BOXES

from edukit.detection import iou, make_anchors, match_anchors
from edukit.detection.anchors import BACKGROUND, IGNORED


def test_anchors_have_the_areas_ratios_and_centres_of_the_formula():
    anchors = make_anchors(32, 48, strides=(16,), scale=2.0, octaves=(1.0, 1.5), ratios=(0.5, 1.0, 2.0))
    width, height = (anchors[:, 2:] - anchors[:, :2]).T
    assert anchors.dtype == np.float32 and anchors.shape == (2 * 3 * 6, 4)
    assert np.allclose((width / height).reshape(6, 6), np.tile([0.5, 1, 2], 2), rtol=1e-5)
    assert np.allclose(np.sqrt(width * height).reshape(6, 6), np.repeat([32, 48], 3), rtol=1e-5)
    centres = (anchors[:, :2] + anchors[:, 2:]) / 2
    assert np.allclose(centres[::6], [[8, 8], [24, 8], [40, 8], [8, 24], [24, 24], [40, 24]], atol=1e-4)


def test_retinanet_has_nine_anchors_a_place_and_efficientdet_d0_49104():
    """EfficientDet-D0 at 512 pixels: levels 3 to 7, three octaves, three ratios (Tan et al. 2020)."""
    octaves = [2 ** (k / 3) for k in range(3)]
    anchors = make_anchors(512, 512, strides=(8, 16, 32, 64, 128), scale=4.0, octaves=octaves, ratios=(0.5, 1, 2))
    assert len(anchors) == 9 * (64**2 + 32**2 + 16**2 + 8**2 + 4**2) == 49_104


def test_levels_follow_each_other_and_odd_sizes_round_up():
    one = {"octaves": (1.0,), "ratios": (1.0,)}
    both = make_anchors(20, 9, strides=(8, 16), **one)
    assert np.array_equal(both, np.concatenate([make_anchors(20, 9, strides=(s,), **one) for s in (8, 16)]))
    assert len(both) == 3 * 2 + 2 * 1


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"height": 0}, "height must be a whole number from 1"),
        ({"strides": (0,)}, "strides must be positive"),
        ({"strides": (8.5,)}, "strides must be a whole number"),
        ({"strides": ()}, "strides must be positive and finite, got \\[\\]"),
        ({"scale": float("nan")}, "scale must be positive and finite"),
        ({"octaves": (1.0, -1.0)}, "octaves must be positive and finite"),
        ({"ratios": (float("inf"),)}, "ratios must be positive and finite"),
    ],
)
def test_sizes_that_are_none_are_refused(changed, message):
    with pytest.raises(ValueError, match=message):
        make_anchors(**{"height": 32, "width": 32, **changed})


def test_each_object_that_an_anchor_touches_has_one_that_answers_for_it():
    rng = np.random.default_rng(0)
    anchors = make_anchors(96, 96)
    for _ in range(50):
        corner = rng.uniform(0, 80, (4, 2))
        boxes = np.concatenate([corner, corner + rng.uniform(2, 40, (4, 2))], axis=1)
        matched = match_anchors(anchors, boxes)
        best = iou(anchors, boxes).argmax(axis=0)
        assert len(set(best)) < 4 or set(matched) >= {0, 1, 2, 3}
        most = iou(anchors, boxes).max(axis=1)
        assert (matched[most >= 0.5] >= 0).all() and (most[matched == IGNORED] >= 0.4).all()
        assert (most[matched == BACKGROUND] < 0.4).all()


def test_between_the_limits_an_anchor_is_ignored():
    anchors = [[0, 0, 10, 10], [0, 0, 10, 4.5], [0, 0, 10, 3]]
    assert match_anchors(anchors, [[0, 0, 10, 10]], low=0.4, high=0.5).tolist() == [0, IGNORED, BACKGROUND]


def test_an_image_without_objects_is_background():
    assert (match_anchors(make_anchors(32, 32), []) == BACKGROUND).all()


def test_an_object_that_no_anchor_touches_changes_nothing():
    assert match_anchors([[0, 0, 4, 4]], [[50, 50, 60, 60]]).tolist() == [BACKGROUND]


@pytest.mark.parametrize(("boxes", "message"), NOT_BOXES)
def test_what_is_no_box_is_refused(boxes, message):
    with pytest.raises(ValueError, match=f"boxes {message}"):
        match_anchors([[0, 0, 4, 4]], boxes)
    with pytest.raises(ValueError, match=f"anchors {message}"):
        match_anchors(boxes, [[0, 0, 4, 4]])


@pytest.mark.parametrize("limits", [{"low": 0.6}, {"low": -0.1}, {"high": 1.1}, {"low": float("nan")}])
def test_limits_in_the_wrong_order_and_no_anchors_are_refused(limits):
    with pytest.raises(ValueError, match="low and high must be 0 <= low <= high <= 1"):
        match_anchors([[0, 0, 4, 4]], [[0, 0, 4, 4]], **limits)
    with pytest.raises(ValueError, match="anchors must hold at least one box"):
        match_anchors([], [[0, 0, 4, 4]])
