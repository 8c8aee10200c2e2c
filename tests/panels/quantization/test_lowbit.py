"""Each control of each panel moves its picture and its description."""

import numpy as np
import pytest

from edukit.panels.quantization import budget, formats, pixels

PANELS = {
    "pixels": pixels,
    "formats": lambda: formats(np.random.default_rng(0).normal(0, 0.1, 640)),
    "budget": lambda: budget({"INT": {2.25: [50, 60], 4.25: [94, 96]}}, 97.0),
}
CONTROLS = [
    *[("pixels", name) for name in ("bits", "dither")],
    *[("formats", name) for name in ("bits", "exponent_bits")],
    ("budget", "budget"),
]


@pytest.mark.parametrize(("name", "control"), CONTROLS)
def test_every_control_moves_the_picture(name, control):
    panel = PANELS[name]()
    widget, png, description = panel.controls[control], panel._png, panel.description
    widget.value = not widget.value if isinstance(widget.value, bool) else widget.min
    assert panel._png != png and panel.description != description


def test_no_control_is_left_out():
    assert [(name, control) for name, make in PANELS.items() for control in make().controls] == CONTROLS
