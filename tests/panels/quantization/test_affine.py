"""Each control of each panel moves its picture and its description."""

import numpy as np
import pytest
from pictures import assert_moves

from edukit.panels.quantization import (
    against_bits,
    channels,
    conventions,
    integer_layer,
    number_grid,
    staircase,
    weight_histogram,
)

WEIGHTS = np.random.default_rng(0).normal(0, 0.1, 500)
PANELS = {
    "number_grid": number_grid,
    "integer_layer": integer_layer,
    "conventions": conventions,
    "staircase": staircase,
    "weight_histogram": lambda: weight_histogram(WEIGHTS),
    "channels": lambda: channels(WEIGHTS.reshape(10, -1)),
    "against_bits": lambda: against_bits({"a": {2: 1.0, 3: 2.0, 4: 5.0}}, "dB", ("b", {2: 0.0, 4: 1.0})),
}
CONTROLS = [
    *[("number_grid", name) for name in ("bits", "symmetric", "value")],
    ("integer_layer", "step"),
    ("conventions", "bits"),
    *[("staircase", name) for name in ("bits", "symmetric", "high")],
    *[("weight_histogram", name) for name in ("bits", "outlier_times")],
    *[("channels", name) for name in ("bits", "scales")],
    ("against_bits", "bits"),
]


@pytest.mark.parametrize(("name", "control"), CONTROLS)
def test_every_control_moves_the_picture(name, control):
    panel = PANELS[name]()
    assert_moves(panel, control)


def test_no_control_is_left_out():
    assert [(name, control) for name, make in PANELS.items() for control in make().controls] == CONTROLS
