"""Targets: what an anchor should answer leads back to the box it answers for."""

from types import SimpleNamespace

import numpy as np
import pytest

from edukit.data import scenes
from edukit.data.boxed import BoxedSplit
from edukit.detection import decode_boxes, match_anchors, tiny_anchors
from edukit.detection.anchors import BACKGROUND, IGNORED
from edukit.detection.targets import HIGH, LOW, mirrored, targets_of

SPLIT = scenes(train=6, calibration=1, validation=1, test=1).train
ANCHORS = tiny_anchors()


def test_decoding_the_offsets_gives_the_box_that_was_matched():
    labels, offsets = (part.numpy() for part in targets_of(SPLIT, ANCHORS))
    for i in range(len(SPLIT)):
        matched = match_anchors(ANCHORS, SPLIT.boxes[i], low=LOW, high=HIGH)
        own = matched >= 0
        assert np.allclose(decode_boxes(offsets[i, own], ANCHORS[own]), SPLIT.boxes[i][matched[own]], atol=1e-3)
        assert (labels[i, own] == SPLIT.classes[i][matched[own]]).all() and (offsets[i, ~own] == 0).all()
        assert set(matched[own]) == set(range(len(SPLIT.boxes[i])))  # no object is left without an anchor


def test_what_has_no_object_is_background_or_ignored():
    labels = targets_of(SPLIT, ANCHORS).labels
    assert {BACKGROUND, IGNORED} < set(labels.unique().tolist())
    empty = BoxedSplit(SPLIT.x[:1], [[]], [[]])
    assert (targets_of(empty, ANCHORS).labels == BACKGROUND).all()


def test_a_mirror_twice_is_the_split_itself():
    once = mirrored(SPLIT)
    twice = mirrored(once)
    assert np.array_equal(twice.x, SPLIT.x) and np.array_equal(once.x[0], SPLIT.x[0, :, :, ::-1])
    assert all(np.allclose(a, b) for a, b in zip(twice.boxes, SPLIT.boxes, strict=True))
    x1, y1, x2, y2 = SPLIT.boxes[0][0]
    assert once.boxes[0][0].tolist() == [96 - x2, y1, 96 - x1, y2]


@pytest.mark.parametrize(
    ("split", "error", "words"),
    [
        (SPLIT.x, TypeError, "split must hold x, boxes and classes, .* got ndarray"),
        (BoxedSplit(SPLIT.x[:0], [], []), ValueError, "split must hold images"),
        (SimpleNamespace(x=SPLIT.x, boxes=SPLIT.boxes, classes=[]), ValueError, "got 6, 6 and 0"),
    ],
)
def test_other_splits_are_refused_by_name(split, error, words):
    for function in (lambda: targets_of(split, ANCHORS), lambda: mirrored(split)):
        with pytest.raises(error, match=words):
            function()


def test_anchors_that_are_no_boxes_are_refused():
    with pytest.raises(ValueError, match="anchors must have x1 < x2"):
        targets_of(SPLIT, ANCHORS[:, ::-1])
