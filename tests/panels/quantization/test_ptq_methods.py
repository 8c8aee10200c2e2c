"""Each control of each panel moves its picture and its description."""

import pytest
import torch
from pictures import assert_moves

from edukit.panels.quantization import ptq_methods, rounding, rounding_plane
from edukit.quantization.debug.layer_rounding import compare_rounding

W, X = torch.linspace(-1, 1, 24).reshape(1, 3, 8), torch.linspace(0, 1, 80).square().reshape(1, 10, 8)
PANELS = {
    "ladder": lambda: ptq_methods(
        {"a": {2: [0.1, 0.3], 3: [0.5, 0.6]}, "b": {2: [0.4, 0.5], 3: [0.9, 0.9]}}, [0.95, 0.96]
    ),
    "rounding": lambda: rounding({bits: compare_rounding(W, X, bits) for bits in (2, 3)}),
    "plane": rounding_plane,
}
CONTROLS = [
    ("ladder", "bits"),
    *[("rounding", name) for name in ("bits", "rounding")],
    *[("plane", name) for name in ("rounding", "step", "first_weight")],
]


@pytest.mark.parametrize(("name", "control"), CONTROLS)
def test_every_control_moves_the_picture(name, control):
    panel = PANELS[name]()
    assert_moves(panel, control)


def test_no_control_is_left_out():
    assert [(name, control) for name, make in PANELS.items() for control in make().controls] == CONTROLS


def test_the_slider_begins_at_the_fewest_bits_where_methods_differ():
    assert all(PANELS[name]().controls["bits"].value == 2 for name in ("ladder", "rounding"))
