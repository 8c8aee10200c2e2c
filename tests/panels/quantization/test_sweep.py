"""Each control of the panels on the sweep and on overflow moves its picture and its description."""

import numpy as np
import pytest
import torch
from pictures import assert_moves

from edukit.panels.quantization import error_sweep, saturation, shared_scales

random = np.random.default_rng(0)
PANELS = {
    "error_sweep": lambda: error_sweep([torch.eye(64), torch.eye(32)], group_sizes=[8, 16]),
    "shared_scales": shared_scales,
    "saturation": lambda: saturation(random.random((40, 9)), random.normal(size=(5, 9))),
}
CONTROLS = [
    *[("error_sweep", name) for name in ("row_length", "group_size", "scale_bits")],
    *[("shared_scales", name) for name in ("share", "scale_bits")],
    *[("saturation", name) for name in ("weight_bits", "scales")],
]


@pytest.mark.parametrize(("name", "control"), CONTROLS)
def test_every_control_moves_the_picture(name, control):
    panel = PANELS[name]()
    assert_moves(panel, control)


def test_no_control_is_left_out():
    assert [(name, control) for name, make in PANELS.items() for control in make().controls] == CONTROLS
