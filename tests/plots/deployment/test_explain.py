"""Bars are as long as the shares of the time; dots lie where the layers' own numbers put them."""

from functools import partial

import pytest
from matplotlib.colors import to_rgba

from edukit.deployment.explain.explained import Explanation
from edukit.deployment.explain.profile import Call, Profile
from edukit.deployment.explain.roofline import Machine
from edukit.plots import Picture
from edukit.plots.deployment.explain import OperatorsPlot, RooflinePlot
from edukit.plots.style import FLOAT, ORANGE, QUANTIZED

MACHINE = Machine(bandwidth=10e9, float_macs_s=50e9, integer_macs_s=200e9, run_s=0, call_s=0)
CALLS = [
    Call("a", "QLinearConv", 6e-3, "integer", "uint8", macs=600_000_000, bytes=6_000_000),
    Call("b", "Conv", 3e-3, "float", "float", macs=30_000_000, bytes=30_000_000),
    Call("c", "QuantizeLinear", 1e-3, "conversion"),
]
TOLD = Explanation(Profile(CALLS, 10e-3), MACHINE, [])


def test_bars_are_shares_and_colours_are_roles():
    picture = Picture(OperatorsPlot, figsize=(7.5, 3.5), explanation=TOLD)
    bars = picture._plot.bars
    assert [bar.get_width() for bar in bars] == pytest.approx([60, 30, 10, 0, 0, 0, 0, 0])
    assert [bar.get_facecolor() for bar in bars[:3]] == [to_rgba(color) for color in (QUANTIZED, FLOAT, ORANGE)]
    assert picture.description == TOLD.sentence and "1 call, 6,000 µs" in picture._plot.labels[0].get_text()
    names = [label.get_text() for label in picture.axes[0].get_yticklabels()]
    assert names[:4] == ["QLinearConv", "Conv", "QuantizeLinear", ""]


def test_dots_lie_at_macs_a_byte_and_macs_a_second():
    picture = Picture(partial(RooflinePlot, machine=MACHINE), figsize=(7, 4), profile=TOLD.profile)
    points = picture._plot.points
    assert points["integer"].get_xydata().tolist() == [[100.0, pytest.approx(100)]]
    assert points["float"].get_xydata().tolist() == [[1.0, pytest.approx(10)]]
    assert picture.description == (
        "2 layers. The slowest does 100.0 MACs a byte, where arithmetic sets the limit, "
        "and reaches 50% of the integer peak."
    )


def test_no_dot_lies_where_nothing_multiplies_and_memory_is_named():
    picture = Picture(partial(RooflinePlot, machine=MACHINE), figsize=(7, 4), profile=Profile(CALLS[1:2], 1e-3))
    assert "1.0 MACs a byte, where memory sets the limit, and reaches 20% of the float peak" in picture.description
    assert picture.move(profile=Profile(CALLS[2:], 1e-3)) == "The file has no layer that multiplies."
    assert not len(picture._plot.slow.get_xdata())


@pytest.mark.parametrize(
    "plot, values",
    [(OperatorsPlot, {"explanation": TOLD}), (partial(RooflinePlot, machine=MACHINE), {"profile": TOLD.profile})],
)
def test_nothing_is_cut_off_and_axes_are_named(plot, values):
    picture = Picture(plot, figsize=(7.5, 3.5), **values)
    box = picture.get_tightbbox()
    assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= picture.get_figwidth() and box.y1 <= picture.get_figheight()
    assert picture.axes[0].get_xlabel()
