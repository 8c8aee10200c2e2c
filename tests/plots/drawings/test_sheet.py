"""The sheet: widths are those that are drawn, words stay on it, and every colour of words can be read."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from edukit.plots import Picture, house
from edukit.plots.drawings import sheet
from edukit.plots.style import BLUE, GREEN, INK, LIMIT, ORANGE, RED, dark


class Words:
    def __init__(self, fig):
        self.axes = sheet.sheet(fig)
        with house():
            self.text = sheet.write(self.axes, 350, 140)

    def update(self, words, size, weight="normal"):
        self.text.set(text=words, size=size, weight=weight)
        return words


@pytest.mark.parametrize("words", ["i", "−1,234.56", "multiply", "φ(k) vᵀ", "$S_x S_w / S_y$", "two\nlines of words"])
@pytest.mark.parametrize(("size", "weight"), [(9, "normal"), (10, "bold")])
def test_width_is_what_is_drawn(words, size, weight):
    picture = Picture(Words, words=words, size=size, weight=weight)
    drawn = picture._plot.text.get_window_extent()
    assert abs(sheet.width_of(words, size, weight) - drawn.width / 2) < 2 + 0.03 * drawn.width
    lines = len(words.split("\n"))
    assert 0.5 * sheet.height_of(words, size) < drawn.height / 2 < sheet.height_of(words, size) + 2 * lines


@pytest.mark.parametrize("x", [-50, 0, 20, 350, 690, 900])
def test_words_are_moved_until_they_are_inside(x):
    place = sheet.inside(x, "some words")
    half = sheet.width_of("some words") / 2
    assert half <= place <= sheet.WIDTH - half
    assert place == x or not half + 4 <= x <= sheet.WIDTH - half - 4


@pytest.mark.parametrize(
    ("value", "digits", "words"),
    [(0, 0, "0"), (-0.4, 0, "0"), (-1, 0, "−1"), (12345.678, 2, "12,345.68"), (np.int32(-128), 0, "−128")],
)
def test_numbers_are_written_as_in_books(value, digits, words):
    assert sheet.number(value, digits) == words


def luminance(color):
    """Relative luminance of WCAG 2.2, https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    light, deep = sorted([luminance(one), luminance(other)], reverse=True)
    return (light + 0.05) / (deep + 0.05)


@pytest.mark.parametrize("color", [INK, sheet.QUIET, dark(sheet.ACCENT), dark(LIMIT)])
def test_words_on_the_sheet_reach_the_contrast_of_wcag_aa(color):
    assert contrast(color, sheet.GROUND) >= 4.5  # https://www.w3.org/TR/WCAG22/#contrast-minimum


@pytest.mark.parametrize("color", [BLUE, ORANGE, GREEN, RED])
def test_words_on_the_deepest_tint_do_as_well(color):
    assert contrast(INK, sheet.tints(1.0, color)) >= 4.5


def test_tints_are_the_deeper_the_larger_the_share():
    depth = [luminance(color) for color in sheet.tints(np.linspace(0, 1, 5))]
    assert depth == sorted(depth, reverse=True) and depth[0] == pytest.approx(1)
