"""The picture of learned ranges shows the table: a line for each way, through its means."""

from functools import partial

import pytest

from edukit.plots import Picture
from edukit.plots.quantization.learned_ranges import APART, WAYS, LearnedRangesPlot

TABLE = {
    "rounded": {(2, 2): {0: [31.5, 31.0, 37.0]}, (2, 3): {0: [45.0, 50.0, 52.0]}},
    "observed ranges": {(2, 2): {5: [27.0, 20.5, 28.0], 15: [37.5, 29.5, 46.0]}, (2, 3): {5: [80.0, 81.0, 79.0]}},
    "learned clips": {(2, 2): {5: [47.0, 42.0, 45.0], 15: [60.0, 61.0, 66.0]}},
    "learned steps": {(2, 2): {5: [54.5, 47.5, 53.5], 15: [82.0, 72.5, 78.5]}, (2, 3): {5: [81.0, 82.0, 80.0]}},
}
picture = partial(Picture, partial(LearnedRangesPlot, table=TABLE, reference=[95.0, 96.0]), figsize=(7.5, 4.0))


def test_it_says_and_draws_the_means():
    drawn = picture(activation_bits=2)
    assert drawn.description == (
        "2 bits for weights and 2 for activations: rounded 33; observed ranges 25 after 5 passes, 38 after 15; "
        "learned clips 45 after 5 passes, 62 after 15; learned steps 52 after 5 passes, 78 after 15."
    )
    x, y = drawn._plot.lines["learned steps"].get_data()
    assert list(x) == [0, 1, 2] and y[1:] == pytest.approx([51.833, 77.667], abs=1e-3)
    assert len(drawn._plot.dots["learned steps"].get_xdata()) == 6


def test_a_way_that_was_not_measured_is_missing():
    drawn = picture(activation_bits=3)
    assert "learned clips" not in drawn.description
    assert not drawn._plot.names["learned clips"].get_visible()
    assert list(drawn._plot.lines["learned clips"].get_xdata()) == [0]


def test_names_at_the_ends_can_be_told_apart():
    places = sorted(name.get_position()[1] for name in picture(activation_bits=2)._plot.names.values())
    assert len(places) == len(WAYS)
    assert all(above - below >= APART - 1e-9 for below, above in zip(places, places[1:], strict=False))


@pytest.mark.parametrize("bits", [2, 3])
def test_nothing_is_cut_off_and_every_axis_is_named(bits):
    drawn = picture(activation_bits=bits)
    drawn.canvas.draw()
    box = drawn.get_tightbbox()
    assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= drawn.get_figwidth() and box.y1 <= drawn.get_figheight()
    assert all(axes.get_ylabel() and axes.get_xlabel() for axes in drawn.axes)
