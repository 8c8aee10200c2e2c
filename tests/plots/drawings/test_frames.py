"""Outlines on a drawing: pixels of the image at their place on the sheet."""

import pytest
from matplotlib.figure import Figure

from edukit.plots.drawings.frames import Area, Outline
from edukit.plots.drawings.sheet import sheet


@pytest.fixture
def area():
    return Area(sheet(Figure(figsize=(7, 2.8))), 20, 30, 96, 48, scale=2.5)


def test_the_whole_image_fills_the_area(area):
    assert area.place((0, 0, 96, 48)) == (20, 30, 240, 120)
    assert area.place((10, 4, 12, 8)) == (45, 40, 5, 10)


def test_an_outline_moves_takes_a_name_and_goes(area):
    outline = Outline(area)
    assert not outline.patch.get_visible() and not outline.name.get_visible()
    outline.show((0, 0, 8, 8), color="black", name="a", dashed=True)
    assert outline.patch.get_bbox().bounds == (20, 30, 20, 20) and outline.name.get_text() == "a"
    assert outline.patch.get_linestyle() == "--"
    outline.show((0, 0, 8, 8), color="black")
    assert not outline.name.get_visible() and outline.patch.get_facecolor()[3] == 0
    outline.hide()
    assert not outline.patch.get_visible()
