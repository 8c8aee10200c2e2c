"""Each control of each panel of lessons 06 and 06b moves its picture and its description."""

import numpy as np
import pytest
from pictures import assert_moves

from edukit.panels.pruning import curves, removed, storage, stored_row, weights_and_inputs

DRAWN = np.random.default_rng(0)
SHAPES = {"first": (16, 36), "second": (24, 36), "third": (8, 12)}
LAYERS = {name: DRAWN.normal(0, shape[0] / 100, shape) for name, shape in SHAPES.items()}
FOUND = {"one": {0: [96, 94], 80: [10, 20]}, "lots": {0: [96, 94], 30: [10, 12]}}
PANELS = {
    "curves": lambda: curves(FOUND, FOUND),
    "removed": lambda: removed(LAYERS, ["first", "second"]),
    "storage": lambda: storage(LAYERS),
    "stored_row": stored_row,
    "weights_and_inputs": weights_and_inputs,
}
CONTROLS = [
    ("curves", "sparsity_percent"),
    *[("removed", name) for name in ("layer", "sparsity_percent", "scope")],
    *[("storage", name) for name in ("layer", "value_bits", "sparsity_percent")],
    *[("stored_row", name) for name in ("zeros", "value_bits")],
    *[("weights_and_inputs", name) for name in ("score", "one_input_times")],
]


@pytest.mark.parametrize(("name", "control"), CONTROLS)
def test_every_control_moves_the_picture(name, control):
    panel = PANELS[name]()
    assert_moves(panel, control)


def test_no_control_is_left_out():
    assert {(name, control) for name, make in PANELS.items() for control in make().controls} == set(CONTROLS)


def test_the_ranking_is_of_all_layers_and_only_some_have_a_button():
    panel = removed(LAYERS, ["second"])
    panel.controls["scope"].value = "global"
    everything = np.sort(np.concatenate([abs(w).ravel() for w in LAYERS.values()]))
    gone = (abs(LAYERS["second"]) < everything[round(0.5 * everything.size)]).sum()
    assert f" {gone} go" in panel.description and panel.controls["layer"].options == ("second",)
