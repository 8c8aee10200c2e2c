"""Each control of each panel of lesson 02 moves its picture and its description."""

import numpy as np
import pytest
from pictures import assert_moves

from edukit.panels.quantization import merged_codes, momentum, more_images, ranges
from edukit.quantization import Observer

OBSERVER = Observer()
for batch in np.abs(np.random.default_rng(0).standard_t(4, (20, 100))):
    OBSERVER.update(batch)
PANELS = {
    "ranges": lambda: ranges(OBSERVER),
    "merged_codes": merged_codes,
    "more_images": lambda: more_images({"min_max": {1: [3, 5], 2: [4, 6]}, "mse": {1: [3, 4], 2: [3, 3]}}),
    "momentum": lambda: momentum(OBSERVER.history),
}
CONTROLS = [
    *[("ranges", name) for name in ("method", "bits", "percentile")],
    ("merged_codes", "window"),
    ("more_images", "doublings"),
    *[("momentum", name) for name in ("momentum", "start_at_zero")],
]


@pytest.mark.parametrize(("name", "control"), CONTROLS)
def test_every_control_moves_the_picture(name, control):
    panel = PANELS[name]()
    if control == "percentile":
        panel.controls["method"].value = "percentile"
    assert_moves(panel, control)


def test_no_control_is_left_out():
    assert [(name, control) for name, make in PANELS.items() for control in make().controls] == CONTROLS
