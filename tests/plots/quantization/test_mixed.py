"""What the pictures of layers say is what was measured."""

from functools import partial

import numpy as np
import pytest
from pictures import assert_nothing_is_cut_off

from edukit.plots import Picture
from edukit.plots.quantization.mixed import KINDS, BudgetPlot, DiagnosisPlot, LayerErrorsPlot
from edukit.quantization import Diagnosis, allocate_bits
from edukit.quantization.debug.mixed import weight_bytes
from edukit.quantization.debug.sensitivity import LayerError

NAMES = [f"blocks.{i}.body" for i in range(12)]
COSTS = {name: {b: (12 - i) * 4.0**-b for b in (2, 3, 4, 8)} for i, name in enumerate(NAMES)}
SHAPES = {name: (8 * (i + 1), 16, 3, 3) for i, name in enumerate(NAMES)}
MEASURED = {"mixed": {2.5: 91.0, 3: 95.0}, "same everywhere": {2: 40.0, 3: 90.0, 8: 96.0}}
ERRORS = {
    b: {name: LayerError(4.0**-b / (i + 1), 1e-5, 4.0**-b / (i + 1), 4.0**-b * (i + 1)) for i, name in enumerate(NAMES)}
    for b in (2, 3, 4)
}
SCORES = {"model": 0.95, "float": 0.95, "quantized": 0.5, "weights only": 0.6, "activations only": 0.93, "gptq": 0.8}
FOUND = Diagnosis("too few bits", scores=SCORES, restored=dict(zip(NAMES, np.linspace(0.45, 0.7, 12), strict=True)))

BUDGET = partial(BudgetPlot, costs=COSTS, shapes=SHAPES, measured=MEASURED)
LAYERS = partial(LayerErrorsPlot, errors=ERRORS)
CASE = partial(DiagnosisPlot, diagnosis=FOUND)


def test_every_error_has_its_mark():
    picture = Picture(LAYERS, bits=2)
    assert "most of the error comes from the weights. Alone, blocks.0.body suffers most, 12.0 dB" in picture.description
    picture.move(bits=3)
    for kind in KINDS:
        shown = picture._plot.dots[kind].get_xdata()
        assert np.allclose(shown, [-10 * np.log10(getattr(e, kind)) for e in ERRORS[3].values()])
    heights = [dots.get_ydata()[0] for dots in picture._plot.dots.values()]
    assert len(set(heights)) == len(KINDS) and np.abs(heights).max() < 0.5  # no mark hides another one


def test_an_error_of_zero_stays_in_the_picture():
    errors = {2: {"a": LayerError(0.1, 0.0, 0.1, 0.1), "b": LayerError(0.0, 0.0, 0.0, 0.2)}}
    plot = Picture(partial(LayerErrorsPlot, errors=errors), bits=2)._plot
    assert max(plot.dots["activations"].get_xdata()) < plot.dots["weights"].axes.get_xlim()[1]


@pytest.mark.parametrize("mean_bits", [2.0, 2.5, 3.0, 7.3, 8.0])
def test_the_bars_are_the_allocated_bits(mean_bits):
    picture = Picture(BUDGET, mean_bits=mean_bits)
    low, high = weight_bytes(SHAPES, int(mean_bits)), weight_bytes(SHAPES, min(8, int(mean_bits) + 1))
    bits = allocate_bits(COSTS, SHAPES, low + (high - low) * (mean_bits % 1))
    assert [bar.get_width() for bar in picture._plot.bars] == list(bits.values())
    assert all(mark.get_xdata() == [mean_bits, mean_bits] for mark in picture._plot.marks)
    assert f"the size of {mean_bits:.1f} bits everywhere" in picture.description


def test_the_sentence_compares_at_equal_size():
    picture = Picture(BUDGET, mean_bits=3.0)
    uniform = sum(row[3] for row in COSTS.values())
    assert picture.description.endswith(f", {uniform:.2g} with 3 bits everywhere.")
    assert "every layer gets 8 bits" in picture.move(mean_bits=8.0)
    assert "everywhere." not in picture.move(mean_bits=2.5)


def test_a_diagnosis_shows_variants_and_layers():
    picture = Picture(CASE, show="variants")
    expected = "Float 0.950, quantized 0.500; of the variants, activations only comes closest to float with 0.930."
    assert picture.description == expected
    assert list(picture._plot.dots.get_xdata()) == [0.6, 0.93, 0.8]
    assert "of the layers restored, blocks.11.body comes closest" in picture.move(show="layers restored")
    assert len(picture._plot.lines.get_segments()) == 12


@pytest.mark.parametrize(
    "draw",
    [
        partial(Picture, LAYERS, figsize=(7.5, 4), bits=2),
        partial(Picture, BUDGET, figsize=(8.5, 4.2), mean_bits=2.5),
        partial(Picture, partial(BUDGET, measured=None), figsize=(8.5, 4.2), mean_bits=2.5),
        partial(Picture, CASE, figsize=(7.5, 3.6), show="layers restored"),
    ],
    ids=["errors", "budget", "budget, not measured", "diagnosis"],
)
def test_nothing_is_cut_off_and_every_axis_is_named(draw):
    picture = draw()
    assert_nothing_is_cut_off(picture)
    assert all(axes.get_ylabel() for axes in picture.axes) and picture.axes[-1].get_xlabel()
