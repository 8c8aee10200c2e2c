"""The panel's controls move the picture; the table says in words what it shows in columns."""

from types import SimpleNamespace

import pytest

from edukit.deployment.benchmark import HEADS
from edukit.measure import Latency
from edukit.panels.benchmark import choice, stages_table

FLOAT, INT8 = (
    SimpleNamespace(
        name=name,
        parameters=1228394,
        macs=15804928,
        size_bytes=size,
        accuracy=accuracy,
        latency=Latency(seconds, 1.1 * seconds, 0, 300),
        energy_j=energy_j,
        operators={operator: 14},
    )
    for name, size, accuracy, seconds, energy_j, operator in (
        ("FP32 & <slow>", 4_912_441, 0.99, 167e-6, 857e-6, "Conv"),
        ("INT8", 1_256_709, 0.986, 180e-6, 197e-6, "QLinearConv"),
    )
)


@pytest.mark.parametrize(("control", "value"), [("may_lose_points", 0.0), ("pay_in", "latency")])
def test_every_control_moves_the_picture(control, value):
    panel = choice([FLOAT, INT8], images=500)
    png, description = panel._png, panel.description
    panel.controls[control].value = value
    assert panel._png != png and panel.description != description


def test_what_is_cheapest_depends_on_what_is_paid():
    panel = choice([FLOAT, INT8], images=500)
    assert "the cheapest is INT8, 1,257 kB at 98.6 %" in panel.description
    panel.controls["pay_in"].value = "latency"
    assert "the cheapest is FP32 & <slow>, 167 µs at 99.0 %" in panel.description


def test_the_table_of_stages_shows_what_was_measured():
    table = stages_table([FLOAT, INT8], "Two models.")
    assert repr(table) == "Two models." and table.heads == HEADS and "estimate" in HEADS[-1]
    assert table.rows[0] == (
        "FP32 & <slow>",
        "1,228,394",
        "15,804,928",
        "4,912.4",
        "99.0%",
        "167",
        "184",
        "860",
    )
