"""The table of bits: what it holds, and that a part at 8 bits answers as before, and at 2 bits does not."""

import hashlib

import torch

from edukit import bundled
from edukit.data import scenes
from edukit.detection import trained_detector
from edukit.experiments.detection.detector_bits import BITS, PARTS, measure, measured

ROWS = {(row.part, row.bits): row for row in measured()}
WHOLE = ROWS["none", 32]


def test_a_row_for_each_part_and_number_of_bits():
    assert ROWS.keys() == {("none", 32), *((part, bits) for part in PARTS for bits in BITS)}
    assert all(0 <= row.map <= row.map50 <= 1 for row in ROWS.values())
    assert WHOLE.layers == 0 and all(row.layers > 0 for row in ROWS.values() if row.part != "none")


def test_eight_bits_cost_no_part_a_point_and_two_bits_cost_more_than_four():
    for part in PARTS:
        assert abs(ROWS[part, 8].map50 - WHOLE.map50) < 0.01
        assert ROWS[part, 2].map < ROWS[part, 4].map


def test_the_box_head_costs_fitting_boxes_first():
    """At each number of bits where it costs anything, the loss of mAP@[.5:.95] is the larger part of what it has."""
    row = ROWS["box head", 3]
    assert 1 - row.map / WHOLE.map > 1 - row.map50 / WHOLE.map50


def test_a_row_can_be_measured_again():
    data = scenes(train=1, calibration=8, validation=4, test=1)
    rows = list(measure(trained_detector("pruned"), torch.as_tensor(data.calibration.x), data.validation, bits=(2,)))
    assert [row.part for row in rows] == ["none", *PARTS]
    assert sum(row.layers for row in rows) == 32 and rows[0].map50 > 0


def test_the_card_names_the_file():
    digest = hashlib.sha256(bundled.path("datasets/detector_bits.csv").read_bytes()).hexdigest()
    assert f"`{digest}`" in bundled.path("datasets/detector_bits.md").read_text()
