"""Bit fields: the bits drawn are those that torch stores, and the lines below say what they are."""

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure

from edukit.plots.drawings.quantization.bit_fields import FORMATS, BitFieldsPlot

TORCH = {"FP16": torch.float16, "BF16": torch.bfloat16, "FP8 E4M3": torch.float8_e4m3fn, "FP8 E5M2": torch.float8_e5m2}


@pytest.fixture(scope="module")
def plot():
    return BitFieldsPlot(Figure(figsize=(7, 2.8)))


@pytest.mark.parametrize("value", [-1.6, 0.0, 7.9, 0.001, -0.02])
@pytest.mark.parametrize("name", TORCH)
def test_the_bits_are_those_of_torch(plot, name, value):
    said = plot.update(name, value)
    theirs = torch.tensor([value]).to(TORCH[name])
    width = FORMATS[name].bits
    pattern = int(theirs.view(torch.uint8 if width == 8 else torch.int16)) % 2**width
    drawn = "".join(text.get_text() for text in plot.cells[width].numbers)
    assert drawn == f"{pattern:0{width}b}" and f"stored as {drawn}" in said
    assert float(said.split(" is ")[1].split(",")[0].replace("−", "-")) == pytest.approx(theirs.item(), rel=1e-2)


@pytest.mark.parametrize("name", FORMATS)
def test_one_width_is_visible_and_brackets_cover_it(plot, name):
    plot.update(name, 2.5)
    visible = [bits for bits, cells in plot.cells.items() if cells.squares.get_visible()]
    assert visible == [FORMATS[name].bits]
    shown = [b for b in plot.brackets.values() if b.line.get_visible()]
    ends = sorted(x for bracket in shown for x in (min(bracket.line.get_xdata()), max(bracket.line.get_xdata())))
    assert ends[0] == 32 and ends[-1] == 30 + 40 * FORMATS[name].bits - 2
    assert len(shown) == (1 if name.startswith("INT") else 3)


def test_the_three_lines_make_the_number(plot):
    plot.update("FP8 E4M3", -1.6)
    lines = [line.get_text() for line in plot.lines]
    assert lines == ["sign 1: −", "exponent 7: times 2 to the power of 0", "fraction 5: 1 + 5 / 8"]
    plot.update("FP8 E4M3", 0.004)
    assert "lowest row" in plot.lines[1].get_text() and "1 +" not in plot.lines[2].get_text()


def test_every_number_of_four_bits_can_be_read_from_the_lines(plot):
    for value in np.float32([0.5, 1.5, 3, 6, -4]):
        assert f"is {value:g},".replace("-", "−") in plot.update("FP4 E2M1", float(value))


def test_another_format_is_refused(plot):
    with pytest.raises(ValueError, match="format must be one of"):
        plot.update("FP6", 1.0)
