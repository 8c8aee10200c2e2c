"""The slider's numbers, as the kernel keeps them; how it feels is a question for tests/browser."""

import numpy as np
import pytest

from edukit.panels.slider import Slider


@pytest.mark.parametrize(
    ("given", "kept"), [(3, 3), (3.0, 3), (2.6, 3), (-5, 2), (99, 8), (np.int64(4), 4), (np.float32(5), 5)]
)
def test_a_whole_slider_keeps_whole_numbers_in_its_range(given, kept):
    slider = Slider(value=8, min=2, max=8)
    slider.value = given
    assert slider.value == kept and type(slider.value) is int


@pytest.mark.parametrize(
    ("step", "given", "kept"),
    [(0.1, 0.5 + 25 * 0.1, 3.0), (0.1, 3, 3.0), (0.25, 1.2511, 1.25), (1e-5, 0.123456, 0.12346), (1.0, 2.34, 2.3)],
)
def test_a_float_slider_rounds_to_the_decimals_of_its_step(step, given, kept):
    """In the browser 0.5 + 25 · 0.1 is 3.0000000000000004."""
    slider = Slider(value=1.0, min=0.0, max=5.0, step=step)
    slider.value = given
    assert slider.value == kept and type(slider.value) is float


def test_a_number_that_was_rounded_to_what_it_was_moves_nothing():
    slider, moves = Slider(value=3, min=2, max=8), []
    slider.observe(moves.append, "value")
    slider.value = 3.2
    assert not moves
    slider.value = 4
    assert [(move["old"], move["new"]) for move in moves] == [(3, 4)]


def test_the_first_value_is_kept_in_the_range_as_well():
    assert Slider(value=1, min=2, max=8).value == 2


@pytest.mark.parametrize("value", [np.nan, np.inf, "3", 1j])
def test_what_is_not_a_finite_number_is_refused(value):
    slider = Slider(value=3, min=2, max=8)
    with pytest.raises(ValueError, match="value must be a finite number, got"):
        slider.value = value
    assert slider.value == 3
