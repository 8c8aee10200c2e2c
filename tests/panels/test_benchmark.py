"""The panel's controls move the picture; the table says in words what it shows in columns."""

from types import SimpleNamespace

import pytest

from edukit.measure import Latency
from edukit.panels.benchmark import HEADS, Table, choice, stages_table

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
        "167.0",
        "183.7",
        "857.00",
    )


def test_cells_are_escaped_and_columns_of_numbers_aligned():
    page = stages_table([FLOAT], "One model.")._repr_html_()
    assert '<td style="text-align:left">FP32 &amp; &lt;slow&gt;</td>' in page
    assert '<td style="text-align:right">4,912.4</td>' in page and '<td style="text-align:right">99.0%</td>' in page
    assert page.count('<th style="text-align:right">') == len(HEADS) - 1
    assert "right" not in Table(("here",), [("77 times",), ("4",)], "mixed")._repr_html_()


@pytest.mark.parametrize(("rows", "got"), [([("x",)], ".1."), ([], "..")])
def test_rows_of_another_length_are_refused(rows, got):
    with pytest.raises(ValueError, match=f"rows must be at least one, of 2 cells each, got {got}"):
        Table(("a", "b"), rows, "wrong")
