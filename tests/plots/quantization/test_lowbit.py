"""What the pictures say is what the formats give."""

from functools import partial

import numpy as np
import pytest
from pictures import assert_nothing_is_cut_off

from edukit.plots import Picture
from edukit.plots.quantization.lowbit import BudgetPlot, FormatsPlot, PixelsPlot, landscape
from edukit.quantization.lowbit.formats import FP4_E2M1, INT4, NF4

WEIGHTS = np.random.default_rng(0).normal(0, 0.1, (16, 500)).astype(np.float32)
CURVES = {"INT": {2.25: [50.0, 60.0], 4.25: [94.0, 96.0]}, "k-means": {2.0: [70.0, 74.0], 4.0: [90.0, 91.0]}}


@pytest.mark.parametrize("bits", [1, 2, 5, 8])
@pytest.mark.parametrize("dither", [False, True])
def test_there_are_as_many_shades_as_it_says_and_the_bytes_are_packed(bits, dither):
    picture = Picture(PixelsPlot, bits=bits, dither=dither)
    shown = picture._plot.shown[1].get_array()
    assert len(np.unique(shown)) <= 2**bits
    assert f"{-(-shown.size * bits // 8):,} bytes" in picture._plot.axes[1].get_title("left")
    assert picture.description.startswith(f"{2**bits} shades, ")


def test_drawing_by_lot_is_worse_for_a_pixel_and_better_for_a_patch():
    picture = Picture(PixelsPlot, bits=1, dither=False)
    rounded, by_lot = (numbers(picture.move(bits=1, dither=dither)) for dither in (False, True))
    assert by_lot[0] > rounded[0] and by_lot[1] < rounded[1] / 2


def numbers(sentence):
    """How far a pixel is off, and a patch."""
    return float(sentence.split("off by ")[1].split(",")[0]), float(sentence.rstrip(".").split("10 by 10 by ")[1])


def test_a_picture_of_ones_own():
    image = np.linspace(0, 1, 400).reshape(20, 20)
    picture = Picture(partial(PixelsPlot, image=image), bits=8, dither=False)
    assert np.abs(picture._plot.shown[1].get_array() - image).max() <= 0.5 / 255 + 1e-9
    assert "400 bytes instead of 400" in picture.description


def test_the_landscape_is_the_same_every_time_and_between_0_and_1():
    assert np.array_equal(landscape(), landscape()) and landscape().std() > 0.2
    assert landscape(40, 60).shape == (40, 60)


def test_the_levels_are_those_of_the_formats():
    picture = Picture(partial(FormatsPlot, weights=WEIGHTS), bits=4, exponent_bits=2)
    rows = [[segment[0][0] for segment in row.get_segments()] for row in picture._plot.rows]
    for row, ours in zip(rows, (INT4, FP4_E2M1, NF4), strict=False):
        np.testing.assert_allclose(row, ours.levels / ours.reach, atol=1e-6)
    assert len(rows[3]) == 16
    names = [label.get_text() for label in picture._plot.bottom.get_yticklabels()]
    assert names == ["INT4", "E2M1", "NF4", "k-means"]


@pytest.mark.parametrize(("bits", "exponent_bits"), [(2, 1), (2, 5), (3, 2), (8, 5)])
def test_errors_shrink_with_bits_and_k_means_is_best(bits, exponent_bits):
    picture = Picture(partial(FormatsPlot, weights=WEIGHTS), bits=bits, exponent_bits=exponent_bits)
    errors = [float(text.get_text().rstrip("%")) for text in picture._plot.errors]
    assert errors[3] <= min(errors[:3]) + 0.1
    assert f"E{min(exponent_bits, bits - 1)}M" in picture.description
    more = [float(t.split("%")[0].split()[-1]) for t in picture.move(bits=8, exponent_bits=2).split(",")[1:]]
    assert bits == 8 or max(more) < min(errors)


def test_the_best_within_the_budget_is_marked():
    picture = Picture(partial(BudgetPlot, curves=CURVES, reference=97.0), budget=4.1)
    assert picture.description.startswith(
        "With 4.10 bits a weight the best is k-means at 4.00: 90.5% on average, 90.0 to 91.0"
    )
    assert picture.move(budget=8.0).startswith("With 8.00 bits a weight the best is INT at 4.25: 95.0% on average")
    assert picture._plot.best.get_xdata() == [4.25]
    assert "none of these" in picture.move(budget=1.5) and len(picture._plot.best.get_xdata()) == 0


@pytest.mark.parametrize(
    "draw",
    [
        partial(Picture, PixelsPlot, figsize=(7.5, 3), bits=1, dither=True),
        partial(Picture, partial(FormatsPlot, weights=WEIGHTS), figsize=(7.5, 4.2), bits=2, exponent_bits=1),
        partial(Picture, partial(FormatsPlot, weights=WEIGHTS), figsize=(7.5, 4.2), bits=8, exponent_bits=5),
        partial(Picture, partial(BudgetPlot, curves=CURVES, reference=97.0), figsize=(7.5, 3.6), budget=8.5),
    ],
    ids=["pixels", "levels 2", "levels 8", "budget"],
)
def test_nothing_is_cut_off_and_every_axis_is_named(draw):
    picture = draw()
    assert_nothing_is_cut_off(picture)
    if len(picture.axes[0].images):
        assert all(axes.get_title("left") for axes in picture.axes)  # pictures have names, not axes
    else:
        assert all(axes.get_ylabel() for axes in picture.axes) and picture.axes[-1].get_xlabel()
