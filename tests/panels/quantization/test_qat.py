"""Each control of each panel of lesson 04 moves its picture and its description."""

import numpy as np
import pytest
from pictures import assert_moves

from edukit.panels.quantization import (
    folded_norm,
    latent_weight,
    latent_weights,
    learned_ranges,
    recovery,
    step_size,
)

WEIGHTS = np.random.default_rng(0).normal(0, 0.1, 500)
TABLE = {
    "rounded": {(2, 2): {0: [30.0]}, (2, 4): {0: [50.0]}},
    "learned steps": {(2, 2): {5: [50.0], 15: [70.0]}, (2, 4): {5: [90.0]}},
}
PANELS = {
    "latent_weight": latent_weight,
    "step_size": lambda: step_size(WEIGHTS),
    "recovery": lambda: recovery({"rounded": {2: [40.0, 60.0], 3: [80.0, 90.0]}}, [97.0, 98.0]),
    "latent_weights": latent_weights,
    "folded_norm": folded_norm,
    "learned_ranges": lambda: learned_ranges(TABLE, [97.0]),
}
CONTROLS = [
    *[("latent_weight", name) for name in ("update", "gradient", "learning_rate")],
    *[("step_size", name) for name in ("bits", "update")],
    ("recovery", "bits"),
    ("latent_weights", "step"),
    ("folded_norm", "mode"),
    ("learned_ranges", "activation_bits"),
]


@pytest.mark.parametrize(("name", "control"), CONTROLS)
def test_every_control_moves_the_picture(name, control):
    panel = PANELS[name]()
    if name == "latent_weight":  # at update 0 all ways are the same, and the true gradient leads nowhere
        panel.controls["gradient"].value = "true" if control == "gradient" else "straight-through"
        panel.controls["update"].value = 30
    assert_moves(panel, control)


def test_no_control_is_left_out():
    assert [(name, control) for name, make in PANELS.items() for control in make().controls] == CONTROLS
