"""Three grids on three lines: each dot is a value of its grid, the middle one is 0, and the text says how many."""

import numpy as np
import pytest
from pictures import assert_nothing_is_cut_off

from edukit.plots import Picture
from edukit.plots.quantization.conventions import GRIDS, ConventionsPlot
from edukit.quantization import dequantize


@pytest.mark.parametrize("bits", [2, 3, 4])
def test_every_dot_is_a_value_and_every_code_stands_below_its_own(bits):
    picture = Picture(ConventionsPlot, figsize=(7.5, 3.6), bits=4)
    picture.move(bits=bits)
    plot = picture._plot
    counts = {}
    for (name, choose), dots, texts in zip(GRIDS.items(), plot.dots, plot.codes, strict=True):
        grid = choose(bits)
        codes = np.arange(grid.qmin, grid.qmax + 1)
        counts[name] = len(codes)
        assert np.array_equal(dots.get_xdata(), dequantize(codes, grid)) and 0 in dots.get_xdata()
        shown = {float(t.get_position()[0]): t.get_text().replace("−", "-") for t in texts if t.get_visible()}
        assert shown == {float(x): str(q) for x, q in zip(dots.get_xdata(), codes, strict=True)}
        assert f"{name}, {len(codes)} codes from {codes[0]} to {codes[-1]}" in picture.description
    assert list(counts.values()) == [2**bits - 1, 2**bits, 2**bits]


def test_nothing_is_cut_off_and_no_code_lies_on_another():
    picture = Picture(ConventionsPlot, figsize=(7.5, 3.6), bits=4)
    assert_nothing_is_cut_off(picture)
    for texts in picture._plot.codes:
        boxes = [text.get_window_extent() for text in texts if text.get_visible()]
        assert all(left.x1 < right.x0 for left, right in zip(boxes, boxes[1:], strict=False))
