"""Shared scales: frames, colours and boxes agree, and the bits and errors are those of the package's sweep."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from edukit.plots.drawings.quantization.shared_scales import SharedScalesPlot, shared

COUNTS = {"per tensor": 1, "per channel": 4, "per group": 12}


@pytest.fixture(scope="module")
def plot():
    return SharedScalesPlot(Figure(figsize=(7, 2.8)))


@pytest.mark.parametrize("bits", [8, 16, 32])
@pytest.mark.parametrize("share", COUNTS)
def test_bits_of_a_weight_are_counted_from_codes_and_scales(plot, share, bits):
    said = plot.update(share, bits)
    whole = 48 * 4 + COUNTS[share] * bits + (32 if bits == 8 else 0)
    assert f"{whole / 48:.2f} bits a weight" in said and plot.total.get_text() == f"{whole / 48:.2f} bits a weight"


@pytest.mark.parametrize("bits", [8, 16, 32])
@pytest.mark.parametrize("share", COUNTS)
def test_codes_times_scales_have_the_error_that_is_said(plot, share, bits):
    codes, scales = shared(plot.weights, share, bits)
    stored = codes * scales.repeat(4 // len(scales), 0).repeat(12 // scales.shape[1], 1)
    sqnr = 10 * np.log10((plot.weights**2).sum() / ((plot.weights - stored) ** 2).sum())
    assert f"{sqnr:.1f} dB" in plot.update(share, bits)


@pytest.mark.parametrize("share", COUNTS)
def test_a_frame_a_colour_and_a_box_for_each_scale(plot, share):
    plot.update(share, 32)
    assert len(plot.cells.frames.get_segments()) == len(plot.boxes[share]) == COUNTS[share]
    colors = {tuple(color) for color in plot.cells.squares.get_facecolor().round(4).tolist()}
    assert colors == {tuple(np.round(box.patch.get_facecolor(), 4).tolist()) for box in plot.boxes[share]}
    assert len(colors) == COUNTS[share]
    visible = [name for name, boxes in plot.boxes.items() if boxes[0].patch.get_visible()]
    assert visible == [share]


def test_more_scales_leave_a_smaller_error(plot):
    errors = [plot.found[share, 32].sqnr_db for share in COUNTS]
    assert errors == sorted(errors)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (("per row", 32), "share must be one of per tensor, per channel, per group, got 'per row'"),
        (("per group", 4), "scale_bits must be 8, 16 or 32, got 4"),
    ],
)
def test_other_values_are_refused(plot, values, message):
    with pytest.raises(ValueError, match=message):
        plot.update(*values)
