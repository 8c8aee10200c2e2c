"""One part at few bits: only its weights move, as far as the grid says, and the caller's model stays."""

import numpy as np
import pytest
import torch

from edukit.data import scenes
from edukit.detection import TinyDetector, tiny_anchors
from edukit.detection.parts import part_scores, with_few_bits

MODEL = TinyDetector(6).eval()


def changed(few):
    return {
        name.split(".")[0]
        for (name, a), (_, b) in zip(MODEL.state_dict().items(), few.state_dict().items(), strict=True)
        if not torch.equal(a, b)
    }


@pytest.mark.parametrize("part", ["backbone", "bifpn", "class_head", "box_head"])
def test_only_the_weights_of_the_part_move(part):
    before = {name: tensor.clone() for name, tensor in MODEL.state_dict().items()}
    assert changed(with_few_bits(MODEL, part, 3)) == {part}
    assert all(torch.equal(before[name], tensor) for name, tensor in MODEL.state_dict().items())
    assert changed(with_few_bits(MODEL, "none", 3)) == set()


def test_a_weight_moves_by_half_a_step_at_most_and_each_filter_has_so_many_values():
    few = with_few_bits(MODEL, "backbone", 3)
    before, after = MODEL.backbone.stem[0].weight, few.backbone.stem[0].weight
    steps = before.detach().abs().amax((1, 2, 3)) / 3
    assert ((before - after).abs().amax((1, 2, 3)) <= steps / 2 + 1e-6).all()
    assert max(len(np.unique(row.detach().numpy().round(6))) for row in after) <= 7


def test_a_score_for_each_part_and_for_the_detector_itself():
    split = scenes(train=1, calibration=1, validation=1, test=3).test
    found = part_scores(MODEL, ["bifpn"], split, tiny_anchors(), bits=2, thresholds=0.5)
    assert list(found) == ["none", "bifpn"] and all(0 <= value <= 1 for value in found.values())


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ("neck", "parts must be names of submodules"),
        ("", "parts must be names"),
        ("backbone.stem.1", "parts must have weights"),
    ],
)
def test_parts_that_are_none_are_refused(part, message):
    split = scenes(train=1, calibration=1, validation=1, test=1).test
    with pytest.raises(ValueError, match=message):
        part_scores(MODEL, [part], split, tiny_anchors())
    with pytest.raises(ValueError, match="bits must be a whole number from 2 to 8"):
        part_scores(MODEL, ["bifpn"], split, tiny_anchors(), bits=1)
