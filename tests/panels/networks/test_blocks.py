"""Each control of each panel of lesson 09 moves its picture and its description."""

import pytest
from pictures import assert_moves

from edukit.networks import MobileClassifier, ResidualClassifier
from edukit.networks.costs import layer_costs
from edukit.panels.networks import block_layers, block_memory, blocks, layers, memory, reached

NETS = {"mobile": layer_costs(MobileClassifier(), (3, 32, 32)), "res": layer_costs(ResidualClassifier(), (3, 32, 32))}
PANELS = {"blocks": blocks, "layers": lambda: layers(NETS), "block_layers": block_layers, "reached": reached}
PANELS |= {"block_memory": block_memory, "memory": lambda: memory({"one": {"a": 4000}, "two": {"a": 8000}})}
CONTROLS = [
    *[("blocks", name) for name in ("channels", "kernel", "stride", "expansion", "squeeze", "size")],
    *[("layers", name) for name in ("net", "layer")],
    ("block_layers", "kind"),
    ("memory", "net"),
    *[("block_memory", name) for name in ("step", "residual")],
    *[("reached", name) for name in ("units", "shuffle")],
]


@pytest.mark.parametrize(("name", "control"), CONTROLS)
def test_every_control_moves_the_picture(name, control):
    panel = PANELS[name]()
    if control == "shuffle":  # behind one unit both are the same
        panel.controls["units"].value = 3
    assert_moves(panel, control)


def test_no_control_is_left_out():
    assert {(name, control) for name, make in PANELS.items() for control in make().controls} == set(CONTROLS)
