"""Each control of the panels on one bit moves its picture and its description."""

import numpy as np
import pytest

from edukit.panels.quantization import binary_levels, sign_gradient, sign_product

PANELS = {
    "binary_levels": lambda: binary_levels(np.random.default_rng(0).normal(0, 0.1, (50, 3, 3, 3))),
    "sign_gradient": sign_gradient,
    "sign_product": sign_product,
}
CONTROLS = [
    ("binary_levels", "threshold"),
    *[("sign_gradient", name) for name in ("steps", "start")],
    ("sign_product", "step"),
]


@pytest.mark.parametrize(("name", "control"), CONTROLS)
def test_every_control_moves_the_picture(name, control):
    panel = PANELS[name]()
    widget, png, description = panel.controls[control], panel._png, panel.description
    for end in {widget.min, widget.max} - {widget.value}:
        widget.value = end
        assert panel._png != png and panel.description != description


def test_no_control_is_left_out():
    assert [(name, control) for name, make in PANELS.items() for control in make().controls] == CONTROLS
