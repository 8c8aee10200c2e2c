"""The number line: codes and values are the package's, words are thinned out evenly, the error is the distance."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from edukit.plots import house
from edukit.plots.drawings.number_line import NumberLine
from edukit.plots.drawings.quantization.number_grid import NumberGridPlot
from edukit.plots.drawings.sheet import sheet
from edukit.quantization.grid.affine import choose_qparams, fake_quantize, quantize

random = np.random.default_rng(0)
CASES = [(int(random.integers(2, 9)), case % 2 == 0, float(random.uniform(-2.6, 2.6))) for case in range(20)]


@pytest.fixture(scope="module")
def plot():
    return NumberGridPlot(Figure(figsize=(7, 2.8)))


@pytest.mark.parametrize(("bits", "symmetric", "value"), CASES)
def test_the_arrow_ends_at_the_value_that_the_package_stores(plot, bits, symmetric, value):
    said = plot.update(bits, symmetric, value)
    grid = choose_qparams(np.float32(-1), np.float32(2), bits, symmetric=symmetric)
    near = float(fake_quantize(np.float32(value), grid))
    code = int(quantize(np.float32(value), grid))
    line = plot.line
    assert line.target.get_xdata() == [pytest.approx(float(line.at(near)))]
    assert line.value.get_xdata() == [pytest.approx(float(line.at(value)))]
    assert f"code {code}, which stands for {near:z.2f}: error {abs(value - near):.2g}." in said
    row = plot.line.rows[max(y for y in line.rows if y < 180)]  # the codes: above the values
    assert f"{code}".replace("-", "−") == row[0].get_text()
    x, _ = line.gap.line.get_data()
    assert x[2] - x[0] == pytest.approx(abs(line.at(near) - line.at(value)))


@pytest.mark.parametrize(("bits", "symmetric"), [(2, False), (3, True), (8, False)])
def test_one_tick_for_each_code_and_the_scale_between_two(plot, bits, symmetric):
    plot.update(bits, symmetric, 0.5)
    grid = choose_qparams(np.float32(-1), np.float32(2), bits, symmetric=symmetric)
    places = np.array([segment[0][0] for segment in plot.line.ticks.get_segments()])
    assert len(places) == grid.qmax - grid.qmin + 1
    step = 508 * float(grid.scale) / 5.6  # the line is 508 pixels long and shows -2.8 to 2.8
    assert np.allclose(np.diff(places), step, rtol=1e-4)
    x, _ = plot.scale.line.get_data()
    assert x[2] - x[0] == pytest.approx(step, rel=1e-4)


@pytest.mark.parametrize(("value", "clipped"), [(2.0, False), (2.3, True), (-0.9, False), (-1.3, True)])
def test_clipping_is_said_where_the_error_is_above_half_a_step(plot, value, clipped):
    said = plot.update(4, False, value)
    assert ("is clipped to" in said) == clipped == ("clipped" in plot.line.gap.label.get_text())


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (dict(bits=1, symmetric=True, value=0), "bits must be a whole number from 2 to 8"),
        (dict(bits=9, symmetric=True, value=0), "bits must be a whole number from 2 to 8"),
        (dict(bits=4, symmetric=True, value=3), "value must be from -2.8 to 2.8, got 3"),
        (dict(bits=4, symmetric=True, value=float("nan")), "value must be from -2.8 to 2.8, got nan"),
    ],
)
def test_other_values_are_refused(plot, values, message):
    with pytest.raises(ValueError, match=message):
        plot.update(**values)


@pytest.mark.parametrize("ends", [(1, -1), (0, 0), (float("nan"), 1), (-1, float("inf")), (-1e-5, 1e-5)])
def test_other_ranges_are_refused(ends):
    with pytest.raises(ValueError, match="low and high must be in order"):
        NumberGridPlot(Figure(), *ends)


@pytest.mark.parametrize("count", [1, 2, 7, 40, 300])
def test_words_below_ticks_never_touch_and_the_kept_ones_are_there(count):
    with house():
        line = NumberLine(sheet(Figure(figsize=(7, 2.8))), 50, 100, 600, low=0, high=1)
        values = np.linspace(0, 1, count)
        line.label(130, values, [f"{i:,}" for i in range(count)], [count // 3, 0])
    texts = [text for text in line.rows[130] if text.get_text()]
    assert texts[0].get_text() == f"{count // 3}" and texts[0].get_weight() == "bold"
    places = sorted(text.get_position()[0] for text in texts)
    assert min(np.diff(places), default=99) > 12 and len(texts) >= min(count, 8)


@pytest.mark.parametrize("low", np.linspace(-2, 0, 9))
def test_the_whole_grid_lies_on_the_line(low):
    plot = NumberGridPlot(Figure(figsize=(7, 2.8)), low, 2.0)
    for bits in (2, 3, 5):
        plot.update(bits, False, 0.0)
        places = np.array([segment[0][0] for segment in plot.line.ticks.get_segments()])
        assert plot.line.ends[0] <= places.min() and places.max() <= plot.line.ends[1]
