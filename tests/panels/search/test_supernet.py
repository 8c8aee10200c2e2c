"""Each control of each panel of a supernet moves its picture and its description."""

import pytest
from pictures import assert_moves

from edukit.panels.search import elastic, operators_and_bits, sub_networks
from edukit.search import Supernet
from edukit.training import seeded

NAMES = [f"{name}{stage}" for stage in (1, 2) for name in ("kernel", "width", "depth")]
PANELS = {"elastic": elastic, "sub_networks": sub_networks, "operators_and_bits": operators_and_bits}
CONTROLS = [
    *[("elastic", name) for name in ("kernel", "width", "depth")],
    *[("sub_networks", name) for name in NAMES],
    ("operators_and_bits", "limit_kb"),
]


@pytest.mark.parametrize(("name", "control"), CONTROLS)
def test_every_control_moves_the_picture(name, control):
    panel = PANELS[name]()
    assert_moves(panel, control)


def test_no_control_is_left_out():
    assert [(name, control) for name, make in PANELS.items() for control in make().controls] == CONTROLS


def test_a_supernet_of_one_s_own():
    with seeded(0):
        supernet = Supernet(channels=(8, 12), kernels=(3, 5, 7), widths=(2, 3), depths=(1, 2, 3))
    panel = elastic(supernet)
    assert panel.description.startswith("Kernel 7, width 3, depth 3: 49 of 49 weights")
