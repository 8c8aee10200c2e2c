"""The palette can be read: text on white, and lines told apart without colour vision."""

import itertools

import pytest
from matplotlib.colors import to_rgb

from edukit.plots import style


def luminance(color):
    """Relative luminance of WCAG 2.2, https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast_on_white(color):
    return 1.05 / (luminance(color) + 0.05)


@pytest.mark.parametrize("color", [style.BLUE, style.ORANGE, style.GREEN, style.RED, style.MUTED])
def test_text_on_white_reaches_the_contrast_of_wcag_aa(color):
    assert contrast_on_white(style.dark(color)) >= 4.5  # https://www.w3.org/TR/WCAG22/#contrast-minimum


@pytest.mark.parametrize("color", [style.INK, style.MUTED])
def test_plain_text_colours_need_no_darkening(color):
    assert contrast_on_white(color) >= 4.2


def test_the_curve_colours_differ_in_lightness():
    """Read in grey, the first three curves still differ: 1.4 in contrast at least."""
    for one, two in itertools.combinations([style.BLUE, style.ORANGE, style.GREEN], 2):
        light, dark = sorted([luminance(one), luminance(two)], reverse=True)
        assert (light + 0.05) / (dark + 0.05) > 1.4
