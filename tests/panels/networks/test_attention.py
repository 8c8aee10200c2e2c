"""Each control of each panel of lesson 10 moves its picture and its description."""

import pytest
import torch
from pictures import assert_moves

from edukit.experiments.networks.attention_cost import measure_cost
from edukit.experiments.networks.back_copy import reader
from edukit.experiments.networks.back_copy import texts as copying
from edukit.networks import EncoderClassifier
from edukit.networks.writer import Writer
from edukit.panels.networks import (
    block_by_block,
    cache,
    cost,
    recall,
    share_of_attention,
    sinks,
    two_ways,
    where_it_looks,
    written,
)
from edukit.training import seeded

with seeded(0):
    ENCODER, IMAGES = EncoderClassifier(), torch.rand(2, 3, 32, 32)
READER = reader(0, epochs=1)
PANELS = {
    "where_it_looks": lambda: where_it_looks(ENCODER, IMAGES),
    "cost": lambda: cost(measure_cost([16, 32, 64], d=8), d=8),
    "two_ways": two_ways,
    "recall": recall,
    "block_by_block": block_by_block,
    "share_of_attention": share_of_attention,
    "cache": cache,
    "written": lambda: written(Writer(2), torch.zeros(2, 65), prompt=33),
    "sinks": lambda: sinks(READER, copying(2)),
}
CONTROLS = [
    *[("where_it_looks", name) for name in ("image", "row", "column", "head")],
    ("cost", "doublings"),
    ("two_ways", "step"),
    *[("recall", name) for name in ("sharpness", "features")],
    ("block_by_block", "step"),
    ("share_of_attention", "doublings"),
    *[("cache", name) for name in ("doublings", "kv_heads", "bits")],
    ("written", "tokens"),
    *[("sinks", name) for name in ("window", "sinks")],
]


@pytest.mark.parametrize(("name", "control"), CONTROLS)
def test_every_control_moves_the_picture(name, control):
    panel = PANELS[name]()
    assert_moves(panel, control)


def test_no_control_is_left_out():
    assert [(name, control) for name, make in PANELS.items() for control in make().controls] == CONTROLS


@pytest.mark.parametrize("layer", [0, 1])
def test_either_layer_can_be_looked_into(layer):
    assert where_it_looks(ENCODER, IMAGES, layer=layer).description.startswith("Image 1, row 4")
