"""One layer, five ways: the cells are what is stored, and the bytes are weights times bits over 8."""

import math

import numpy as np
import pytest
from matplotlib.figure import Figure

from edukit.plots.drawings.deployment.four_ways import FEW_BITS, NOTES, FourWaysPlot, ways


@pytest.fixture(scope="module")
def plot():
    return FourWaysPlot(Figure(figsize=(7, 2.8)))


@pytest.mark.parametrize("way", NOTES)
@pytest.mark.parametrize("side", [4, 6, 9])
def test_bytes_are_weights_times_bits_over_eight(way, side):
    stored = ways(np.random.default_rng(side).normal(size=(side, side)).astype(np.float32))[way]
    assert stored.size_bytes == math.ceil(np.isfinite(stored.cells).sum() * stored.bits / 8)


def test_half_of_the_channels_are_a_quarter_of_the_weights_at_their_places(plot):
    whole = plot.stored["as trained"].cells
    left = plot.stored["fewer channels"].cells
    stays = np.isfinite(left)
    assert stays.sum() * 4 == whole.size and np.array_equal(left[stays], whole[stays])
    assert stays.any(0).sum() == stays.any(1).sum() == len(whole) // 2
    assert (stays == np.outer(stays.any(1), stays.any(0))).all()


def test_zeros_are_the_smaller_half_and_take_their_bytes(plot):
    whole = plot.stored["as trained"].cells
    zeros = plot.stored["zeros"].cells
    assert abs(whole[zeros == 0]).max() <= abs(whole[zeros != 0]).min()
    assert plot.update("zeros") == "Zeros: 36 weights, 18 of them 0, of 32 bits take 144 of 144 bytes."


def test_codes_are_whole_numbers_on_one_grid(plot):
    whole = plot.stored["as trained"].cells
    codes = plot.stored["fewer bits"].cells
    assert (codes == np.round(codes)).all() and abs(codes).max() == 2 ** (FEW_BITS - 1) - 1
    step = abs(whole).max() / abs(codes).max()
    assert abs(step * codes - whole).max() <= step / 2 * 1.001


@pytest.mark.parametrize("way", NOTES)
def test_what_is_not_stored_is_an_empty_cell_without_a_number(plot, way):
    plot.update(way)
    stored = np.isfinite(plot.stored[way].cells).ravel()
    assert (plot.cells.squares.get_facecolor()[:, 3] == 1).tolist() == stored.tolist()
    assert [bool(text.get_text()) for text in plot.cells.numbers] == stored.tolist()


def test_the_bars_say_the_formula(plot):
    plot.update("channels and bits")
    assert [meter.words.get_text() for meter in plot.meters] == ["9 of 36", "4 of 32", "5 of 144"]


def test_another_way_is_refused(plot):
    with pytest.raises(ValueError, match="way must be one of as trained, fewer bits, .*, got 'magic'"):
        plot.update("magic")
