"""From logits and offsets to boxes: what was put in comes out, and nothing else."""

import numpy as np
import pytest
import torch

from edukit.detection import detect, encode_boxes, mean_average_precision, tiny_anchors

ANCHORS = tiny_anchors(32, 32)


def outputs(objects, classes=3, score=4.0):
    """Answers of a perfect detector: for each (box, class) the anchor with the nearest centre says so."""
    logits, offsets = np.full((1, len(ANCHORS), classes), -9.0), np.zeros((1, len(ANCHORS), 4))
    centres = (ANCHORS[:, :2] + ANCHORS[:, 2:]) / 2
    for box, label in objects:
        middle = (np.array(box[:2]) + box[2:]) / 2
        own = int(np.abs(centres - middle).sum(1).argmin())
        logits[0, own, label] = score
        offsets[0, own] = encode_boxes(np.array(box, float), ANCHORS[own])
    return logits, offsets


def test_a_perfect_detector_has_an_average_of_one():
    objects = [([2, 3, 12, 14], 0), ([16, 16, 30, 31], 2)]
    found = detect(outputs(objects), ANCHORS, (32, 32))
    assert np.allclose(sorted(found[0].boxes.tolist()), sorted(box for box, _ in objects))
    truth = [([box for box, _ in objects], [label for _, label in objects])]
    assert mean_average_precision(found, truth) == 1


def test_two_anchors_on_one_object_give_one_box_and_two_classes_give_two():
    logits, offsets = outputs([([4, 4, 16, 16], 1)])
    other = int(logits[0, :, 1].argmax()) + 1
    logits[0, other, 1], offsets[0, other] = 3, encode_boxes(np.array([4, 4, 16, 15.0]), ANCHORS[other])
    assert len(detect((logits, offsets), ANCHORS, (32, 32))[0].boxes) == 1
    assert len(detect((logits, offsets), ANCHORS, (32, 32), threshold=0.99)[0].boxes) == 2
    logits[0, other] = [3, -9, -9]
    assert sorted(detect((logits, offsets), ANCHORS, (32, 32))[0].classes.tolist()) == [0, 1]


def test_boxes_are_clipped_and_those_outside_are_left_out():
    found = detect(outputs([([-4, 10, 8, 20], 0)]), ANCHORS, (32, 32))[0]
    assert np.allclose(found.boxes, [[0, 10, 8, 20]])
    assert len(detect(outputs([([40, 40, 50, 50], 0)]), ANCHORS, (32, 32))[0].boxes) == 0


def test_no_detection_is_an_empty_answer():
    boxes, scores, classes = detect(outputs([]), ANCHORS, (32, 32))[0]
    assert boxes.shape == (0, 4) and len(scores) == len(classes) == 0
    assert detect((np.zeros((0, len(ANCHORS), 3)), np.zeros((0, len(ANCHORS), 4))), ANCHORS, (32, 32)) == []


def test_the_best_boxes_come_first_and_no_more_than_asked_for():
    rng = np.random.default_rng(0)
    answers = rng.normal(size=(2, len(ANCHORS), 3)), rng.normal(size=(2, len(ANCHORS), 4)) / 5
    for found in detect(answers, ANCHORS, (32, 32), most=7):
        assert 0 < len(found.scores) <= 7 and (np.diff(found.scores) <= 0).all()


def test_torch_answers_are_taken_and_extreme_logits_do_not_overflow():
    logits, offsets = (torch.from_numpy(x).float() for x in outputs([([2, 3, 12, 14], 0)], score=1e30))
    assert detect((logits.requires_grad_(), offsets), ANCHORS, (32, 32))[0].scores.tolist() == [1]


BAD = {
    "outputs must be \\(logits, offsets\\)": lambda: detect(np.zeros((1, 84, 3)), ANCHORS, (32, 32)),
    "for A anchors, got logits \\(1, 5, 3\\)": lambda: detect(
        (np.zeros((1, 5, 3)), np.zeros((1, 5, 4))), ANCHORS, (32, 32)
    ),
    "got NaN in logits": lambda: detect((np.full((1, 84, 3), np.nan), np.zeros((1, 84, 4))), ANCHORS, (32, 32)),
    "got NaN in offsets": lambda: detect((np.zeros((1, 84, 3)), np.full((1, 84, 4), np.nan)), ANCHORS, (32, 32)),
    "least must be from 0 to 1": lambda: detect(outputs([]), ANCHORS, (32, 32), least=2),
    "threshold must be from 0 to 1": lambda: detect(outputs([]), ANCHORS, (32, 32), threshold=-1),
    "size must be": lambda: detect(outputs([]), ANCHORS, (0, 32)),
    "size must be height and width": lambda: detect(outputs([]), ANCHORS, 32),
    "most must be": lambda: detect(outputs([]), ANCHORS, (32, 32), most=0),
    "anchors must have x1 < x2": lambda: detect(outputs([]), ANCHORS[:, ::-1], (32, 32)),
}


@pytest.mark.parametrize("words", BAD)
def test_bad_input_is_refused_by_name(words):
    with pytest.raises(ValueError, match=words):
        BAD[words]()
